"""Of a program: the secret before the present one, and who made it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0008_second_factor"),
    ]

    operations = [
        migrations.AddField(
            model_name="apicredential",
            name="created_by",
            field=models.CharField(
                blank=True, editable=False, max_length=200, verbose_name="created by"
            ),
        ),
        migrations.AddField(
            model_name="apicredential",
            name="previous_hash",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="apicredential",
            name="previous_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="apicredential",
            name="previous_used_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="apicredential",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("previous_hash__isnull", True), ("previous_until__isnull", True)),
                    models.Q(("previous_hash__isnull", False), ("previous_until__isnull", False)),
                    _connector="OR",
                ),
                name="credential_previous_has_end",
            ),
        ),
    ]
