"""The image has what the service needs, and nothing that is ours alone. Hadolint asks the rest in `make lint`."""

import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

from tests.test_docs import constant

ROOT = Path(settings.BASE_DIR)


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
    return [(name, rest) for name, rest in re.findall(r"^([A-Z]+) +(.+)$", text, re.MULTILINE)]


def all_of(name: str) -> list[str]:
    return [rest for found, rest in instructions() if found == name]


class Image(SimpleTestCase):
    def test_it_is_built_from_named_versions(self):
        self.assertEqual(len(all_of("FROM")), 2)
        for base in all_of("FROM"):
            with self.subTest(base):
                self.assertRegex(base, r"^python:\d+\.\d+-slim-[a-z]+( AS \w+)?$")

    def test_it_serves_as_a_user_without_rights(self):
        names = [name for name, _ in instructions()]

        self.assertRegex(all_of("USER")[-1], r"^[1-9]\d{4}$")
        self.assertLess(names.index("USER"), names.index("CMD"))

    def test_packages_are_the_locked_ones(self):
        installed = [line for line in all_of("RUN") if "pip install" in line]

        self.assertEqual(len(installed), 1)
        self.assertIn("--require-hashes -r /${REQUIREMENTS}", installed[0])
        self.assertEqual(all_of("ARG"), ["REQUIREMENTS=requirements.lock"])

    def test_it_is_told_to_stop_and_asked_how_it_is(self):
        self.assertEqual(all_of("STOPSIGNAL"), ["SIGTERM"])
        self.assertIn("/livez", all_of("HEALTHCHECK")[0])

    def test_no_secret_is_in_it(self):
        for value in [*all_of("ENV"), *all_of("ARG"), *all_of("RUN")]:
            with self.subTest(value):
                self.assertNotRegex(value, r"(?i)secret|password|token|database_url|api_key")

    def test_what_is_copied_is_named_one_by_one(self):
        copied = {word for line in all_of("COPY") if "--from" not in line for word in line.split()[:-1]}
        ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

        self.assertEqual(ignored[0], "*")
        self.assertEqual({line[1:] for line in ignored if line.startswith("!")}, copied)
        self.assertFalse(copied & {".", ".env", ".git"})
        # It may fetch anything, and unpacks it.
        self.assertEqual(all_of("ADD"), [])

    def test_nginx_finds_live_where_compose_has_it_and_where_the_image_asks_how_it_is(self):
        text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
        service, port = re.findall(r"LIVE_UPSTREAM=(\w+):(\d+)", text)[0]
        (command,) = re.findall(rf"^  {service}:\n.*\n    command: (.+)$", text, re.MULTILINE)

        self.assertEqual(command, f"python manage.py live --host 0.0.0.0 --port {port}")
        self.assertIn(f":{port}/livez", all_of("HEALTHCHECK")[0])

    def test_what_it_may_add_to_its_base_is_said(self):
        allowed = constant(ROOT / "scripts" / "image.py", "LARGEST_MB")

        self.assertIn(f"may add {allowed} MB to its base", (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8"))

    def test_where_it_can_not_be_tried_that_is_said_and_fails_ci(self):
        for variables, status in (({}, 0), ({"CI": "true"}, 1)):
            with self.subTest(variables):
                tried = subprocess.run(
                    [sys.executable, "scripts/image.py"],
                    cwd=ROOT,
                    env={"PATH": "", **variables},
                    capture_output=True,
                    text=True,
                    check=False,
                )

                self.assertEqual(tried.returncode, status)
                self.assertIn("The image was not tried. That needs podman, mmdebstrap", tried.stdout)
