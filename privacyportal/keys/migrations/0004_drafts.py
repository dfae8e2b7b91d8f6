"""Drafts of requests have data keys of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("keys", "0003_webhook_secrets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="datakey",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("request", "Request"),
                    ("product", "Product"),
                    ("consent", "Consent"),
                    ("webhook", "Webhook"),
                    ("draft", "Draft"),
                ],
                max_length=10,
            ),
        ),
    ]
