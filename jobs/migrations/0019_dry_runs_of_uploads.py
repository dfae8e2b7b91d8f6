"""What the deletes of a file would touch."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0018_upload_failures")]

    operations = [
        migrations.AlterField(
            model_name="dryrun",
            name="draft",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="dry_runs",
                to="jobs.saveddraft",
            ),
        ),
        migrations.AddField(
            model_name="dryrun",
            name="upload",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="dry_runs",
                to="jobs.upload",
            ),
        ),
        migrations.AddConstraint(
            model_name="dryrun",
            constraint=models.UniqueConstraint(
                fields=("upload", "product"), name="dry_run_unique_of_upload"
            ),
        ),
        migrations.AddConstraint(
            model_name="dryrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("draft__isnull", True), ("upload__isnull", True), _connector="XOR"
                ),
                name="dry_run_of_one",
            ),
        ),
    ]
