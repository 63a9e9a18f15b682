"""One object for the settings in force, made when it is first asked for, anew after a fork and for other settings."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class HasRules(Protocol):
    @property
    def rules(self) -> object: ...


T = TypeVar("T", bound=HasRules)
R = TypeVar("R")


class ForSettings(Generic[R, T]):
    def __init__(self, make: Callable[[R], T]) -> None:
        self.make = make
        self.present: T | None = None
        self.making = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.begin_anew)

    def of(self, rules: R) -> T:
        """That of these settings; other settings begin with nothing."""
        with self.making:
            if self.present is None or self.present.rules != rules:
                self.present = self.make(rules)
            return self.present

    def begin_anew(self) -> None:
        """In a forked child, whose copies of the locks may be held by threads that it does not have."""
        self.present = None
        self.making = threading.Lock()

    def forget(self, *, setting: str, **kwargs: object) -> None:
        """Receiver of Django's `setting_changed`."""
        if setting == "BETTER_AUTH":
            self.present = None
