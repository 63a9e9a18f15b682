"""`make messages`: what operators read, collected into the catalogues of each package and compiled."""

import os
import shutil
import subprocess
import sys

from environment import ROOT, python_with

PACKAGES = ("betterauth_auth", "todos", "todoproject")
LANGUAGES = ("de", "es", "fr")
SETTINGS = {"SECRET_KEY": "messages", "DEBUG": "true"}


def main():
    if not shutil.which("xgettext"):
        sys.exit("GNU gettext is needed (Debian: apt-get install gettext).")
    python = python_with("requirements-dev.lock")
    locales = [f"--locale={language}" for language in (sys.argv[1:] or LANGUAGES)]
    for package in PACKAGES:
        (ROOT / package / "locale").mkdir(exist_ok=True)
        collect = ("makemessages", *locales, "--add-location=never", "--no-wrap", "--no-obsolete")
        for command in (collect, ("compilemessages", *locales)):
            django = [python, ROOT / "manage.py", *command, "--verbosity=0"]
            subprocess.run(django, cwd=ROOT / package, env={**os.environ, **SETTINGS}, check=True)


main()
