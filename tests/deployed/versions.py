"""The version to deploy, and the one before it: a tag, or without tags what there was before the newest migration."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def previous() -> str:
    if git("rev-parse", "--is-shallow-repository") == "true":
        raise RuntimeError("The version before is not in this clone, which is shallow: git fetch --unshallow --tags")
    present = git("rev-parse", "HEAD")
    for tag in git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname").split():
        if git("rev-parse", f"{tag}^{{commit}}") != present:
            return tag
    newest = git("log", "-1", "--diff-filter=A", "--format=%H", "--", "*/migrations/[0-9]*.py")
    return git("rev-parse", f"{newest}^")


def repository(folder: Path, **tags: str) -> None:
    """A copy to clone from, in which the versions of the page are those that are meant."""
    git("clone", "--quiet", "--bare", str(ROOT), str(folder))
    for tag, commit in tags.items():
        git("--git-dir", str(folder), "tag", "--force", tag.replace("_", "."), commit)


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()
