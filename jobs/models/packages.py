"""What an access gave back at one product, sealed with the request's key."""

from django.db import models

from jobs.models.jobs import ProductResponse
from jobs.models.tenancy import TenantModel


class PackageContent(TenantModel):
    """Several files in one sealed body: a row up to 256 KiB (`body_sealed`), else a file of sealed
    chunks (`path`, below PACKAGE_DIR). `files` is [{"name", "size", "records", "sha256"}] in the
    order of the body. After `expires_at` the body goes and the row stays."""

    response = models.OneToOneField(
        ProductResponse,
        models.PROTECT,
        related_name="content",
        db_constraint=False,
        primary_key=True,
    )
    job_id = models.BigIntegerField(db_index=True)
    data_key_id = models.BigIntegerField()
    files = models.JSONField()
    size = models.BigIntegerField()
    body_sealed = models.BinaryField(null=True)
    path = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    removed_at = models.DateTimeField(null=True)
