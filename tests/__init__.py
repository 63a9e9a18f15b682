from tests import owner_guard, wording  # noqa: F401 - importing puts them up
