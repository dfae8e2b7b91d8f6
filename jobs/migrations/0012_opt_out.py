"""Opt-out of sale: what a request says, and which products can be told."""

import django.contrib.postgres.fields
from django.db import migrations, models

import jobs.models.products

ACTIONS = [("access", "Access"), ("delete", "Delete"), ("opt-out-of-sale", "Opt out of sale")]


class Migration(migrations.Migration):
    dependencies = [("jobs", "0011_custom_namespaces")]

    operations = [
        migrations.AddField("privacyrequest", "opted_out", models.BooleanField(default=True)),
        migrations.AddField(
            "product",
            "actions",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                default=jobs.models.products.usual_actions,
                size=None,
            ),
        ),
        migrations.AlterField(
            "job",
            "action",
            models.CharField(choices=ACTIONS, max_length=20, verbose_name="action"),
        ),
        migrations.AlterField(
            "productresponse", "action", models.CharField(choices=ACTIONS, max_length=20)
        ),
    ]
