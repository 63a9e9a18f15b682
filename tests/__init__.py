from tests import owner_guard, refusals, static_files  # noqa: F401 - importing puts them up
