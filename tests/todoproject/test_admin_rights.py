"""Operators who are no superusers try to get, or to give, more rights than they hold.

Each attack comes in a form that is accepted for what it also says, so that a refusal of the whole form proves nothing.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from django.utils.timezone import now

from betterauth_auth.models import Identity
from tests.todoproject.operators import ADMIN, AdminTestCase, Operator

USERS = "/auth/user/"
GROUPS = "/auth/group/"
PASSWORD = "a long password of theirs"
RIGHTS = ("is_superuser", "is_staff", "groups", "user_permissions", "permissions")


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    """What a browser sends from the page of an operator, with these changes."""
    joined = {"date_joined_0": "2026-01-02", "date_joined_1": "03:04:05"}
    return {"username": user.username, "email": user.email, "is_active": "on", **joined, **changes}


def codenames(rows: Any) -> set[str]:
    return set(rows.values_list("codename", flat=True))


class RightsTestCase(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.chief = Operator("chief", "support")
        work = ("change_user", "add_user", "view_group", "change_group", "add_group")
        self.chief.user.user_permissions.set(Permission.objects.filter(codename__in=work))
        self.nora = Operator("nora")

    def submit(self, operator: Operator, user: User, **changes: Any) -> User:
        """Sends the form of this user's page; what is stored afterwards."""
        operator.post(f"{USERS}{user.pk}/change/", form_of(user, **changes))
        return User.objects.get(pk=user.pk)

    def set_password(self, operator: Operator, user: User) -> bool:
        data = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": "1"}
        operator.post(f"{USERS}{user.pk}/password/", data)
        return User.objects.get(pk=user.pk).check_password(PASSWORD)


