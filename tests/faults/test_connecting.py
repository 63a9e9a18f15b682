"""How long a connection is tried for."""

import time

from django.db import OperationalError, connection
from django.test import SimpleTestCase

from scripts.private_postgres import PrivatePostgres
from tests.faults import only_when_asked
from tests.faults.test_database import needs_postgres
from todoproject.config.databases import database
from todoproject.postgresql import base


@only_when_asked
class ConnectingIsTriedAgainWhereThatCanHelp(SimpleTestCase):
    def setUp(self) -> None:
        self.addCleanup(setattr, base, "_gave_up_at", None)

    def seconds_to_give_up(self, url: str) -> float:
        entry = database(url, is_pooled=False, max_age=0, answer_seconds=1)
        wrapper = base.DatabaseWrapper({**connection.settings_dict, "PASSWORD": "", "USER": "", **entry}, "nowhere")
        started = time.monotonic()
        with self.assertRaises(OperationalError):
            wrapper.ensure_connection()
        return time.monotonic() - started

    def test_for_ten_seconds_and_after_that_others_fail_at_once(self):
        nowhere = "postgresql://todo@127.0.0.1:1/todo"

        self.assertAlmostEqual(self.seconds_to_give_up(nowhere), 10, delta=1.5)
        self.assertLess(self.seconds_to_give_up(nowhere), 0.5)

    @needs_postgres
    def test_not_at_all_when_the_name_the_password_or_the_database_is_wrong(self):
        postgres = PrivatePostgres()
        url = self.enterContext(postgres)

        for wrong in (
            url.replace(postgres.password, "guess"),
            url.replace("/postgres", "/nowhere"),
            url.replace("todo:", "nobody:"),
        ):
            self.assertLess(self.seconds_to_give_up(wrong), 1)

    @needs_postgres
    def test_not_at_all_when_encryption_is_required_and_there_is_none(self):
        url = self.enterContext(PrivatePostgres())

        self.assertLess(self.seconds_to_give_up(f"{url}?sslmode=require"), 1)
