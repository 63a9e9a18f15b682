"""What a token's claims make of a person here: roles, organizations, groups, and who is kept out."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.db import connection
from django.test.utils import CaptureQueriesContext

from betterauth_auth.models import Identity
from betterauth_auth.tokens import verify
from tests.betterauth_auth import hooks
from tests.betterauth_auth.case import IssuerCase, IssuerDatabaseCase

HOOKS = "tests.betterauth_auth.hooks"
GROUPS = {"admin": ["operators", "editors"], "editor": ["editors"]}


def iso(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


class StandingTests(IssuerCase):
    def status(self, **claims):
        return self.get_with("/stateless", **claims).status_code

    def test_whoever_is_banned_is_refused_by_default(self):
        for banned in (True, 1, "true", "yes", {}):
            with self.subTest(banned=banned):
                self.assertEqual(self.status(banned=banned), 401)
        for banned in (False, None, 0):
            with self.subTest(banned=banned):
                self.assertEqual(self.status(banned=banned), 200)

    def test_a_ban_ends_when_it_says_so(self):
        over, lasting = iso(-5), iso(60)
        for end in (over, int(time.time() * 1000) - 5000, over.replace("Z", "+00:00")):
            with self.subTest(end=end):
                self.assertEqual(self.status(banned=True, banExpires=end), 200)
        unclear = (None, "", "soon", iso(-5)[:-1], True, [], {}, "-1", 10**400)
        for end in (lasting, int(time.time() * 1000) + 60_000, *unclear):
            with self.subTest(end=str(end)[:20]):
                self.assertEqual(self.status(banned=True, banExpires=end), 401)

    def test_others_are_refused_where_the_settings_say_so(self):
        claims = {"impersonated": {"impersonatedBy": "root"}, "anonymous": {"isAnonymous": True}}
        for standing, says in claims.items():
            with self.subTest(standing):
                self.assertEqual(self.status(**says), 200)
                self.configure(REFUSE=[standing])
                self.assertEqual(self.status(**says), 401)
                self.assertEqual(self.status(banned=True), 200)
                self.configure()

    def test_an_unknown_standing_is_a_fault_of_the_settings(self):
        self.configure(REFUSE=["baned"])

        self.assertEqual([fault.id for fault in run_checks() if "REFUSE" in fault.msg], ["betterauth_auth.E008"])


class ClaimsTests(IssuerCase):
    def token(self, **claims):
        return verify(self.issuer.token(**claims))

    def test_roles_are_a_list_with_commas_and_blanks(self):
        for role, expected in (
            ("admin", {"admin"}),
            ("admin, user ,,editor", {"admin", "user", "editor"}),
            (["admin", "user"], set()),
            ("", set()),
            (None, set()),
            (7, set()),
        ):
            with self.subTest(role=role):
                self.assertEqual(self.token(role=role).roles, expected)

    def test_the_active_organization_is_ours_or_neons(self):
        says = {"id": "o1", "slug": "acme", "role": "owner,member"}
        for name in ("org", "o"):
            with self.subTest(name):
                self.assertEqual(self.token(**{name: says}).organization, ("o1", "acme", {"owner", "member"}))
        for broken in (None, "o1", [], {}, {"id": 7}, {"id": ""}):
            with self.subTest(broken=broken):
                self.assertIsNone(self.token(org=broken).organization)

    def test_session_impersonation_and_client_are_told(self):
        token = self.token(sid="s1", impersonatedBy="root", azp="web")

        self.assertEqual((token.session_id, token.impersonated_by, token.client_id), ("s1", "root", "web"))
        self.assertEqual(self.token(sid=7).session_id, "")


class PermissionTests(IssuerDatabaseCase):
    def test_one_of_the_roles_is_enough(self):
        self.assert_answers(self.get_with("/roles", role="editor, user"), 200)
        for role in ("user", "", None, "administrator", "Admin"):
            with self.subTest(role=role):
                self.assert_answers(self.get_with("/roles", role=role), 403)
        self.assert_answers(self.get(path="/roles"), 401)

    def test_a_view_that_names_no_role_lets_nobody_in(self):
        self.assert_answers(self.get_with("/no-roles", role="admin"), 403)

    def test_the_organization_asked_for_counts_and_not_the_active_one(self):
        says = {"id": "o1", "slug": "o2", "role": "owner"}

        self.assert_answers(self.get_with("/organizations/o1", org=says), 200)
        self.assert_answers(self.get_with("/organizations/o2", org=says), 403)
        self.assert_answers(self.get_with("/organizations/o1", org={**says, "role": "member"}), 403)
        self.assert_answers(self.get_with("/organizations/o1"), 403)

    def test_a_table_of_the_project_knows_the_other_organizations(self):
        self.configure(ORGANIZATION_ROLES=f"{HOOKS}.roles_by_table")

        self.assert_answers(self.get_with("/organizations/acme"), 200)
        self.assert_answers(self.get_with("/organizations/other"), 403)
        self.configure(ORGANIZATION_ROLES=f"{HOOKS}.fail")
        self.assert_answers(self.get_with("/organizations/acme"), 503)

    def test_whoever_is_impersonated_may_not_do_everything(self):
        self.assert_answers(self.get_with("/in-person"), 200)
        self.assert_answers(self.get_with("/in-person", impersonatedBy="root"), 403)


class IdentityIssuerTests(IssuerDatabaseCase):
    def both(self, **settings):
        own, oauth = self.issuer.url, f"{self.issuer.url}/api/auth"
        self.configure(ISSUER=[own, oauth], **settings)
        return {self.get_with(sub="alice", iss=issuer).json()["user"] for issuer in (own, oauth)}

    def test_one_server_with_two_issuers_has_one_alice(self):
        self.assertEqual(len(self.both()), 2)
        self.assertEqual(len(self.both(IDENTITY_ISSUER=self.issuer.url)), 1)

    def test_a_deactivated_person_stays_out_by_either_door(self):
        self.both(IDENTITY_ISSUER=self.issuer.url)
        get_user_model().objects.update(is_active=False)

        for issuer in (self.issuer.url, f"{self.issuer.url}/api/auth"):
            self.assert_answers(self.get_with(sub="alice", iss=issuer), 401)

    def test_the_checks_speak_of_it(self):
        def found():
            return {fault.id for fault in run_checks() if fault.id in {"betterauth_auth.E017", "betterauth_auth.W001"}}

        self.assertEqual(found(), set())
        self.configure(ISSUER=[self.issuer.url, "https://other.example"])
        self.assertEqual(found(), {"betterauth_auth.W001"})
        self.configure(ISSUER=[self.issuer.url, "https://other.example"], IDENTITY_ISSUER="https://third.example")
        self.assertEqual(found(), {"betterauth_auth.E017"})


class GroupTests(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.configure(ROLE_GROUPS=GROUPS)
        self.now = int(time.time()) - 300

    def sign_in(self, role, after=0, **claims):
        return self.get_with(role=role, iat=self.now + after, exp=self.now + 900, **claims)

    def groups(self):
        return sorted(get_user_model().objects.get().groups.values_list("name", flat=True))

    def test_groups_are_added_and_removed_as_roles_are(self):
        self.sign_in("admin")
        self.assertEqual(self.groups(), ["editors", "operators"])
        self.sign_in("editor", after=1)
        self.assertEqual(self.groups(), ["editors"])
        self.sign_in("user", after=2)
        self.assertEqual(self.groups(), [])

    def test_other_groups_are_left_alone(self):
        self.sign_in("user")
        get_user_model().objects.get().groups.add(Group.objects.create(name="by hand"))

        self.sign_in("admin", after=1)
        self.sign_in("user", after=2)

        self.assertEqual(self.groups(), ["by hand"])

    def test_an_older_token_gives_nothing_back(self):
        self.sign_in("admin", after=1)
        self.sign_in("user", after=2)

        self.sign_in("admin", after=1, nonce=1)

        self.assertEqual(self.groups(), [])

    def test_nothing_is_written_while_nothing_changes(self):
        self.sign_in("admin")
        self.sign_in("admin", after=1)

        with CaptureQueriesContext(connection) as queries:
            self.sign_in("admin", after=2)

        self.assertEqual(len(queries), 1, queries.captured_queries)

    def test_changed_settings_count_from_the_next_token_on(self):
        self.sign_in("admin")
        self.configure(ROLE_GROUPS={"admin": "operators", "other": "editors"})

        self.sign_in("admin", after=1)

        self.assertEqual(self.groups(), ["operators"])

    def test_a_role_makes_nobody_an_operator(self):
        self.sign_in("admin")

        user = get_user_model().objects.get()
        self.assertEqual((user.is_staff, user.is_superuser), (False, False))

    def test_a_group_that_is_new_has_no_permissions(self):
        self.sign_in("admin")

        self.assertFalse(Group.objects.get(name="operators").permissions.exists())


class HookTests(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        hooks.calls.clear()
        self.now = int(time.time()) - 300

    def sign_in(self, after=0, **claims):
        return self.get_with(iat=self.now + after, exp=self.now + 900, **claims)

    def test_on_token_is_called_when_a_watched_claim_changes(self):
        self.configure(ON_TOKEN=f"{HOOKS}.note", WATCHED_CLAIMS=["org"])

        for after, org in enumerate(({"id": "a"}, {"id": "a"}, {"id": "b"}, None)):
            self.sign_in(after, org=org)

        user = get_user_model().objects.get().pk
        self.assertEqual(hooks.calls, [(user, {"id": "a"}), (user, {"id": "b"}), (user, None)])

    def test_a_hook_that_fails_is_an_outage_and_is_tried_again(self):
        self.configure(ON_TOKEN=f"{HOOKS}.fail", WATCHED_CLAIMS=["org"])
        with self.assertLogs("betterauth_auth.hooks", "ERROR") as logs:
            response = self.sign_in(org={"id": "a"})
        self.assert_answers(response, 503)
        self.assertNotIn(b"broke", response.content)
        self.assertIn("the hook broke", logs.output[0])
        self.assertIsNone(Identity.objects.get().granted_issued_at)

        self.configure(ON_TOKEN=f"{HOOKS}.note", WATCHED_CLAIMS=["org"])
        self.assert_answers(self.sign_in(org={"id": "a"}), 200)
        self.assertEqual(len(hooks.calls), 1)

    def test_users_are_made_as_the_project_says(self):
        self.configure(MAKE_USER=f"{HOOKS}.make_named")

        self.sign_in(sub="alice")

        self.assertEqual(get_user_model().objects.get().username, "person-alice")

    def test_a_user_made_wrongly_is_an_outage_and_leaves_nothing(self):
        get_user_model().objects.create(username="root", is_staff=True)
        for name in ("fail", "make_nobody", "find_operator"):
            with self.subTest(name), self.assertLogs("betterauth_auth.hooks", "ERROR"):
                self.configure(MAKE_USER=f"{HOOKS}.{name}")
                self.assert_answers(self.sign_in(), 503)
                self.assertFalse(Identity.objects.exists())

    def test_hooks_that_are_not_there_are_found_by_the_checks(self):
        for path in ("nowhere.at_all", f"{HOOKS}.missing", f"{HOOKS}.not_a_function", "plain"):
            with self.subTest(path):
                self.configure(ON_TOKEN=path)
                self.assertIn("betterauth_auth.E015", {fault.id for fault in run_checks()})
