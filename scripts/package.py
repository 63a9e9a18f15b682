"""`make package`: django-better-auth as sdist and wheel in dist, after a look at the contents and the README."""

import shutil
import sys
import zipfile
from email.parser import Parser

from environment import ROOT, uv

SOURCE = ROOT / "betterauth_auth"
DIST = ROOT / "dist"
# The second renders Markdown, which twine asks it for.
TWINE = ["--from", "twine>=6.1,<7", "--with", "readme-renderer[md]", "twine"]


def build():
    """The wheel, made from the sdist, and the sdist."""
    shutil.rmtree(DIST, ignore_errors=True)
    uv("build", "--quiet", "--out-dir", DIST, SOURCE)
    (wheel,), (sdist,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    uv("tool", "run", "--quiet", *TWINE, "check", "--strict", wheel, sdist)
    return wheel, sdist


def expected():
    """What the wheel holds of the package: its modules, the mark that they are typed, and its catalogues."""
    modules = [path for path in SOURCE.rglob("*.py") if "__pycache__" not in path.parts]
    catalogues = SOURCE.glob("locale/*/LC_MESSAGES/django.[pm]o")
    return {str(path.relative_to(ROOT)) for path in [*modules, SOURCE / "py.typed", *catalogues]}


def insist_on_contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        information = {name for name in names if ".dist-info/" in name}
        if (found := set(names) - information) != expected():
            sys.exit(f"The wheel holds something else than it should: {sorted(found ^ expected())}")
        (place,) = [name for name in information if name.endswith("/METADATA")]
        metadata = Parser().parsestr(archive.read(place).decode())
        (licence,) = [name for name in information if name.endswith("/licenses/LICENSE")]
        if archive.read(licence) != (ROOT / "LICENSE").read_bytes():
            sys.exit("The licence in the wheel is another one than the repository's.")
    return metadata


def main():
    wheel, sdist = build()
    metadata = insist_on_contents(wheel)
    print(f"{metadata['Name']} {metadata['Version']}: {wheel.relative_to(ROOT)}, {sdist.relative_to(ROOT)}")
    return wheel


if __name__ == "__main__":
    main()
