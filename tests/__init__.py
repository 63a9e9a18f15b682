from tests import owner_guard  # noqa: F401 - importing puts it up
