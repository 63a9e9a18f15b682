"""Who a token's subject is here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class IdentityQuerySet(models.QuerySet["Identity"]):
    def matching(self, text: str) -> IdentityQuerySet:
        """Whose subject this is, or whose e-mail address or name begins with it. Each has an index on PostgreSQL."""
        # PostgreSQL can't even be asked about a NUL.
        if not text or "\0" in text:
            return self.none()
        begins = Q(email__istartswith=text) | Q(name__istartswith=text)
        return self.filter(Q(subject=text) | begins)


class Identity(models.Model):
    """One person at one issuer. Found by (issuer, subject) and by nothing else: an e-mail address proves nothing."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="betterauth_identities", editable=False
    )
    issuer = models.CharField(max_length=255, editable=False)
    subject = models.CharField(max_length=255, editable=False)

    name = models.CharField(max_length=255, blank=True, editable=False)
    email = models.CharField(_("e-mail"), max_length=254, blank=True, editable=False)
    is_email_verified = models.BooleanField(_("e-mail verified"), default=False, editable=False)
    image = models.CharField(max_length=2048, blank=True, editable=False)
    profile_issued_at = models.DateTimeField(
        editable=False, help_text=_("When the token was issued from which the profile was last taken.")
    )

    granted_by = models.BinaryField(max_length=32, null=True, editable=False)
    granted_issued_at = models.DateTimeField(
        null=True, editable=False, help_text="When the token was issued that groups and rights follow."
    )

    tokens_valid_after = models.DateTimeField(
        null=True, blank=True, help_text=_("Tokens issued in this second or before are refused.")
    )
    # Null, because the version before this one goes on inserting rows while a deploy is under way.
    ended_sessions = models.CharField(max_length=4096, null=True, editable=False)
    session_ended_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("When a session ended last. Tokens that name none are refused if issued in this second or before."),
    )
    first_seen_at = models.DateTimeField(auto_now_add=True)

    standing: str = ""
    """Why Better Auth's own table of users refuses this person, if one is asked; see `usertable`."""

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("identities")
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="betterauth_identity_unique")]
        indexes = [models.Index(fields=["subject"], name="betterauth_identity_subject")]
        permissions = [
            ("deactivate_person", "Can deactivate and reactivate people"),
            ("cut_off_person", "Can cut off people's tokens"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"


class Event(models.Model):
    """What Better Auth told about a person. Kept for as long as a token from before it could come."""

    issuer = models.CharField(max_length=255)
    event_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=255)
    session = models.CharField(max_length=64, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "event_id"], name="betterauth_event_unique")]
        indexes = [
            models.Index(fields=["issuer", "subject"], name="betterauth_event_subject"),
            models.Index(fields=["received_at"], name="betterauth_event_received"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject} at {self.issuer}"
