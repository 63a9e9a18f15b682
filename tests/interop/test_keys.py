"""Keys change and the issuer disappears; whoever has a good token notices neither."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.interop.case import TODOS, InteropTestCase
from tests.interop.servers import Person, TodoApi

CLIENTS = 8
ROTATION_SECONDS = 3
CALLING_SECONDS = 14


class KeysChange(InteropTestCase):
    def test_eight_clients_notice_nothing_while_the_keys_rotate(self):
        server = self.better_auth(rotationSeconds=ROTATION_SECONDS)
        api = self.api(BETTER_AUTH_API_URL=server.base)
        people = [server.sign_up(f"Client{number}") for number in range(CLIENTS)]

        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(lambda person: keep_calling(person, api), people))

        kids = {kid for calls in answers for kid, _ in calls}
        refused = [status for calls in answers for _, status in calls if status != 200]
        self.assertGreaterEqual(len(kids), CALLING_SECONDS // ROTATION_SECONDS - 1)
        self.assertEqual(refused, [], f"of {sum(map(len, answers))} calls")

    def test_a_server_that_comes_back_with_another_key_is_believed_at_once(self):
        server = self.better_auth()
        api = self.api(BETTER_AUTH_API_URL=server.base)
        self.assert_accepted(api, server.sign_up("Alice").token())

        server.stop()
        server.start()

        self.assert_accepted(api, server.sign_up("Alice").token())

    def test_another_key_under_the_same_serial_kid_is_believed_too(self):
        server = self.better_auth(generateId="serial")
        api = self.api(BETTER_AUTH_API_URL=server.base)
        self.assert_accepted(api, server.sign_up("Alice").token())

        server.stop()
        server.start()

        self.assert_accepted(api, server.sign_up("Bob").token())


class TheIssuerIsDown(InteropTestCase):
    def test_good_tokens_are_accepted_past_the_soft_life(self):
        server = self.better_auth()
        api = self.api(
            BETTER_AUTH_API_URL=server.base, BETTER_AUTH_SOFT_LIFE_SECONDS="1", BETTER_AUTH_TOKEN_CACHE_SECONDS="0"
        )
        alice, bob = server.sign_up("Alice").token(), server.sign_up("Bob").token()
        # Every worker process has to have seen the keys once.
        for _ in range(20):
            self.assert_accepted(api, alice)

        server.stop()
        time.sleep(3)

        for token in (alice, bob) * 10:
            self.assert_accepted(api, token)

    def test_without_any_key_the_answer_is_503_and_never_401(self):
        server = self.better_auth()
        alice = server.sign_up("Alice").token()
        server.stop()
        api = self.api(BETTER_AUTH_API_URL=server.base)

        response = api.get(TODOS, alice)

        self.assertEqual(response.status_code, 503, response.text)
        self.assertGreater(int(response.headers["Retry-After"]), 0)


def keep_calling(person: Person, api: TodoApi) -> list[tuple[str, int]]:
    """The kid and the status of every call, each with a token signed a moment before."""
    calls = []
    until = time.monotonic() + CALLING_SECONDS
    while time.monotonic() < until:
        token = person.token()
        calls.append((token.split(".")[0], api.get(TODOS, token).status_code))
    return calls
