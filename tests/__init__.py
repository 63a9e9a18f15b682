from tests import owner_guard, refusals  # noqa: F401 - importing puts them up
