"""Static files are looked for once. (Every test's client makes the middleware again, and that took 30 ms each time.)"""

from __future__ import annotations

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

find = WhiteNoiseMiddleware.add_files_from_finders
found: dict[str, Any] = {}


def find_once(self: WhiteNoiseMiddleware) -> None:
    if not found:
        find(self)
        found.update(self.files)
    self.files.update(found)


WhiteNoiseMiddleware.add_files_from_finders = find_once
