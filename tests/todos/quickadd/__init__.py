"""Phrases with what quick add understands of them; `phrases.json` holds the example page's port as well."""
