"""What the WSGI server imports."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")

application = get_wsgi_application()

# The first request need not wait for the signing keys.
from betterauth_auth.status import warm_up  # noqa: E402 - needs the settings that the lines above have read

warm_up()
