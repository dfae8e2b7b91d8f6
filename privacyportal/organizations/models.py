"""Tenants, their people and their programs."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacyportal.actors import Actor
from privacyportal.organizations.permissions import GRANTABLE, ROLES, Permission, Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by e-mail address (kept in lower case)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("operator of the installation"), default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # Empty: the organization's.
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, default="")
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    @property
    def actor(self) -> Actor:
        return Actor("user", str(self.public_id), str(self))


class Organization(models.Model):
    """A tenant. `ims_org_id` is what programs send in `x-gw-ims-org-id`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ims_org_id = models.CharField(_("organization id"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    opt_out_regulation = models.CharField(_("law of opt-outs"), max_length=40, default="ccpa")
    # Empty: as the operator set it for the whole installation.
    package_days = models.PositiveSmallIntegerField(
        _("days that packages are kept"), null=True, blank=True
    )
    brand_color = models.CharField(_("colour"), max_length=7, blank=True, default="")
    # Beginning of the digest of its logo, by which browsers know it; empty: it has none.
    logo = models.CharField(max_length=16, blank=True, default="", editable=False)
    # Of settings.LANGUAGES, those it offers (none: all), and what is spoken to whoever chose none.
    languages = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    # Of its mails. Whether the address may be their sender, the operator says.
    mail_name = models.CharField(_("name of the sender"), max_length=100, blank=True, default="")
    mail_address = models.EmailField(_("address of the sender"), blank=True, default="")
    # From then on who has no second factor sets one up before anything else; null: nobody must.
    second_factor_from = models.DateTimeField(null=True, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    # From then on nobody gets in and nothing is taken: the operator deletes it.
    deleting_since = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    members: models.ManyToManyField[User, Member] = models.ManyToManyField(
        User, through="Member", related_name="organizations"
    )

    def __str__(self) -> str:
        return self.name

    @property
    def keeps_packages(self) -> timedelta:
        """For how long after they are made."""
        return timedelta(days=self.package_days or settings.PACKAGE_DAYS)


class OrganizationLogo(models.Model):
    """The picture itself, as it was written anew: apart from the organization, which every page
    reads."""

    organization = models.OneToOneField(
        Organization, models.CASCADE, primary_key=True, related_name="picture"
    )
    body = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    set_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"


class Member(models.Model):
    """A person's place in an organization."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # How this person looks at pages: the law of the dashboard, columns of lists.
    view = models.JSONField(default=dict, blank=True, editable=False)
    seen_at = models.DateTimeField(null=True, editable=False)  # to five minutes

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="member_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="member_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    @property
    def zone(self) -> ZoneInfo:
        """In which pages show times to this person."""
        return ZoneInfo(self.user.time_zone or self.organization.time_zone)

    @property
    def permissions(self) -> frozenset[Permission]:
        return ROLES[self.role].permissions

    def may(self, permission: Permission | str) -> bool:
        return permission in self.permissions


class UserSession(AbstractBaseSession):
    """A session with the person it belongs to, the organization that is looked at in it (its public
    id) and the browser: so that somebody can see their sessions, and end them."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    organization = models.UUIDField(null=True)
    browser = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)  # to five minutes

    @classmethod
    def get_session_store_class(cls) -> Any:
        from privacyportal.organizations.sessions import SessionStore

        return SessionStore


class Invitation(models.Model):
    """That somebody with this address may become a member. Its mail has a signed link, which names
    `number`: the link of the last mail alone works, until `expires_at`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role)
    language = models.CharField(max_length=10)  # of the mail
    invited_by = models.CharField(max_length=200)
    number = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)  # null: the last mail could not be sent
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                name="invitation_open_once",
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invitation_email_lower"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="invitation_role"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class ApiCredential(models.Model):
    """A program's client id and (hashed) secret. It has the contract's permissions
    and the one for events at most. While a secret is replaced, the one before it works too."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="credentials")
    name = models.CharField(_("name"), max_length=200)
    client_id = models.CharField(_("client id"), max_length=64, unique=True)
    secret_hash = models.BinaryField(max_length=32, editable=False)
    previous_hash = models.BinaryField(max_length=32, null=True, editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)
    previous_used_at = models.DateTimeField(null=True, editable=False)  # since it was replaced
    permissions = ArrayField(
        models.CharField(max_length=30, choices=[(p.value, p.value) for p in GRANTABLE]),
        verbose_name=_("permissions"),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.CharField(_("created by"), max_length=200, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(previous_hash__isnull=True, previous_until__isnull=True)
                | models.Q(previous_hash__isnull=False, previous_until__isnull=False),
                name="credential_previous_has_end",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def previous_works(self) -> bool:
        return self.previous_until is not None and self.previous_until > timezone.now()

    @property
    def actor(self) -> Actor:
        return Actor("credential", str(self.public_id), self.name)

    def may(self, permission: Permission | str) -> bool:
        return permission in self.permissions


class AccessToken(models.Model):
    """A bearer token of a program, kept only as its SHA-256."""

    token_hash = models.BinaryField(max_length=32, unique=True)
    credential = models.ForeignKey(ApiCredential, models.CASCADE, related_name="tokens")
    expires_at = models.DateTimeField(db_index=True)
