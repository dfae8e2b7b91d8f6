"""People: as the organization knows them (DataSubject), and as one request named them."""

import uuid

from django.db import models

from jobs.models.requests import PrivacyRequest
from jobs.models.tenancy import TenantModel
from jobs.rules.normalize import normalize
from privacyportal.keys.services import Fingerprinter


def key_print(prints: Fingerprinter, key: str) -> bytes:
    """The fingerprint of a person's key; no namespace is called so."""
    return prints("\x01key", key)


def identity_print(prints: Fingerprinter, namespace: str, value: str) -> bytes:
    """The fingerprint of an identity: equal for spellings that mean the same."""
    return prints(namespace, normalize(namespace, value))


class DataSubject(TenantModel):
    """A person by key, known only by its fingerprint. It groups and never adds."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_version = models.PositiveSmallIntegerField()
    key_fingerprint = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key_fingerprint", "key_version"],
                name="data_subject_unique",
            )
        ]


class RequestSubject(TenantModel):
    """A person of one request. `person` numbers people: entries that share a key or an identity
    are the same person."""

    request = models.ForeignKey(PrivacyRequest, models.PROTECT, related_name="subjects")
    data_subject = models.ForeignKey(
        DataSubject,
        models.PROTECT,
        related_name="request_subjects",
        db_constraint=False,
        db_index=False,
    )
    position = models.PositiveIntegerField()
    person = models.PositiveIntegerField()
    key_sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["data_subject", "id"], name="subject_by_person")]


class Identity(TenantModel):
    """One identity as submitted: namespace and qualifier in clear, the value sealed and findable
    by its keyed fingerprint."""

    request_subject = models.ForeignKey(RequestSubject, models.PROTECT, related_name="identities")
    position = models.PositiveSmallIntegerField()
    namespace = models.CharField(max_length=255)  # canonical
    namespace_given = models.CharField(max_length=255)
    namespace_id = models.BigIntegerField(null=True)
    qualifier = models.CharField(max_length=20)
    is_deleted_client_side = models.BooleanField(default=False)
    key_version = models.PositiveSmallIntegerField()
    fingerprint = models.BinaryField(max_length=32)
    value_sealed = models.BinaryField()

    class Meta:
        verbose_name_plural = "identities"
        indexes = [
            models.Index(fields=["organization", "fingerprint"], name="identity_fingerprint")
        ]
