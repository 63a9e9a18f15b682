"""From a real sign-up to our API, for everything that a Better Auth server can be configured to be."""

from tests.interop.case import ME, TODOS, InteropTestCase


class EveryAlgorithmWorks(InteropTestCase):
    def test_whoever_signs_up_with_any_algorithm_gets_in_and_sees_nobody_elses_todos(self):
        for algorithm in ("EdDSA", "ES256", "ES512", "RS256", "PS256"):
            with self.subTest(algorithm):
                server = self.better_auth(algorithm=algorithm)
                api = self.api(BETTER_AUTH_API_URL=server.base, BETTER_AUTH_ALGORITHMS=algorithm)
                alice, mallory = server.sign_up("Alice").token(), server.sign_up("Mallory").token()

                todo = api.post(TODOS, alice, title="Water the plants")

                self.assertEqual(todo.status_code, 201, todo.text)
                self.assertEqual([row["id"] for row in api.get(TODOS, alice).json()["results"]], [todo.json()["id"]])
                self.assertEqual(api.get(TODOS, mallory).json()["results"], [])
                self.assertEqual(api.get(f"{TODOS}/{todo.json()['id']}", mallory).status_code, 404)

    def test_an_algorithm_that_is_not_listed_is_refused(self):
        server = self.better_auth(algorithm="RS256")
        api = self.api(BETTER_AUTH_API_URL=server.base)

        self.assert_refused(api, server.sign_up("Alice").token(), "algorithm")


class EveryConfigurationWorks(InteropTestCase):
    def test_the_profile_comes_from_the_default_payload(self):
        server = self.better_auth()
        api = self.api(BETTER_AUTH_API_URL=server.base)

        me = api.get(ME, server.sign_up("Alice").token()).json()

        self.assertEqual((me["name"], me["email"], me["email_verified"]), ("Alice", "alice@example.com", False))

    def test_own_issuer_audience_base_path_and_jwks_path(self):
        server = self.better_auth(
            issuer="https://auth.example.com", audience="todo-api", basePath="/accounts", jwksPath="/keys.json"
        )
        api = self.api(
            BETTER_AUTH_JWKS_URL=f"{server.base}/accounts/keys.json",
            BETTER_AUTH_ISSUER="https://auth.example.com",
            BETTER_AUTH_AUDIENCE="todo-api",
        )

        self.assert_accepted(api, server.sign_up("Alice").token())

    def test_another_issuer_or_audience_is_refused(self):
        server = self.better_auth(issuer="https://auth.example.com", audience="todo-api")
        token = server.sign_up("Alice").token()
        ours = {"BETTER_AUTH_ISSUER": "https://auth.example.com", "BETTER_AUTH_AUDIENCE": "todo-api"}

        for name, reason in (("BETTER_AUTH_ISSUER", "issuer"), ("BETTER_AUTH_AUDIENCE", "audience")):
            with self.subTest(name):
                api = self.api(BETTER_AUTH_API_URL=server.base, **{**ours, name: "https://other.example.com"})
                self.assert_refused(api, token, reason)

    def test_a_payload_of_nothing_but_the_subject(self):
        server = self.better_auth(minimalPayload=True)
        api = self.api(BETTER_AUTH_API_URL=server.base)

        me = api.get(ME, server.sign_up("Alice").token())

        self.assertEqual(me.status_code, 200, me.text)
        self.assertFalse(me.json()["email"])

    def test_uuid_and_serial_ids_are_subjects_like_any_other(self):
        for kind, subject in (("uuid", r"[0-9a-f-]{36}"), ("serial", "1")):
            with self.subTest(kind):
                server = self.better_auth(generateId=kind)
                api = self.api(BETTER_AUTH_API_URL=server.base)

                me = api.get(ME, server.sign_up("Alice").token())

                self.assertRegex(me.json()["subject"], f"^{subject}$")
