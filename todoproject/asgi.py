"""For tools that want ASGI. Do not serve production with it: see docs/decisions/0001-wsgi-and-granian.md."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")

application = get_asgi_application()
