"""A server that is told to stop stops, at whatever moment the signal comes."""

import subprocess
import sys

from django.conf import settings
from django.test import SimpleTestCase

RINGS = 20_000
# Timers and waits are so short that many signals come while the alarm is on its way into or out of a wait.
STORM = f"""
import signal
from todoproject.serving.alarm import Alarm

alarm, heard = Alarm(), 0

def ring(*_):
    global heard
    heard += 1
    alarm.set()

signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
while heard < {RINGS}:
    alarm.wait(0.0002)
    alarm.clear()
signal.setitimer(signal.ITIMER_REAL, 0)
print(heard)
"""


class ASignalAtAnyMoment(SimpleTestCase):
    def test_does_not_hang_what_it_wakes(self):
        command = [sys.executable, "-c", STORM]
        run = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=True)

        self.assertGreaterEqual(int(run.stdout), RINGS)

    def test_wakes_it_also_when_it_came_before(self):
        script = "from todoproject.serving.alarm import Alarm; alarm = Alarm(); alarm.set(); alarm.wait(60)"

        subprocess.run([sys.executable, "-c", script], cwd=settings.BASE_DIR, timeout=30, check=True)
