"""Our API, a Better Auth server and the page, side by side until one of them ends or somebody presses Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from environment import ROOT

START_SECONDS = 60


class Stack:
    """`with Stack() as stack:` stops everything that it started, in the reverse order."""

    def __init__(self):
        self.processes = []

    def __enter__(self):
        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return self

    def __exit__(self, *exception):
        for process in reversed(self.processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            process.wait()

    def start(self, command, url, folder=ROOT, log=None, **environment):
        """Starts a server and waits until it answers at the address."""
        if answers(url):
            sys.exit(f"Something else answers at {url} already; stop it first.")
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
        )
        self.processes.append(process)
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if answers(url):
                return process
            time.sleep(0.1)
        sys.exit(f"{' '.join(map(str, command))} did not start{f'; see {log.name}' if log else ''}.")

    def wait(self):
        """Until one of the servers ends by itself."""
        while all(process.poll() is None for process in self.processes):
            time.sleep(0.3)


def leave(*_):
    # make hands the signal on that it was sent itself, and a second one would keep `__exit__` from stopping them all.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def answers(url):
    address = urllib.parse.urlsplit(url)
    try:
        if address.scheme == "redis":
            socket.create_connection((address.hostname, address.port), timeout=5).close()
        else:
            urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def token_of(subject, python, environment):
    """A development token for our API."""
    command = [python, "manage.py", "betterauth", "token", "--sub", subject]
    made = subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True, text=True)
    return made.stdout.strip()
