"""The list of a law's jobs tells by itself which are closed and which in error."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0009_child_jobs")]

    operations = [
        migrations.RemoveIndex("job", "job_newest_by_regulation"),
        migrations.AddIndex(
            "job",
            models.Index(
                fields=["organization", "regulation", "-created_at", "-id"],
                include=["closed_at", "failed_at"],
                name="job_newest_by_regulation",
            ),
        ),
    ]
