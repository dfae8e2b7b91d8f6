"""How often the request of a part could not be made, and when it is tried again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0017_uploads")]

    operations = [
        migrations.AddField(
            model_name="uploadpart",
            name="failures",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="uploadpart", name="not_before", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="uploadpart",
            name="reference",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
    ]
