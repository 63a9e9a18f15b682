"""What the documented `definePayload` puts into the tokens of a real Better Auth, read by our verifier."""

from django.test import override_settings

from betterauth_auth.exceptions import InvalidToken
from betterauth_auth.tokens import VerifiedToken, verify
from tests.interop.case import InteropTestCase
from tests.interop.servers import Person


class TheDocumentedPayload(InteropTestCase):
    def setUp(self) -> None:
        self.server = self.better_auth(fullPayload=True)
        self.enterContext(override_settings(BETTER_AUTH={"API_URL": self.server.base}))

    def token(self, person: Person) -> VerifiedToken:
        return verify(person.token())

    def test_roles_and_session_are_told(self):
        alice, root = self.server.sign_up("Alice"), self.server.sign_up("Admin")

        root.post("/admin/set-role", userId=self.token(alice).subject, role=["admin", "user"])

        self.assertEqual(self.token(root).roles, {"admin"})
        self.assertEqual(self.token(alice).roles, {"admin", "user"})
        self.assertNotEqual(self.token(alice).session_id, "")

    def test_the_active_organization_is_told_with_the_role_in_it(self):
        alice = self.server.sign_up("Alice")
        self.assertIsNone(self.token(alice).organization)

        made = alice.post("/organization/create", name="Acme", slug="acme")
        alice.post("/organization/set-active", organizationId=made["id"])

        self.assertEqual(self.token(alice).organization, (made["id"], "acme", {"owner"}))

    def test_an_impersonation_is_told(self):
        alice, root = self.server.sign_up("Alice"), self.server.sign_up("Admin")
        subject, operator = self.token(alice).subject, self.token(root).subject

        root.post("/admin/impersonate-user", userId=subject)

        token = self.token(root)
        self.assertEqual((token.subject, token.impersonated_by), (subject, operator))
        with override_settings(BETTER_AUTH={"API_URL": self.server.base, "REFUSE": ["impersonated"]}):
            self.assertRaisesMessage(InvalidToken, "impersonated", self.token, root)
