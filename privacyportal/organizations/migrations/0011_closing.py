"""An organization that is being deleted says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0010_owner")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="deleting_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
