"""An organization may require second factors."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0007_invitations"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="second_factor_from",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
