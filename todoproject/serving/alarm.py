"""What wakes the server's main loop, in the place of granian's `threading.Event`.

A signal's handler runs in the main thread, in the middle of whatever that does. If that is the event's own `wait`,
`set` waits for a lock that its own thread holds, and the server neither stops nor hears anything again.
"""

from __future__ import annotations

import os
import select
from contextlib import suppress


class Alarm:
    """As much of an event as the loop needs, without a lock."""

    def __init__(self) -> None:
        self.ears, self.bell = os.pipe()
        os.set_blocking(self.ears, False)
        os.set_blocking(self.bell, False)

    def set(self) -> None:
        # A full pipe wakes as well as one more byte.
        with suppress(BlockingIOError):
            os.write(self.bell, b"!")

    def wait(self, seconds: float) -> None:
        select.select([self.ears], [], [], seconds)

    def clear(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.ears, 65_536)
