"""The question under every door, asked in both ways: each must give the other's answers."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import override_settings

from betterauth_auth import counters
from betterauth_auth.exceptions import Denied
from betterauth_auth.identify import SignedIn, aidentify, identify
from betterauth_auth.models import Identity
from betterauth_auth.signals import token_refused
from betterauth_auth.users import cut_off
from tests.betterauth_auth.case import IssuerDatabaseCase

WAYS = {"blocking": identify, "awaiting": async_to_sync(aidentify)}
REFUSED = (401, "invalid_token", {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'})
ANONYMOUS = (401, "not_authenticated", {"WWW-Authenticate": 'Bearer realm="api"'})


class IdentifyTests(IssuerDatabaseCase):
    def answers(self, authorization: str | None, **asked: Any) -> SignedIn | tuple[int, str, dict[str, str]] | None:
        """What both ways answer."""
        found = [self.answer(way, authorization, **asked) for way in WAYS.values()]
        self.assertEqual(found[0], found[1])
        return found[0]

    def answer(self, way: Any, authorization: str | None, **asked: Any) -> Any:
        try:
            return way(authorization, **asked)
        except Denied as exc:
            return exc.status, exc.code, exc.headers

    def bearer(self, **claims: Any) -> str:
        return f"Bearer {self.issuer.token(**claims)}"

    def test_each_way_makes_the_person_on_first_sight(self):
        for name, way in WAYS.items():
            with self.subTest(name):
                user, token = way(self.bearer(sub=name, email="a@example.com"))

                self.assertEqual(token.subject, name)
                identity = Identity.objects.get(subject=name)
                self.assertEqual((user, user.betterauth_identity), (identity.user, identity))
                self.assertEqual(identity.email, "a@example.com")

    def test_each_way_is_one_query_afterwards(self):
        authorization = self.bearer()
        identify(authorization)

        for name, way in WAYS.items():
            with self.subTest(name), self.assertNumQueries(1):
                way(authorization)

    def test_each_way_keeps_the_profile_in_step(self):
        for name, way in WAYS.items():
            with self.subTest(name):
                way(self.bearer(sub=name, name="Old", iat=self.now() - 5))
                way(self.bearer(sub=name, name="New"))

                self.assertEqual(Identity.objects.get(subject=name).name, "New")

    def now(self) -> int:
        return int(self.issuer.claims()["iat"])

    def test_without_a_token_nobody_unless_one_is_required(self):
        for authorization in (None, "", "Basic YTpi", "Bearer\tx", "Bearerx", self.issuer.token()):
            with self.subTest(str(authorization)[:12]):
                self.assertIsNone(self.answers(authorization))
                self.assertEqual(self.answers(authorization, required=True), ANONYMOUS)

    def test_what_is_no_token_is_refused_whether_required_or_not(self):
        good = self.issuer.token()
        hostile = {
            "nothing": "Bearer",
            "blank": "Bearer   ",
            "twice, as servers join headers": f"Bearer {good},Bearer {good}",
            "twice with a blank": f"Bearer {good}, Bearer {good}",
            "two tokens": f"Bearer {good} {good}",
            "bytes above 0x7f": "Bearer \xe9\xff",
            "half a character": "Bearer \ud800",
            "NUL": f"Bearer {good}\0",
            "line break": f"Bearer {good}\r\nX-A: b",
            "huge": "Bearer " + "a" * 1_000_000,
            "none": "bearer eyJhbGciOiJub25lIn0.e30.",
        }
        for name, authorization in hostile.items():
            with self.subTest(name):
                self.assertEqual(self.answers(authorization), REFUSED)
        self.assertFalse(get_user_model().objects.exists())

    def test_the_scheme_knows_no_case(self):
        token = self.issuer.token()
        for scheme in ("bearer", "BEARER", "bEaReR"):
            self.assertEqual(self.answers(f"{scheme} {token}", stateless=True).token.subject, "alice")

    def test_scopes_are_all_needed_and_of_roles_one(self):
        authorization = self.bearer(scope="read write", role="user, admin")

        self.assertIsInstance(self.answers(authorization, scopes=["read", "write"], roles=["admin", "root"]), SignedIn)
        challenge = 'Bearer realm="api", error="insufficient_scope", scope="delete read"'
        denied = (403, "insufficient_scope", {"WWW-Authenticate": challenge})
        self.assertEqual(self.answers(authorization, scopes=["read", "delete"]), denied)
        self.assertEqual(self.answers(authorization, roles=["root"]), (403, "role", {}))
        self.assertEqual(self.answers(self.bearer(), roles=["user"]), (403, "role", {}))

    def test_a_role_is_a_whole_word_of_a_list(self):
        listed = {"admin": {"admin"}, " admin ,user,, ": {"admin", "user"}, "": set(), "a b": {"a b"}}
        for role, roles in listed.items():
            with self.subTest(role):
                self.assertEqual(self.answers(self.bearer(role=role), stateless=True).token.roles, roles)
        for role in (["admin"], {"admin": True}, True, 7):
            with self.subTest(role):
                self.assertEqual(self.answers(self.bearer(role=role), roles=["admin", "True", "7"]), (403, "role", {}))

    def test_one_word_in_place_of_a_list_is_a_mistake(self):
        authorization = self.bearer()
        for way in WAYS.values():
            with self.assertRaisesRegex(TypeError, r"\['todos:read'\]"):
                way(authorization, scopes="todos:read")

    def test_people_who_were_shut_out_are_refused(self):
        authorization = self.bearer()
        user = identify(authorization).user
        cut_off(user)
        self.assertEqual(self.answers(authorization), REFUSED)

        Identity.objects.update(tokens_valid_after=None)
        get_user_model().objects.update(is_active=False)
        self.assertEqual(self.answers(authorization), REFUSED)

    def test_stateless_asks_no_database(self):
        with self.assertNumQueries(0):
            found = self.answers(self.bearer(), stateless=True)

        self.assertEqual(found.user.pk, f"{self.issuer.url}|alice")
        self.assertFalse(get_user_model().objects.exists())

    def test_keys_out_of_reach_are_an_outage_with_a_time_to_wait(self):
        authorization = self.bearer()
        self.issuer.stop()

        for name, way in WAYS.items():
            with self.subTest(name):
                status, code, headers = self.answer(way, authorization)
                self.assertEqual((status, code, list(headers)), (503, "unavailable", ["Retry-After"]))
                self.assertGreaterEqual(int(headers["Retry-After"]), 1)

    @override_settings(BETTER_AUTH={"API_URL": "https://auth.example.com", "ALGORITHM": "none"})
    def test_a_wrong_configuration_is_an_outage(self):
        with self.assertLogs("betterauth_auth.identify", "ERROR"):
            self.assertEqual(self.answers("Bearer x"), (503, "unavailable", {"Retry-After": "60"}))

    def test_a_database_out_of_reach_is_for_the_host_to_deal_with(self):
        authorization = self.bearer()

        def fail(*args: object) -> None:
            raise OperationalError("gone")

        for way in WAYS.values():
            with connection.execute_wrapper(fail), self.assertRaises(OperationalError):
                way(authorization)

    def test_each_way_counts_logs_and_tells_the_reason(self):
        told: list[str] = []
        receiver = lambda reason, **kwargs: told.append(reason)  # noqa: E731
        token_refused.connect(receiver)
        self.addCleanup(token_refused.disconnect, receiver)
        before = counters.refused_tokens().get("expired", 0)

        with self.assertLogs("betterauth_auth.identify", "INFO") as logs:
            self.answers(self.bearer(exp=1))

        self.assertEqual(told, ["expired", "expired"])
        self.assertEqual(counters.refused_tokens()["expired"] - before, 2)
        self.assertEqual([record.reason for record in logs.records], ["expired", "expired"])
