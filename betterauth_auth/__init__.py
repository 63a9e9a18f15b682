"""Trusts Better Auth's tokens in Django. Nothing is imported here: what there is, is in the modules that the README names."""

__version__ = "0.1.0"
