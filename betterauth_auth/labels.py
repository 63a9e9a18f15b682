"""What operators read over the columns of an identity. In the model each would be a migration."""

from django.utils.translation import gettext_lazy as _

from betterauth_auth.models import Identity

LABELS = {
    "user": _("user"),
    "issuer": _("issuer"),
    "subject": _("subject"),
    "name": _("name"),
    "image": _("image"),
    "profile_issued_at": _("profile issued at"),
    "tokens_valid_after": _("tokens valid after"),
    "session_ended_at": _("session ended at"),
    "first_seen_at": _("first seen at"),
}


def put_up() -> None:
    for name, label in LABELS.items():
        Identity._meta.get_field(name).verbose_name = label  # type: ignore[union-attr] # these are fields
    Identity._meta.verbose_name = _("identity")
