"""A socket on this machine for servers that speak what no server should."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Listener:
    path = ""

    def __enter__(self) -> Self:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}{self.path}"
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        # Only this wakes the thread that waits in accept.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def serve(self) -> None:
        """Until the socket is closed."""
        raise NotImplementedError
