"""Tables that only grow: the database itself refuses UPDATE, DELETE and TRUNCATE."""

import pgtrigger


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Triggers for `Meta.triggers`; TRUNCATE needs one of its own, fired per statement."""
    return [
        pgtrigger.Protect(
            name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete
        ),
        pgtrigger.Trigger(
            name=f"{name}_no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
        ),
    ]
