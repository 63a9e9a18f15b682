"""GitHub's workflows and `.ci/run`: whatever is called exists, is pinned, and may do no more than it needs."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.test import SimpleTestCase

from tests.test_docs import tracked

ROOT = Path(settings.BASE_DIR)
WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / ".github/workflows").glob("*.yml")
}
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
# Besides make and what lies in .ci.
PROGRAMS = {"cosign", "echo", "exit", "gh", "sudo"}
STUB = """#!/bin/sh
echo "${0##*/} $*" >>"$CALLS"
case "$*" in
  "$FAILING") exit 1 ;;
  test) echo "Ran 2 tests in 1s"; echo "PostgreSQL (a stub): passed" ;;
  *--collect-only) echo "a::1"; echo "a::2" ;;
  "issue list"*) echo "$OPEN" ;;
esac
"""


def jobs() -> list[tuple[str, dict[str, Any]]]:
    return [(f"{name}/{key}", job) for name, workflow in WORKFLOWS.items() for key, job in workflow["jobs"].items()]


def steps() -> list[tuple[str, dict[str, Any]]]:
    return [(name, step) for name, job in jobs() for step in job.get("steps", [])]


def commands() -> list[tuple[str, str]]:
    """Every line that a job runs, written out for each value of its matrix."""
    lines = []
    for name, job in jobs():
        for step in job.get("steps", []):
            for line in step.get("run", "").splitlines():
                values = job.get("strategy", {}).get("matrix", {}).get("pieces", [""])
                lines += [(name, re.sub(r"\$\{\{ matrix\.pieces \}\}", value, line)) for value in values]
    return lines


def called(program: str) -> set[str]:
    found = (re.search(rf"(?:^|\s){re.escape(program)} ([a-z0-9 -]+)", line) for _, line in commands())
    return {word for match in found if match for word in match[1].split()}


def pieces() -> set[str]:
    run = subprocess.run([ROOT / ".ci/run", "?"], capture_output=True, text=True, check=False)
    return set(run.stdout.partition("There are: ")[2].split())


class WorkflowsAreSound(SimpleTestCase):
    def test_what_they_run_is_there(self):
        self.assertGreater(len(commands()), 15)
        for name, line in commands():
            program = line.split()[0]
            with self.subTest(name, line=line):
                is_ours = program.startswith(".ci/") and os.access(ROOT / program, os.X_OK)
                self.assertTrue(is_ours or program in PROGRAMS | {"make"})
        self.assertEqual(called("make") - TARGETS, set())
        self.assertEqual(called(".ci/run") - pieces(), set())

    def test_ci_runs_every_piece(self):
        # By its own job, which has a machine for each Python and Django.
        self.assertIn("package-matrix", called("make"))

        self.assertEqual(pieces() - called(".ci/run"), {"package-matrix"})

    def test_actions_are_pinned_to_a_commit(self):
        named = [step["uses"] for _, step in steps() if "uses" in step]
        lines = [
            line.strip().removeprefix("- ")
            for path in (ROOT / ".github/workflows").glob("*.yml")
            for line in path.read_text(encoding="utf-8").splitlines()
            if "uses: " in line and "./.github/" not in line
        ]

        self.assertEqual(len(lines), len(named))
        for line in lines:
            with self.subTest(line):
                self.assertRegex(line, r"^uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")

    def test_an_action_has_one_version(self):
        versions = {tuple(step["uses"].split("@")) for _, step in steps() if "uses" in step}

        self.assertEqual(len(dict(versions)), len(versions))

    def test_a_job_may_only_do_what_it_says(self):
        for name, workflow in WORKFLOWS.items():
            with self.subTest(name):
                self.assertEqual(workflow["permissions"], {})
        for name, job in jobs():
            with self.subTest(name):
                self.assertIn("permissions", job)
                writes = {scope for scope, access in job["permissions"].items() if access == "write"}
                self.assertTrue(not writes or name.split("/")[0] in {"canary", "release-package", "release-image"})
                # An environment is where one sets who has to agree.
                self.assertTrue("id-token" not in writes or job["environment"] in {"pypi", "image"})

    def test_no_job_runs_for_hours_or_beside_its_like(self):
        for name, workflow in WORKFLOWS.items():
            with self.subTest(name):
                self.assertIn("group", workflow["concurrency"])
        for name, job in jobs():
            with self.subTest(name):
                self.assertTrue("uses" in job or job["timeout-minutes"] <= 60)

    def test_no_credentials_stay_in_a_checkout(self):
        checkouts = [(name, step) for name, step in steps() if step.get("uses", "").startswith("actions/checkout@")]

        self.assertGreater(len(checkouts), 8)
        for name, step in checkouts:
            with self.subTest(name):
                self.assertIs(step["with"]["persist-credentials"], False)

    def test_no_script_is_put_together_from_what_others_write(self):
        for name, step in steps():
            with self.subTest(name):
                self.assertEqual(set(re.findall(r"\$\{\{ *(\S+)", step.get("run", ""))) - {"matrix.pieces"}, set())

    def test_pull_requests_run_without_secrets(self):
        for name, workflow in WORKFLOWS.items():
            with self.subTest(name):
                # PyYAML reads the key `on` as true.
                self.assertNotIn("pull_request_target", workflow[True])
        text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").glob("*.yml"))
        self.assertNotIn("secrets.", text)

    def test_documents_name_pieces_that_exist(self):
        texts = [path.read_text(encoding="utf-8") for path in tracked() if path.suffix == ".md"]
        named = {word for text in texts for words in re.findall(r"`\.ci/run ([^`]+)`", text) for word in words.split()}

        self.assertGreater(len(named), 2)
        self.assertEqual(named - pieces(), set())

    def test_coding_agents_are_told_in_short(self):
        self.assertLessEqual(len((ROOT / "AGENTS.md").read_text(encoding="utf-8").splitlines()), 60)

    def test_one_name_stands_for_all_jobs(self):
        ci = WORKFLOWS["ci"]["jobs"]

        self.assertEqual(set(ci["all"]["needs"]), set(ci) - {"all"})


class VersionsAreThoseOfThePackage(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        # The scripts import each other by their bare names.
        path = [*sys.path]
        sys.path.insert(0, str(ROOT / "scripts"))
        cls.addClassCleanup(setattr, sys, "path", path)
        cls.matrix = runpy.run_path(str(ROOT / "scripts/package_matrix.py"))
        cls.jobs = WORKFLOWS["ci"]["jobs"]

    def test_the_matrix_has_each_python_with_each_django_that_takes_it(self):
        asked = self.jobs["package"]["strategy"]["matrix"]
        pairs = {(python, django) for python in asked["python"] for django in asked["django"]}
        pairs -= {(excluded["python"], excluded["django"]) for excluded in asked["exclude"]}

        self.assertEqual(pairs, {(cell.python, cell.django) for cell in self.matrix["every"]()})

    def test_they_are_the_classifiers(self):
        asked = self.jobs["package"]["strategy"]["matrix"]
        text = (ROOT / "betterauth_auth/pyproject.toml").read_text(encoding="utf-8")

        self.assertEqual(re.findall(r"Python :: (\d+\.\d+)", text), asked["python"])
        self.assertEqual(re.findall(r"Framework :: Django :: (\d+\.\d+)", text), asked["django"])

    def test_the_suite_runs_on_every_python(self):
        asked = self.jobs["suite"]["strategy"]["matrix"]["python"]

        self.assertEqual(asked, list(self.matrix["PYTHONS"]))

    def test_other_jobs_and_the_devcontainer_have_the_images_python(self):
        image = re.search(r"FROM python:(\d+\.\d+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))[1]
        asked = {step["with"]["python-version"] for _, step in steps() if "setup-python" in step.get("uses", "")}
        container = (ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")

        self.assertEqual(asked, {image, "${{ matrix.python }}"})
        self.assertIn(f"/python:{image}-", container)

    def test_the_database_is_the_one_of_compose(self):
        compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))

        self.assertEqual(self.jobs["suite"]["services"]["postgres"]["image"], compose["services"]["database"]["image"])

    def test_dependabot_looks_into_every_folder(self):
        updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text(encoding="utf-8"))["updates"]
        looked = {update["package-ecosystem"]: set(update.get("directories", [])) for update in updates}
        folders = {
            kind: {f"/{path.parent.relative_to(ROOT)}".removesuffix(".") for path in tracked() if path.name == name}
            for kind, name in {"npm": "package.json", "pip": "requirements.txt"}.items()
        }

        self.assertEqual(looked["npm"], folders["npm"])
        self.assertEqual(looked["pip"], folders["pip"] | {"/betterauth_auth"})


class ScriptsOfCi(SimpleTestCase):
    """The scripts in .ci among stubs of the programs that they call."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        shutil.copytree(ROOT / ".ci", self.folder / ".ci")
        called = ("make", "python3", "git", "gh")
        looked_for = ("initdb", "pgbouncer", "nginx", "redis-server", "prometheus", "podman", "mmdebstrap", "chromium")
        looked_for += ("systemd-nspawn", "slirp4netns")
        for place in (*(f"bin/{program}" for program in called + looked_for), ".venv/bin/python"):
            stub = self.folder / place
            stub.parent.mkdir(parents=True, exist_ok=True)
            stub.write_text(STUB, encoding="utf-8")
            stub.chmod(0o755)

    def run_script(self, *arguments: str, **environment: str) -> int:
        calls = self.folder / "calls"
        calls.unlink(missing_ok=True)
        variables = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "CALLS": str(calls), "RUN": "the run"}
        run = subprocess.run(
            [self.folder / arguments[0], *arguments[1:]],
            env={**variables, "FAILING": "", "OPEN": "", **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        self.output = run.stdout + run.stderr
        self.calls = calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []
        return run.returncode

    def test_without_a_name_every_piece_runs(self):
        self.assertEqual(self.run_script(".ci/run"), 0, self.output)

        self.assertEqual((self.calls[0], self.calls[-1]), ("make lint types", "make limits"))
        for piece in pieces() & TARGETS - {"lint"}:
            self.assertIn(f"make {piece}", self.calls)

    def test_a_piece_that_fails_fails_the_run(self):
        for failing in ("lint types", "e2e", "package-matrix", "limits"):
            with self.subTest(failing):
                self.assertEqual(self.run_script(".ci/run", FAILING=failing), 1)
                self.assertIn(f"make {failing}", self.calls)

    def test_pieces_run_in_the_order_in_which_they_are_named(self):
        self.assertEqual(self.run_script(".ci/run", "limits", "e2e"), 0)

        self.assertEqual(self.calls, ["make limits", "make e2e"])

    def test_a_piece_that_is_not_there_runs_nothing(self):
        self.assertEqual(self.run_script(".ci/run", "e2e", "step"), 2)

        self.assertEqual(self.calls, [])
        self.assertIn("No piece is called step.", self.output)

    def test_the_canary_opens_one_issue(self):
        self.assertEqual(self.run_script(".ci/report-canary"), 0)
        self.assertTrue(any(call.startswith("gh issue create") for call in self.calls))
        self.assertIn("the run", "\n".join(self.calls))

        self.assertEqual(self.run_script(".ci/report-canary", OPEN="7"), 0)
        self.assertTrue(any(call.startswith("gh issue comment 7") for call in self.calls))
        self.assertFalse(any(call.startswith("gh issue create") for call in self.calls))
