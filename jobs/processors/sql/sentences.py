"""What outcomes of this processor say, by the key of their detail."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "sql.unreachable": _("The database does not answer, or refuses to be signed in to."),
    "sql.address": _("The database's address is not allowed any more."),
    "sql.own": _("This is the portal's own database."),
    "sql.structure": _("The database lacks %(name)s, which the settings name."),
    "sql.permission": _("The database user may not do this to %(name)s."),
    "sql.constraint": _(
        "The database refused it: other rows depend on this person (%(table)s, %(constraint)s)."
    ),
    "sql.refused": _(
        "The database refused what the settings make of a row (%(table)s, %(constraint)s)."
    ),
    "sql.data": _("The database refused a value of this person's rows."),
    "sql.comparison": _(
        "The database takes values of %(name)s for equal that are not: nothing was changed."
    ),
    "sql.too_slow": _("The database took too long."),
    "sql.kept": _("%(kept)s records are kept: %(reasons)s"),
}
