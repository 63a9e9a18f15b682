"""Our plugin in a real Better Auth: who signs out, is banned or deleted there is refused here."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from functools import cache
from typing import Any

from tests.interop.case import TODOS, InteropTestCase
from tests.interop.servers import CALLBACK, ROOT, BetterAuth, Person, TodoApi, folder_of_servers

PATH = "/better-auth/events/plugin"
# CI keeps it short; INTEROP_ROUNDS=50 measures.
ROUNDS = int(os.environ.get("INTEROP_ROUNDS", "5"))


@cache
def compile_plugin() -> None:
    """As it is to be copied, under its own strict settings."""
    servers = folder_of_servers()
    folder = servers / ".plugin"
    shutil.copytree(ROOT / "examples" / "better-auth-plugin", folder, dirs_exist_ok=True)
    done = subprocess.run(
        [servers / "node_modules" / ".bin" / "tsc", "-p", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


class EventsOfARealServer(InteropTestCase):
    def setUp(self) -> None:
        super().setUp()
        compile_plugin()
        # Each has to know the other's address before either runs.
        self.todo_api = TodoApi()
        self.addCleanup(self.todo_api.close)

    def started(self, **config: Any) -> BetterAuth:
        server = self.better_auth(eventsUrl=self.todo_api.base + PATH, **config)
        self.todo_api.environment |= {"BETTER_AUTH_API_URL": server.base, "BETTER_AUTH_EVENTS": "plugin"}
        self.todo_api.start()
        return server

    def status(self, token: str) -> int:
        return self.todo_api.get(TODOS, token).status_code

    def seconds_until_refused(self, token: str) -> float:
        began = time.monotonic()
        while self.status(token) != 401:
            if time.monotonic() - began > 10:
                raise AssertionError(self.todo_api.log()[-3000:])
            time.sleep(0.01)
        return time.monotonic() - began

    def signed_in(self, server: BetterAuth, name: str) -> tuple[Person, str]:
        person = server.sign_up(name)
        token = person.token()
        self.assertEqual(self.status(token), 200)
        return person, token

    def sign_in_again(self, person: Person) -> Person:
        again = Person(person.server, person.name)
        again.post("/sign-in/email", email=f"{person.name.lower()}@example.com", password="correct horse")
        return again

    def test_a_sign_out_counts_within_a_second_and_a_new_sign_in_at_once(self):
        server = self.started(fullPayload=True)
        alice, token = self.signed_in(server, "Alice")
        tablet = self.sign_in_again(alice).token()
        times = []
        for _ in range(ROUNDS):
            alice.post("/sign-out")
            times.append(self.seconds_until_refused(token))
            alice = self.sign_in_again(alice)
            token = alice.token()
            self.assertEqual(self.status(token), 200, "a fresh sign-in")
            self.assertEqual(self.status(tablet), 200, "another device")

        self.assertLess(max(times), 1, f"of {ROUNDS}")

    def test_bans_and_deletions_count_within_a_second(self):
        server = self.started()
        admin = server.sign_up("Admin")
        times = []
        for number in range(ROUNDS):
            person, token = self.signed_in(server, f"Person{number}")
            if number % 2:
                user = admin.http.get(f"{server.address}/admin/list-users?limit=100", timeout=10).json()["users"]
                subject = next(row["id"] for row in user if row["name"] == person.name)
                admin.post("/admin/ban-user", userId=subject)
            else:
                person.post("/delete-user", password="correct horse")
            times.append(self.seconds_until_refused(token))

        self.assertLess(max(times), 1, f"of {ROUNDS}")

    def test_none_is_lost_while_our_api_is_down_for_ten_seconds(self):
        server = self.started(fullPayload=True)
        people = [self.signed_in(server, f"Person{number}") for number in range(5)]
        self.todo_api.stop()
        down_at = time.monotonic()
        for person, _ in people:
            person.post("/sign-out")
        time.sleep(10 - (time.monotonic() - down_at))
        self.assertIn("could not be told", server.log())

        self.todo_api.start_again()

        for _, token in people:
            self.seconds_until_refused(token)

    def test_it_is_told_once(self):
        server = self.started()
        alice, token = self.signed_in(server, "Alice")
        alice.post("/sign-out")
        self.seconds_until_refused(token)

        self.assertEqual(self.todo_api.log().count("An event was taken: session.ended."), 1)


class BackChannelLogoutOfARealServer(InteropTestCase):
    """Better Auth lets no client register an address on this machine, so its row is changed afterwards."""

    RESOURCE = "https://api.example.com"

    def start(self, **variables: str) -> tuple[BetterAuth, TodoApi]:
        server = self.better_auth(oauthResource=self.RESOURCE)
        api = TodoApi(
            BETTER_AUTH_API_URL=server.base,
            BETTER_AUTH_ISSUER=f"{server.base},{server.address}",
            BETTER_AUTH_IDENTITY_ISSUER=server.base,
            BETTER_AUTH_AUDIENCE=f"{server.base},{self.RESOURCE}",
            BETTER_AUTH_TOKEN_TYPES="absent,JWT,at+jwt",
            **variables,
        )
        self.addCleanup(api.close)
        return server, api

    def test_ends_the_session_of_the_access_token(self):
        server, api = self.start(BETTER_AUTH_EVENTS="logout")
        alice = server.sign_up("Alice")
        client = alice.public_client(CALLBACK)
        api.environment["BETTER_AUTH_LOGOUT_CLIENT_ID"] = client
        api.start()
        uri = f"{api.base}/better-auth/events/logout"
        alice.http.get(f"{server.base}/tell-logout", params={"client": client, "uri": uri}, timeout=10)
        token = alice.oauth_tokens(self.RESOURCE, client, "openid profile offline_access")["access_token"]
        self.assertEqual(api.get(TODOS, token).status_code, 200, api.log()[-3000:])

        alice.post("/sign-out")

        self.assert_refused(api, token, "session_ended")
        self.assertIn("An event was taken: session.ended.", api.log())

    def test_introspection_tells_of_it_where_nothing_is_installed(self):
        server, api = self.start(BETTER_AUTH_INTROSPECT_SECONDS="0")
        alice = server.sign_up("Admin")
        program = alice.program()
        api.environment["BETTER_AUTH_INTROSPECT_CLIENT_ID"] = program["client_id"]
        api.environment["BETTER_AUTH_INTROSPECT_CLIENT_SECRET"] = program["client_secret"]
        api.start()
        token = alice.oauth_tokens(self.RESOURCE)["access_token"]
        self.assertEqual(api.get(TODOS, token).status_code, 200, api.log()[-3000:])

        alice.post("/sign-out")

        self.assert_refused(api, token, "revoked")
        server.stop()
        self.assertEqual(api.get(TODOS, token).status_code, 503)
