"""Functions of the project that tokens call: what goes wrong in them is an outage of ours, not the caller's fault."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError
from django.utils.module_loading import import_string

from betterauth_auth.exceptions import HookFailed

logger = logging.getLogger(__name__)


def hook(path: str) -> Callable[..., Any]:
    found: Callable[..., Any] = import_string(path)
    return found


@contextmanager
def running(setting: str) -> Iterator[None]:
    """Whatever is raised becomes HookFailed, which doors answer with 503; a database that fails is told as such."""
    try:
        yield
    except DatabaseError:
        raise
    except Exception as exc:
        logger.exception('BETTER_AUTH["%s"] failed.', setting, extra={"reason": setting.lower()})
        raise HookFailed(setting.lower()) from exc
