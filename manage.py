#!/usr/bin/env python
"""Django's command-line utility for administrative tasks."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django is not installed for this Python. Say .venv/bin/python manage.py; `make run` makes .venv.")
    from todoproject.config.environment import FaultyEnvironment

    try:
        execute_from_command_line(sys.argv)
    except FaultyEnvironment as exc:
        # The message says it all; where it was raised is of no interest to whoever has to mend the environment.
        sys.exit(str(exc))


if __name__ == "__main__":
    main()
