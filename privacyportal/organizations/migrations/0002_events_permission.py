"""A program may be given the administration of events."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apicredential",
            name="permissions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("privacy_read", "privacy_read"),
                        ("privacy_write", "privacy_write"),
                        ("content_read", "content_read"),
                        ("opt_out_read", "opt_out_read"),
                        ("opt_out_write", "opt_out_write"),
                        ("events_manage", "events_manage"),
                    ],
                    max_length=30,
                ),
                size=None,
                verbose_name="permissions",
            ),
        ),
    ]
