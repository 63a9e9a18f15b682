"""The wheel in a bare environment, by its README, with a token of a real Better Auth."""

from __future__ import annotations

import unittest

import betterauth_auth
from tests.interop.case import InteropTestCase
from tests.package import readme
from tests.package.project import WHEEL, BareProject

INSTALLED = "import betterauth_auth; print(betterauth_auth.__version__, betterauth_auth.__file__)"
PLUGINS = 'from importlib.metadata import entry_points; print(*[p.value for p in entry_points(group="pytest11")])'


@unittest.skipUnless(WHEEL, "The wheel is installed by `make package-install`.")
class InstallTests(InteropTestCase):
    def test_the_readme_leads_from_nothing_to_a_sign_in(self):
        better_auth = self.better_auth()
        project = BareProject()
        self.addCleanup(project.close)
        install, *others = readme.commands("Install")
        project.shell(install)
        project.shell("django-admin startproject mysite .")
        readme.follow("Install", project.folder / "mysite", better_auth.base)
        for command in others:
            project.shell(command)
        project.shell("python manage.py check --fail-level WARNING")
        project.start(f"python manage.py runserver --noreload 127.0.0.1:{project.port}")

        answer = project.get("/me", better_auth.sign_up("Alice").token())

        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(list(answer.json()), ["subject"])
        self.assertEqual(project.get("/me").status_code, 401)
        version, path = project.shell(f"python -c '{INSTALLED}'").split()
        self.assertEqual(version, betterauth_auth.__version__)
        self.assertTrue(path.startswith(str(project.folder)), path)
        self.assertEqual(project.shell(f"python -c '{PLUGINS}'"), "betterauth_auth.pytest_plugin")
