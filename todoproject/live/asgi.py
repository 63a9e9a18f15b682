"""What the server of `manage.py live` imports."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "todoproject.live.settings"
django.setup()

from betterauth_auth.identify import load_ahead  # noqa: E402 - needs the settings that the lines above have read
from betterauth_auth.status import warm_up  # noqa: E402 - likewise
from todoproject.live.application import Live  # noqa: E402 - likewise
from todoproject.live.audience import audience  # noqa: E402 - likewise

load_ahead()
warm_up()
application = Live(audience)
