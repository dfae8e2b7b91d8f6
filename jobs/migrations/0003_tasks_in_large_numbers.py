"""Indexes by which tasks are found, given and told of among very many."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_storage")]

    operations = [
        migrations.AddIndex(
            model_name="manualtask",
            index=models.Index(
                condition=models.Q(
                    ("answer", ""), ("ended_at", None), ("member", None), ("outsider", None)
                ),
                fields=["organization", "due_on", "id"],
                name="task_open_of_nobody",
            ),
        ),
        migrations.AddIndex(
            model_name="manualtask",
            index=models.Index(
                condition=models.Q(("answer", ""), ("ended_at", None)),
                fields=["product", "outsider", "member"],
                name="task_open_in_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="manualtask",
            index=models.Index(
                condition=models.Q(("answer", ""), ("ended_at", None), ("told_at", None)),
                fields=["due_on", "id"],
                name="task_open_untold",
            ),
        ),
        migrations.AddIndex(
            model_name="manualtask",
            index=models.Index(
                condition=models.Q(("answer", ""), ("ended_at", None)),
                fields=["product", "reminded_on", "due_on"],
                name="task_open_to_remind",
            ),
        ),
        migrations.AddIndex(
            model_name="manualtask",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", False), ("member__isnull", False)),
                fields=["member", "-answered_at", "-id"],
                name="task_answered_of_member",
            ),
        ),
        migrations.AddIndex(
            model_name="manualtask",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", False), ("outsider__isnull", False)),
                fields=["outsider", "-answered_at", "-id"],
                name="task_answered_outside",
            ),
        ),
        migrations.AddIndex(
            model_name="manualtask",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", False), ("ended_at", None)),
                fields=["answered_at"],
                name="task_to_be_taken",
            ),
        ),
    ]
