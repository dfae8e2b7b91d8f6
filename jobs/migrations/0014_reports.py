"""What reports and the search ask: the jobs that closed in a day, and requests by the beginning of
their id."""

from django.db import migrations, models
from django.db.models import Q

FIELDS = ["organization", "request_id"]


class Migration(migrations.Migration):
    dependencies = [("jobs", "0013_events")]

    operations = [
        migrations.AddIndex(
            "job",
            models.Index(
                fields=["organization", "regulation", "closed_at"],
                include=["failed_at"],
                name="job_closed",
                condition=Q(closed_at__isnull=False),
            ),
        ),
        migrations.RemoveConstraint("privacyrequest", "request_id_unique"),
        migrations.AddConstraint(
            "privacyrequest",
            models.UniqueConstraint(
                fields=FIELDS,
                name="request_id_unique",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ),
    ]
