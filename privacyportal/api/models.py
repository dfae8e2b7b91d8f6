"""What the gateway remembers of calls: which may come again, and how many jobs a day made."""

from django.db import models

from privacyportal.organizations.models import Organization


class RepeatMark(models.Model):
    """A POST that its caller marked, for 24 hours. `mark` is a keyed digest of credential, place
    and the caller's key, `content` one of the body, `target` the id of what was made."""

    organization = models.ForeignKey(Organization, models.CASCADE, db_index=False, related_name="+")
    mark = models.BinaryField(max_length=32)
    content = models.BinaryField(max_length=32)
    target = models.BigIntegerField(null=True)  # null only within the transaction that makes it
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "mark"], name="repeat_mark_unique")
        ]


class DayCount(models.Model):
    """How many jobs the programs of an organization made on a GMT day."""

    organization = models.ForeignKey(Organization, models.CASCADE, db_index=False, related_name="+")
    day = models.DateField(db_index=True)
    jobs = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "day"], name="day_count_unique")
        ]
