"""Trusts Better Auth's tokens in Django. Nothing is imported here; the README names the modules."""

__version__ = "0.1.0"
# Those that `make interop` was last run with: the newest is what it installs, the others by `BETTER_AUTH=1.6.34`.
VERIFIED_BETTER_AUTH_VERSIONS = ("1.6.34", "1.7.1", "1.7.25")
