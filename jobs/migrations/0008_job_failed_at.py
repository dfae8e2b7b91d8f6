"""Jobs in error by time of their own, and room in the pages of the hot tables: a row that changes
nothing in an index then stays in its page, and no index is written."""

from django.db import migrations, models
from django.db.models import F, Q

ROOM = {"jobs_productresponse": 50, "jobs_job": 50}


def tell_when_jobs_failed(apps, schema_editor):
    apps.get_model("jobs", "Job").objects.filter(state="error").update(failed_at=F("closed_at"))


class Migration(migrations.Migration):
    dependencies = [("jobs", "0007_jobs_are_found_by_request")]

    operations = [
        migrations.RemoveIndex("job", "job_in_error"),
        migrations.AddField("job", "failed_at", models.DateTimeField(null=True)),
        migrations.RunPython(tell_when_jobs_failed, migrations.RunPython.noop, elidable=True),
        # What the statement above leaves to do at the commit would stand in the way of the next.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            "job",
            models.CheckConstraint(
                condition=Q(state="error", failed_at__isnull=False)
                | ~Q(state="error") & Q(failed_at__isnull=True),
                name="job_failed_has_time",
            ),
        ),
        migrations.AddIndex(
            "job",
            models.Index(
                fields=["organization", "-created_at", "-id"],
                name="job_in_error",
                condition=Q(failed_at__isnull=False),
            ),
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} SET (fillfactor = {share})",
                f"ALTER TABLE {table} RESET (fillfactor)",
            )
            for table, share in ROOM.items()
        ),
    ]
