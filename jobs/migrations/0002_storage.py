"""How PostgreSQL keeps what changes often, and what is sealed."""

from django.db import migrations

# Dead entries come quickly: they are vacuumed and analyzed early.
EAGER = {
    "autovacuum_vacuum_scale_factor": 0.02,
    "autovacuum_vacuum_threshold": 1000,
    "autovacuum_analyze_scale_factor": 0.05,
}
# Room in a page: a row that changes nothing in an index stays in it, and no index is written.
HOT = {**EAGER, "autovacuum_vacuum_cost_delay": 0, "fillfactor": 50}
TABLES = {"jobs_productresponse": HOT, "jobs_job": HOT, "jobs_delivery": EAGER}


def kept(table: str, how: dict[str, float]) -> migrations.RunSQL:
    given = ", ".join(f"{name} = {value}" for name, value in how.items())
    return migrations.RunSQL(
        f"ALTER TABLE {table} SET ({given})", f"ALTER TABLE {table} RESET ({', '.join(how)})"
    )


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        *(kept(table, how) for table, how in TABLES.items()),
        # Sealed bytes cannot be compressed: do not try.
        migrations.RunSQL(
            "ALTER TABLE jobs_requestattachment ALTER COLUMN body_sealed SET STORAGE EXTERNAL",
            "ALTER TABLE jobs_requestattachment ALTER COLUMN body_sealed SET STORAGE EXTENDED",
        ),
    ]
