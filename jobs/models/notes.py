"""What people write to each other about a request, and the files they put beside it."""

from __future__ import annotations

import uuid

from django.db import models

from jobs.models.requests import PrivacyRequest
from jobs.models.tenancy import TenantModel


class RequestNote(TenantModel):
    """A note of a member, sealed with the request's key: who forgets the request forgets it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(PrivacyRequest, models.PROTECT, related_name="notes")
    author_id = models.CharField(max_length=64)  # of the actor
    author_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    text_sealed = models.BinaryField()


class RequestAttachment(TenantModel):
    """A file of a member, name and bytes sealed with the request's key. Lists defer the body."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(PrivacyRequest, models.PROTECT, related_name="attachments")
    author_id = models.CharField(max_length=64)
    author_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    size = models.PositiveIntegerField()
    picture = models.CharField(max_length=30)  # the icon that stands for its kind
    name_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
