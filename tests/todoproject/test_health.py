from django.test import TransactionTestCase


class ProbesTellTheTruth(TransactionTestCase):
    def test_livez_answers_any_host_and_without_the_database(self):
        with self.assertNumQueries(0):
            response = self.client.get("/livez", headers={"host": "10.1.2.3"})

        self.assertEqual((response.status_code, response.json()), (200, {"status": "ok"}))

    def test_readyz_is_ok_when_the_database_answers(self):
        self.assertEqual(self.client.get("/readyz").json()["database"], "ok")
