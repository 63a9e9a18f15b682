"""The admin in the language of whoever reads it, of all those that Django speaks; nothing else asks for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class AdminLanguageMiddleware:
    """Django's for the admin's pages. It leaves the language with the thread, which answers the API next."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.in_language = LocaleMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(f"/{settings.ADMIN_PATH}/"):
            return self.get_response(request)
        with translation.override(None):
            return cast("HttpResponse", self.in_language(request))
