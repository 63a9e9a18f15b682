"""The wheel in a bare environment, by its README, with a token of a real Better Auth."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from pathlib import Path

import requests

import betterauth_auth
from tests.interop.case import InteropTestCase
from tests.interop.servers import Server
from tests.package import readme

WHEEL = os.environ.get("WHEEL", "")
INSTALLED = "import betterauth_auth; print(betterauth_auth.__version__, betterauth_auth.__file__)"
PLUGINS = 'from importlib.metadata import entry_points; print(*[p.value for p in entry_points(group="pytest11")])'


class BareProject(Server):
    """A virtual environment and a project made by `startproject`, with nothing of this repository on the path."""

    def __init__(self) -> None:
        super().__init__()
        self.bin = self.folder / "venv" / "bin"
        # pip finds the wheel beside the index. Everything that tells it where the index is comes along.
        links = f"{Path(WHEEL).resolve().parent} {os.environ.get('PIP_FIND_LINKS', '')}"
        strangers = ("PYTHON", "DJANGO", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(strangers)}
        self.environment = {**kept, "PATH": f"{self.bin}:/usr/bin:/bin", "PIP_FIND_LINKS": links.strip()}

    def shell(self, command: str) -> str:
        done = subprocess.run(
            ["sh", "-euc", command], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def start(self) -> None:
        command = [str(self.bin / "python"), "manage.py", "runserver", "--noreload", f"127.0.0.1:{self.port}"]
        self.launch(command, self.environment, "/me", self.folder)

    def get(self, path: str, token: str | None = None) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return requests.get(self.base + path, headers=headers, timeout=20)


@unittest.skipUnless(WHEEL, "The wheel is installed by `make package-install`.")
class InstallTests(InteropTestCase):
    def test_the_readme_leads_from_nothing_to_a_sign_in(self):
        better_auth = self.better_auth()
        project = BareProject()
        self.addCleanup(project.close)
        subprocess.run([sys.executable, "-m", "venv", project.folder / "venv"], check=True)
        install, *others = readme.commands("Install")
        project.shell(install)
        project.shell("django-admin startproject mysite .")
        readme.follow("Install", project.folder / "mysite", better_auth.base)
        for command in others:
            project.shell(command)
        project.shell("python manage.py check --fail-level WARNING")
        project.start()

        answer = project.get("/me", better_auth.sign_up("Alice").token())

        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(list(answer.json()), ["subject"])
        self.assertEqual(project.get("/me").status_code, 401)
        version, path = project.shell(f"python -c '{INSTALLED}'").split()
        self.assertEqual(version, betterauth_auth.__version__)
        self.assertTrue(path.startswith(str(project.folder)), path)
        self.assertEqual(project.shell(f"python -c '{PLUGINS}'"), "betterauth_auth.pytest_plugin")
