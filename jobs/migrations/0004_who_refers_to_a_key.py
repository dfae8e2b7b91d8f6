"""Indexes by which a key that goes is looked for, where it may still be referred to."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0003_tasks_in_large_numbers"),
        ("keys", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="saveddraft",
            name="data_key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="keys.datakey"
            ),
        ),
        migrations.AlterField(
            model_name="upload",
            name="data_key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="keys.datakey"
            ),
        ),
        migrations.AlterField(
            model_name="webhook",
            name="data_key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="keys.datakey"
            ),
        ),
    ]
