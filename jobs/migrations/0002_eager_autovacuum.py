"""The hot tables leave dead entries behind quickly: vacuum and analyze them early."""

from django.db import migrations

HOT = ("jobs_productresponse", "jobs_job")
EAGER = (
    "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, "
    "autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0"
)
NAMES = (
    "autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, "
    "autovacuum_analyze_scale_factor, autovacuum_vacuum_cost_delay"
)


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} SET ({EAGER})", f"ALTER TABLE {table} RESET ({NAMES})"
        )
        for table in HOT
    ]
