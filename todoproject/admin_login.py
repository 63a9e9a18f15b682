"""Operators' sign-in to the admin: guesses are limited by address and by name, and attempts are logged."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.exceptions import ValidationError
from django.dispatch import receiver

from todoproject import throttling
from todoproject.addresses import client_address, network_of

logger = logging.getLogger(__name__)


class LimitedLoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        assert self.request is not None  # noqa: S101 - the admin's login view always passes it
        address = network_of(client_address(self.request))
        name = self.cleaned_data.get("username", "").casefold()
        by_address, by_name = settings.LOGINS_BY_ADDRESS, settings.LOGINS_BY_NAME
        # In this order: an address that is out of attempts can't use up those of somebody's name.
        if is_spent("login-address", by_address, address) or is_spent("login-name", by_name, name):
            logger.warning("Admin sign-in refused.", extra={"reason": "too_many_attempts"})
            raise ValidationError("Too many attempts. Wait a minute and try again.", code="throttled")
        return super().clean()


def is_spent(policy: str, quota: int, who: str) -> bool:
    """Counts one attempt."""
    budget = throttling.spend(policy, quota, who)
    return budget is not None and budget.remaining < 0


@receiver(user_logged_in)
def log_success(**kwargs: Any) -> None:
    logger.info("Admin sign-in.", extra={"reason": "password"})


@receiver(user_login_failed)
def log_failure(**kwargs: Any) -> None:
    # Not the name: people type passwords into that field.
    logger.warning("Admin sign-in failed.", extra={"reason": "wrong_name_or_password"})
