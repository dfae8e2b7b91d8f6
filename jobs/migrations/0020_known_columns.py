"""What members said of the columns of files."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0019_dry_runs_of_uploads"),
        ("organizations", "0004_preferences"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownColumns",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("heading", models.BinaryField(max_length=32)),
                ("meanings", models.JSONField()),
                ("regulation", models.CharField(blank=True, default="", max_length=40)),
                ("products", models.JSONField(default=list)),
                ("said_at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.member",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "heading"), name="known_columns_unique"
                    )
                ],
            },
        ),
    ]
