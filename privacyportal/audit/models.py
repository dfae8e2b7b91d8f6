"""The record of acts. Append-only, without foreign keys: it outlives what it speaks of."""

from django.db import models

from privacyportal.appendonly import append_only


class AuditEvent(models.Model):
    """One act: who did what to which thing when. `commitment` is SHA-256(salt ‖ canonical detail),
    so that the detail can be deleted and yet, while it stands, be proved."""

    organization_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64)
    verb = models.CharField(max_length=50)
    target_kind = models.CharField(max_length=30)
    target_id = models.CharField(max_length=64)
    correlation_id = models.CharField(max_length=64, blank=True)
    schema_version = models.PositiveSmallIntegerField(default=1)
    commitment = models.BinaryField(max_length=32)

    class Meta:
        triggers = append_only("audit_event")
        indexes = [
            models.Index(fields=["organization_id", "-id"], name="audit_by_organization"),
            models.Index(
                fields=["organization_id", "target_kind", "target_id", "id"],
                name="audit_by_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_kind} {self.target_id}"


class AuditDetail(models.Model):
    """What an act was about, in full; can be deleted."""

    event_id = models.BigIntegerField(primary_key=True)
    organization_id = models.BigIntegerField()
    salt = models.BinaryField(max_length=16)
    detail = models.JSONField()
