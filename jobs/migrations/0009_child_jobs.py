"""Jobs that hang from another, and two small indexes that find them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("jobs", "0008_job_failed_at")]

    operations = [
        migrations.AddField(
            "job",
            "parent",
            models.ForeignKey(
                "jobs.job",
                django.db.models.deletion.PROTECT,
                null=True,
                related_name="children",
                db_constraint=False,
                db_index=False,
            ),
        ),
        migrations.AddField(
            "job", "has_children", models.BooleanField(default=False, db_default=False)
        ),
        migrations.AddIndex(
            "job",
            models.Index(
                fields=["parent", "id"], name="job_children", condition=Q(parent__isnull=False)
            ),
        ),
        migrations.AddIndex(
            "job",
            models.Index(
                fields=["parent"],
                name="job_open_children",
                condition=Q(parent__isnull=False, closed_at__isnull=True),
            ),
        ),
    ]
