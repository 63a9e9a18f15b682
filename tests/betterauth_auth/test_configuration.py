"""Settings: what follows from what, and what `manage.py check` refuses."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import requests
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase, override_settings
from rest_framework.authentication import SessionAuthentication, TokenAuthentication

from betterauth_auth import conf
from betterauth_auth.authentication import BetterAuthAuthentication
from betterauth_auth.checks import check_authenticator_order, check_settings
from tests.fake_betterauth import SigningKey

GOOD = {"API_URL": "https://auth.example.com"}
NO_PLACES_FOR_KEYS = ("http://auth.example.com", "auth.example.com", "ftp://a.example", "https://user:word@a.example")
NO_PROXIES = (
    "proxy:3128",
    "https://proxy:3128",
    "socks5://proxy:1080",
    "http://",
    "http://proxy:x",
    "http://proxy/path",
)
NO_KEYS = ("[]", "{", '{"keys": []}', '{"keys": 1}')
JWKS = {"keys": [SigningKey.make().jwk]}
STATIC = {"JWKS": JWKS, "ISSUER": ["https://a.example"], "AUDIENCE": ["x"]}
COOKIE = {"COOKIE": "__Secure-better-auth.session_token"}
NO_PLACES_FOR_COOKIES = (*NO_PLACES_FOR_KEYS, "https://", "https://[", "https://a.example/?x", "https://a.example/#x")


def policy(**raw: Any) -> conf.Policy:
    return conf.build(raw, is_debug=False).policies[0]


class SettingsTests(SimpleTestCase):
    def test_the_address_alone_is_enough(self):
        for url in ("https://auth.example.com", "https://auth.example.com/", "https://AUTH.example.com:443/"):
            with self.subTest(url):
                made = policy(API_URL=url)
                self.assertEqual(made.issuers, ("https://auth.example.com",))
                self.assertEqual(made.audiences, {"https://auth.example.com"})
                self.assertEqual(made.source.url.lower().replace(":443", ""), "https://auth.example.com/api/auth/jwks")

    def test_the_origin_is_spelled_as_javascript_does(self):
        origins = {
            "http://localhost:3000/base": "http://localhost:3000",
            "http://localhost:80": "http://localhost",
            "http://[::1]:3000": "http://[::1]:3000",
            "https://user:secret@auth.example.com": "https://auth.example.com",
        }
        for url, origin in origins.items():
            with self.subTest(url):
                self.assertEqual(conf.origin(url), origin)

    def test_each_part_can_be_set_apart(self):
        made = policy(
            API_URL="https://a.example", JWKS_URL="http://auth:3000/keys", ISSUER=["https://i.example"], AUDIENCE=["x"]
        )

        self.assertEqual((made.issuers, made.audiences), (("https://i.example",), {"x"}))
        self.assertEqual(made.source.url, "http://auth:3000/keys")

    def test_a_lone_string_is_a_list_of_one(self):
        self.assertEqual(policy(**GOOD, AUDIENCE="https://a.example").audiences, {"https://a.example"})

    def test_names_and_values_that_mean_nothing_are_refused(self):
        no_lists = [{"ISSUER": 1}, {"ISSUERS": 1}, {"ISSUERS": [1]}, {"ISSUERS": "x"}]
        no_values = [{"AUDIENCES": ["x"]}, {"LEEWAY_SECONDS": "10"}, {"LEEWAY_SECONDS": True}, {"ISSUER": [1]}]
        for raw in no_values + no_lists:
            with self.subTest(raw), self.assertRaises(ImproperlyConfigured):
                policy(**GOOD, **raw)

    def test_an_issuer_that_two_servers_claim_is_trusted_for_neither(self):
        other = {"JWKS_URL": "https://mallory.example/jwks", "ISSUER": ["https://auth.example.com"], "AUDIENCE": ["x"]}

        self.assertEqual(dict(conf.build({**GOOD, "ISSUERS": [other]}, is_debug=False).policy_of_issuer), {})

    def test_settings_are_read_at_the_moment_of_use(self):
        with override_settings(BETTER_AUTH={**GOOD, "LEEWAY_SECONDS": 3}):
            self.assertEqual(conf.current().policies[0].leeway_seconds, 3)
        with override_settings(BETTER_AUTH=GOOD):
            self.assertEqual(conf.current().policies[0].leeway_seconds, 10)


# Operators may sign in through the OAuth provider of this server.
ADMIN = {
    **GOOD,
    "ISSUER": ["https://auth.example.com", "https://auth.example.com/api/auth"],
    "IDENTITY_ISSUER": "https://auth.example.com",
    "AUDIENCE": ["https://auth.example.com"],
    "ADMIN_CLIENT_ID": "admin",
    "STAFF_ROLE": "staff",
}
SIGNER = {"ADMIN_ISSUER": "https://auth.example.com"}
NO_WAYS_FOR_OPERATORS = [
    {"STAFF_ROLE": ""},
    {"STAFF_ROLE": ["staff"]},
    {"ADMIN_CLIENT_ID": 1},
    {"ISSUER": ["https://auth.example.com"]},
    {"AUDIENCE": ["https://auth.example.com", "admin"]},
    {"ADMIN_SESSION_SECONDS": "3600"},
    *(
        {**SIGNER, "ADMIN_SERVER": url}
        for url in ("http://auth.example.com", "ftp://a.example", "https://a:b@c.example")
    ),
    *({**SIGNER, "ADMIN_SERVER": url} for url in ("https://a.example?x=1", "https://a.example#x", "http://[::1")),
]


INTROSPECTS = {**GOOD, "TOKEN_TYPES": ["at+jwt"], "INTROSPECT_CLIENT_ID": "api", "INTROSPECT_CLIENT_SECRET": "s"}
NOT_HEARD = {
    "E008": [
        {"EVENTS": ["stripe"]},
        {"EVENTS": 1},
        {"SIGN_UP_MAKES_USER": "yes"},
        {**INTROSPECTS, "INTROSPECT_SECONDS": "10"},
    ],
    "E045": [
        {"EVENTS": ["logout"]},
        {"EVENTS": ["logout"], "LOGOUT_CLIENT_ID": "api", "AUDIENCE": ["https://auth.example.com", "api"]},
        {"EVENTS": ["neon"], "ISSUERS": [{"API_URL": "https://b.example", "EVENTS": ["neon"]}]},
    ],
    "E046": [
        {**INTROSPECTS, "INTROSPECT_URL": "http://auth.example.com/introspect"},
        {**INTROSPECTS, "INTROSPECT_CLIENT_SECRET": ""},
    ],
    "E047": [{**INTROSPECTS, "TOKEN_TYPES": ["absent"]}],
}


class CheckTests(SimpleTestCase):
    def test_what_would_tell_nothing_or_too_much(self):
        self.assertEqual(self.ids(INTROSPECTS), [])
        self.assertEqual(self.ids({**GOOD, "EVENTS": ["plugin", "logout", "neon"], "LOGOUT_CLIENT_ID": "api"}), [])
        for number, settings in NOT_HEARD.items():
            for raw in settings:
                with self.subTest(number, raw=raw):
                    self.assertEqual(self.ids({**GOOD, **raw}), [number])

    def ids(self, raw: Any) -> list[str]:
        with override_settings(BETTER_AUTH=raw):
            return [message.id.partition(".")[2] for message in check_settings(None)]

    def test_good_configurations_pass(self):
        loopback = [{"API_URL": f"http://{host}:3000"} for host in ("localhost", "127.0.0.1", "[::1]")]
        apart = {"CA_BUNDLE": requests.certs.where(), "PROXY": "http://user:word@proxy:3128"}
        for raw in [
            {**GOOD, **apart},
            GOOD,
            *loopback,
            STATIC,
            {**STATIC, "JWKS": json.dumps(JWKS)},
            {**GOOD, **COOKIE, "COOKIE_SECONDS": 60},
            {**STATIC, **COOKIE, "TOKEN_URL": "http://127.0.0.1:3000/api/auth/token"},
            {"ISSUERS": [GOOD]},
            ADMIN,
            {**ADMIN, "ADMIN_SERVER": "http://localhost:3000/accounts", "ADMIN_ISSUER": "https://auth.example.com"},
        ]:
            with self.subTest(raw=str(raw)[:60]):
                self.assertEqual(self.ids(raw), [])

    def test_each_fault_has_its_id(self):
        faults: dict[str, list[Any]] = {
            "E001": [None, [], {}, {"ISSUER": ["https://a.example"]}],
            "E002": [{"JWKS_URL": "https://a.example", "AUDIENCE": ["x"]}, {**GOOD, "ISSUER": ["x" * 256]}],
            "E003": [{"JWKS_URL": "https://a.example", "ISSUER": ["x"]}],
            "E004": [{**GOOD, "ALGORITHMS": names} for names in (["HS256"], ["none"], [], ["EdDSA", "hs512"])],
            "E005": [*({"API_URL": url} for url in NO_PLACES_FOR_KEYS), {**GOOD, "JWKS_URL": "https://["}],
            "E006": [{**GOOD, "ISSUER": ["https://auth.example.com/"]}],
            "E008": [{**GOOD, "AUDIENCES": []}, {**GOOD, "SOFT_LIFE_SECONDS": "1"}, {"API_URL": "http://[::1"}],
            "E009": [{**GOOD, "HARD_LIFE_SECONDS": 1}],
            "E010": [{"JWKS": value, "ISSUER": ["x"], "AUDIENCE": ["x"]} for value in NO_KEYS],
            "E011": [{**GOOD, "CACHE": "nowhere"}],
            "E012": [{**GOOD, "ISSUERS": [GOOD]}],
            "E019": [{**GOOD, "CA_BUNDLE": path} for path in ("/nowhere.pem", __file__, "/")],
            "E020": [{**GOOD, "PROXY": url} for url in NO_PROXIES],
            "E021": [{**GOOD, "COOKIE": name} for name in ("a b", "a=b", "a;b", "é")],
            "E022": [{**GOOD, **COOKIE, "TOKEN_URL": url} for url in NO_PLACES_FOR_COOKIES] + [{**STATIC, **COOKIE}],
            "E023": [{**GOOD, **COOKIE, "COOKIE_SECONDS": 61}],
            "E024": [{**GOOD, **COOKIE, "REQUIRED_SCOPES": ["todos"]}],
            "W002": [{**GOOD, "COOKIE": "better-auth.session_token"}],
            "E025": [{**ADMIN, **fault} for fault in NO_WAYS_FOR_OPERATORS],
        }
        for expected, cases in faults.items():
            for raw in cases:
                with self.subTest(expected, raw=str(raw)[:60]):
                    self.assertIn(expected, self.ids(raw))

    def test_what_is_no_address_anywhere_is_said_with_its_name(self):
        access = {"TOKEN_TYPES": ["at+jwt"]}
        for name in ("API_URL", "JWKS_URL", "PROXY", "TOKEN_URL", "ADMIN_SERVER", "RESOURCE"):
            with (
                self.subTest(name),
                override_settings(BETTER_AUTH={**ADMIN, **COOKIE, **access, **SIGNER, name: "https://["}),
            ):
                told = [f"{message.msg} {message.hint}" for message in check_settings(None)]
                self.assertIn(f'BETTER_AUTH["{name}"]', "".join(told))
        self.assertNotIn("E006", self.ids({**GOOD, "ISSUER": ["https://[/"]}))

    def test_operators_need_a_user_model_that_knows_them(self):
        with override_settings(AUTH_USER_MODEL="contenttypes.ContentType"):
            self.assertEqual(self.ids(GOOD), [])
            self.assertEqual(self.ids(ADMIN), ["E025"])

    def test_messages_name_the_setting_and_what_the_project_calls_it(self):
        raw = {"API_URL": "ftp://a.example", "VARIABLES": {"API_URL": "AUTH_URL"}}
        for given, expected in (
            (raw, '["API_URL"] (AUTH_URL) or BETTER_AUTH["JWKS_URL"] as'),
            ({**raw, "VARIABLES": 1}, '["API_URL"] or'),
        ):
            with self.subTest(expected), override_settings(BETTER_AUTH=given):
                self.assertIn(f"Write BETTER_AUTH{expected}", check_settings(None)[0].hint)

    @override_settings(DEBUG=True)
    def test_http_is_for_development(self):
        self.assertEqual(self.ids({"API_URL": "http://auth.internal", "COOKIE": "better-auth.session_token"}), [])

    def test_a_file_that_is_missing_or_holds_nothing_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "jwks.json"
            raw = {"JWKS_FILE": str(path), "ISSUER": ["x"], "AUDIENCE": ["x"]}
            self.assertEqual(self.ids(raw), ["E010"])
            path.write_text(json.dumps(JWKS))
            self.assertEqual(self.ids(raw), [])

    def test_an_order_that_turns_401_into_403_is_refused(self):
        orders = {
            (SessionAuthentication, BetterAuthAuthentication): ["betterauth_auth.E007"],
            (BetterAuthAuthentication, SessionAuthentication): [],
            (TokenAuthentication, BetterAuthAuthentication): [],
            (SessionAuthentication,): [],
        }
        for classes, expected in orders.items():
            names = [f"{cls.__module__}.{cls.__name__}" for cls in classes]
            with self.subTest(names), override_settings(REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": names}):
                self.assertEqual([message.id for message in check_authenticator_order(None)], expected)
