"""What the form of a database's settings asks."""

from django.utils.translation import gettext_lazy as _

from jobs.processors.base import Setting

FIELDS = (
    Setting(
        "url",
        _("Connection URL"),
        _(
            "Like postgresql://user:password@host/database, or mysql:// or mariadb://, or "
            "sqlite:///folder/file. It is sealed, and never shown again."
        ),
        "secret",
    ),
    Setting(
        "hash_key",
        _("Hash key"),
        _("For columns that are anonymized by a keyed hash: any long text that stays the same."),
        "secret",
        required=False,
    ),
    Setting(
        "tables",
        _("Tables"),
        _("What identifies people, and what becomes of their rows."),
        "mapping",
    ),
)