class NobodyGivesHimselfRights(RightsTestCase):
    def test_not_by_the_fields_of_his_own_page(self):
        every = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
        before = codenames(self.chief.user.user_permissions.all())
        for field, value in (("is_superuser", "on"), ("user_permissions", every), ("groups", self.group_ids())):
            with self.subTest(field):
                stored = self.submit(self.chief, self.chief.user, is_staff="on", first_name=field, **{field: value})

                self.assertEqual(stored.first_name, field)
                self.assertFalse(stored.is_superuser)
                self.assertEqual(codenames(stored.user_permissions.all()), before)
                self.assertEqual([group.name for group in stored.groups.all()], ["support"])

    def test_a_superuser_s_same_forms_are_obeyed(self):
        stored = self.submit(self.olivia, self.chief.user, is_superuser="on", groups=self.group_ids())

        self.assertEqual((stored.is_superuser, stored.is_staff, stored.groups.count()), (True, False, 2))

    def test_nor_takes_the_staff_status_of_others(self):
        stored = self.submit(self.chief, self.nora.user, first_name="Nora")

        self.assertEqual((stored.first_name, stored.is_staff), ("Nora", True))

    def test_not_through_his_own_group(self):
        support = Group.objects.get(name="support")
        before = codenames(support.permissions)
        every = list(Permission.objects.values_list("pk", flat=True))

        self.chief.post(f"{GROUPS}{support.pk}/change/", {"name": "helpers", "permissions": every})

        support.refresh_from_db()
        self.assertEqual((support.name, codenames(support.permissions)), ("helpers", before))
        self.olivia.post(f"{GROUPS}{support.pk}/change/", {"name": "helpers", "permissions": every})
        self.assertEqual(support.permissions.count(), len(every))

    def test_not_through_a_new_group(self):
        every = list(Permission.objects.values_list("pk", flat=True))

        self.chief.post(f"{GROUPS}add/", {"name": "friends", "permissions": every})

        self.assertEqual(Group.objects.get(name="friends").permissions.count(), 0)

    def test_not_through_a_new_operator(self):
        data = {"username": "double", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
        data |= {"is_staff": "on", "is_superuser": "on", "groups": self.group_ids()}

        self.assertEqual(self.chief.post(f"{USERS}add/", data).status_code, 403)
        self.assertFalse(User.objects.filter(username="double").exists())
        self.olivia.post(f"{USERS}add/", data)
        made = User.objects.get(username="double")
        self.assertEqual((made.is_staff, made.is_superuser, made.groups.count()), (True, False, 2))

    def test_not_in_the_list(self):
        rows = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": self.chief.user.pk, "_save": "Save"}

        response = self.chief.post(USERS, {**rows, "form-0-is_superuser": "on", "form-0-is_staff": "on"})

        self.assertIn("chief", self.shown(response))
        self.assertFalse(User.objects.get(pk=self.chief.user.pk).is_superuser)
        self.assertEqual([model for model, page in admin.site._registry.items() if page.list_editable], [])

    def test_no_page_of_the_site_takes_rights_from_anybody_but_superusers(self):
        everything = Operator("everything")
        everything.user.user_permissions.set(Permission.objects.all())

        self.assertEqual(self.rights_offered_to(everything), set())
        found = {("user", name) for name in RIGHTS[:4]} | {("group", "permissions")}
        self.assertEqual(self.rights_offered_to(self.olivia), found)

    def rights_offered_to(self, operator: Operator) -> set[tuple[str, str]]:
        offered = set()
        for model in admin.site._registry:
            name = model._meta.model_name
            key = self.nora.user.pk if model is User else model.objects.order_by("pk").values_list("pk").first()
            pages = [reverse(f"admin:{model._meta.app_label}_{name}_add").removeprefix(ADMIN)]
            if key:
                pk = key if model is User else key[0]
                address = reverse(f"admin:{model._meta.app_label}_{name}_change", args=[pk])
                pages.append(address.removeprefix(ADMIN))
            for page in pages:
                names = re.findall(r'<(?:input|select)[^>]* name="(\w+)"', operator.get(page).content.decode())
                offered |= {(name, field) for field in names if field in RIGHTS}
        return offered

    def group_ids(self) -> list[int]:
        return list(Group.objects.values_list("pk", flat=True))


class NobodyTakesTheAccountOfWhoMayDoMore(RightsTestCase):
    def setUp(self) -> None:
        super().setUp()
        retired = Operator("retired", is_superuser=True)
        User.objects.filter(pk=retired.user.pk).update(is_active=False)
        self.superiors = [self.olivia.user, self.petra.user, retired.user]

    def test_not_by_a_new_password(self):
        self.assertTrue(self.set_password(self.chief, self.nora.user))
        self.assertTrue(self.set_password(self.olivia, self.sam.user))
        for superior in self.superiors:
            with self.subTest(superior.username):
                self.assertFalse(self.set_password(self.chief, superior))

    def test_not_by_a_new_name_or_address_or_by_shutting_it(self):
        stored = self.submit(self.chief, self.nora.user, username="taken", email="n@example.com", is_active="")
        self.assertEqual((stored.username, stored.email, stored.is_active), ("taken", "n@example.com", False))

        for superior in self.superiors:
            with self.subTest(superior.username):
                before = User.objects.filter(pk=superior.pk).values().get()
                self.submit(self.chief, superior, username="mine", email="n@example.com", is_active="")
                self.assertEqual(User.objects.filter(pk=superior.pk).values().get(), before)

    def test_not_by_an_action_on_the_list(self):
        self.chief.user.groups.add(Group.objects.get(name="privacy"))
        for user in (self.olivia.user, self.nora.user):
            Identity.objects.create(user=user, issuer="i", subject=user.username, name="hers", profile_issued_at=now())

        for user in (self.olivia.user, self.nora.user):
            self.chief.act(USERS, "erase_data", user.pk, confirmed="yes")

        names = dict(Identity.objects.filter(issuer="i").values_list("subject", "name"))
        self.assertEqual(names, {"olivia": "hers", "nora": ""})

    def test_he_sees_nobody_whom_he_could_not_change(self):
        listed = re.findall(r'for an action - ([a-z]+)"', self.shown(self.chief.get(USERS, {"kind": "operator"})))

        self.assertEqual(listed, ["nora", "chief", "sam"])
