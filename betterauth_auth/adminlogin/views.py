"""Leaving for Better Auth and coming back."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from betterauth_auth.adminlogin import attempt, conf
from betterauth_auth.adminlogin.attempt import Refused
from betterauth_auth.adminlogin.idtoken import exchanged
from betterauth_auth.adminlogin.operators import operator_for
from betterauth_auth.exceptions import KeysUnavailable

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

logger = logging.getLogger(__name__)
BACKEND = "django.contrib.auth.backends.ModelBackend"
REFUSED = _("You can't sign in here with this account.")
UNAVAILABLE = _("Better Auth can't be reached right now. Try again in a minute, or sign in with a password.")


@require_GET
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    door = door_or_404()
    redirect_uri = request.build_absolute_uri(reverse("betterauth_adminlogin:callback"))
    begun = attempt.begin(request.session, redirect_uri, safe_next(request))
    return HttpResponseRedirect(attempt.question(door, begun))


@require_GET
@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    door = door_or_404()
    try:
        begun, code = attempt.take(request.session, request.GET.dict(), door)
        user = operator_for(door, exchanged(door, begun, code))
    except Refused as exc:
        logger.warning("An operator was refused: %s.", exc.reason, extra={"reason": exc.reason})
        return back_to_login(request, REFUSED)
    except KeysUnavailable as exc:
        logger.warning("An operator could not sign in: %s.", exc.reason, extra={"reason": exc.reason})
        return back_to_login(request, UNAVAILABLE)
    # For receivers of `user_logged_in`.
    request.signed_in_by = "better_auth"  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
    # A moment, not a span, which would begin anew with every change of the session.
    request.session.set_expiry(timezone.now() + timedelta(seconds=door.session_seconds))
    return HttpResponseRedirect(begun.next)


def door_or_404() -> conf.Door:
    try:
        door = conf.door()
    except ImproperlyConfigured:
        logger.exception("BETTER_AUTH is configured wrongly, see `manage.py check`.")
        raise Http404 from None
    if door is None:
        raise Http404
    return door


def safe_next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse("admin:index")


def back_to_login(request: HttpRequest, text: StrPromise) -> HttpResponse:
    messages.error(request, str(text))
    return HttpResponseRedirect(reverse("admin:login"))
