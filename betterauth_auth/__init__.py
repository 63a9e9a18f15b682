"""Trusts Better Auth's tokens in Django. Nothing is imported here; the README names the modules."""

__version__ = "0.1.0"
