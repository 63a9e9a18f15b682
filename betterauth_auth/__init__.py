"""Trusts Better Auth's tokens in Django. Nothing is imported here; the README names the modules."""

__version__ = "0.1.0"
# Those that `make interop` was last run with, by hand but for the newest, which is what it installs.
VERIFIED_BETTER_AUTH_VERSIONS = ("1.7.1", "1.7.25")
