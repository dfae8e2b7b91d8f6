"""Notes, attachments and an assignee of a request; requests, and the jobs of a person, by index."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0014_reports"),
        ("keys", "0003_webhook_secrets"),
        ("organizations", "0004_preferences"),
    ]

    operations = [
        migrations.CreateModel(
            name="RequestAttachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("author_id", models.CharField(max_length=64)),
                ("author_name", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                ("size", models.PositiveIntegerField()),
                ("picture", models.CharField(max_length=30)),
                ("name_sealed", models.BinaryField()),
                ("body_sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RequestNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("author_id", models.CharField(max_length=64)),
                ("author_name", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                ("text_sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="privacyrequest",
            name="assignee",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="organizations.member",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="data_subject",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="jobs",
                to="jobs.datasubject",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="request",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="jobs",
                to="jobs.privacyrequest",
            ),
        ),
        migrations.AlterField(
            model_name="requestsubject",
            name="data_subject",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="request_subjects",
                to="jobs.datasubject",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["request", "id"], include=("closed_at", "failed_at"), name="job_by_request"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["organization", "request"],
                name="job_open_by_request",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["data_subject", "id"], name="job_by_person"),
        ),
        migrations.AddIndex(
            model_name="privacyrequest",
            index=models.Index(
                fields=["organization", "submitted_by_id", "-created_at", "-id"],
                name="request_newest_by_submitter",
            ),
        ),
        migrations.AddIndex(
            model_name="privacyrequest",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False)),
                fields=["assignee", "-created_at", "-id"],
                name="request_newest_by_assignee",
            ),
        ),
        migrations.AddIndex(
            model_name="requestsubject",
            index=models.Index(fields=["data_subject", "id"], name="subject_by_person"),
        ),
        migrations.AddField(
            model_name="requestattachment",
            name="organization",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="requestattachment",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attachments",
                to="jobs.privacyrequest",
            ),
        ),
        migrations.AddField(
            model_name="requestnote",
            name="organization",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="requestnote",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="jobs.privacyrequest",
            ),
        ),
        # Sealed bytes cannot be compressed: do not try.
        migrations.RunSQL(
            "ALTER TABLE jobs_requestattachment ALTER COLUMN body_sealed SET STORAGE EXTERNAL",
            "ALTER TABLE jobs_requestattachment ALTER COLUMN body_sealed SET STORAGE EXTENDED",
        ),
    ]
