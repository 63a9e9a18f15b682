"""Operators' sign-in to the admin: guesses are limited by network and by name, and attempts are logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext

from todoproject.http import throttling
from todoproject.http.addresses import client_address, network_of
from todoproject.operators import known_networks

logger = logging.getLogger(__name__)


class LimitedLoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, object]:
        assert self.request is not None  # noqa: S101 - the admin's login view always passes it
        budgets = spend_attempt(self.request, self.cleaned_data.get("username", ""))
        if any(budget.is_overdrawn for budget in budgets if budget):
            logger.warning("Admin sign-in refused.", extra={"reason": "too_many_attempts"})
            raise ValidationError(gettext("Too many attempts. Wait a minute and try again."), code="throttled")
        return super().clean()


def spend_attempt(request: HttpRequest, name: str) -> Iterator[throttling.Budget | None]:
    """Counts one attempt, as far as the budgets are asked for."""
    network, name = network_of(client_address(request)), name.casefold()
    if known_networks.is_known(name, network):
        # Of its own, so that nobody elsewhere can use it up.
        yield throttling.spend("login-known", settings.LOGINS_FROM_KNOWN_NETWORK, f"{network} {name}")
        return
    # In this order: an address that is out of attempts can't use up those of somebody's name.
    yield throttling.spend_networks("login-address", settings.LOGINS_BY_ADDRESS, request)
    yield throttling.spend("login-name", settings.LOGINS_BY_NAME, name)


@receiver(user_logged_in)
def note_success(request: HttpRequest, user: AbstractBaseUser, **kwargs: object) -> None:
    reason = getattr(request, "signed_in_by", "password")
    logger.info("Admin sign-in.", extra={"reason": reason})
    # A name that has no password here is not guessed at.
    if reason == "password":
        known_networks.remember(user.get_username(), network_of(client_address(request)))


@receiver(user_login_failed)
def log_failure(**kwargs: object) -> None:
    # Not the name: people type passwords into that field.
    logger.warning("Admin sign-in failed.", extra={"reason": "wrong_name_or_password"})
