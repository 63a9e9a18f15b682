"""What the WSGI server imports."""

import gc
import os

from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, reset_queries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")

application = get_wsgi_application()

# The first request need not wait for the signing keys.
from django.urls import get_resolver  # noqa: E402 - needs the settings that the lines above have read

from betterauth_auth.status import warm_up  # noqa: E402 - likewise

warm_up()
# Nor for the views to be imported.
get_resolver().url_patterns  # noqa: B018 - looking is what imports them

# What is here by now stays: the collector need not look at it again. A page of todos makes a few hundred objects, so
# with Python's threshold of 700 it would run in every third request, and find nothing.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 10, 10)

# What Django does for every request, and what comes to nothing here: connections that are too old are closed when a
# request has finished and need not be looked for when the next one starts, our caches have nothing to close, no request
# has a list of addresses of its own, and statements are only remembered while developing. There is one database.
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_old_connections)
request_finished.connect(lambda **kwargs: connection.close_if_unusable_or_obsolete(), weak=False)
request_finished.disconnect(close_caches)
request_finished.disconnect(reset_urlconf)
if not settings.DEBUG:
    request_started.disconnect(reset_queries)
