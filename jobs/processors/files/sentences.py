"""What outcomes of this processor say, by the key of their detail."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "files.address": _("The folder or bucket is not allowed any more, or is not there."),
    "files.outside": _("%(name)s leads out of the folder: it is left alone."),
    "files.none": _("There is not one file that the settings name: is the folder mounted?"),
    "files.unreachable": _("The folder or bucket does not answer (%(name)s)."),
    "files.permission": _("%(name)s may not be read or written."),
    "files.structure": _("%(name)s lacks the column %(column)s, which the settings name."),
    "files.malformed": _(
        "%(name)s has a line that is not of its format: nobody can tell whose it is, and nothing "
        "was changed."
    ),
    "files.full": _("There is no space left to write %(name)s anew: nothing was changed."),
    "files.not_written": _("%(name)s could not be read again as it was written: it stays."),
    "files.too_slow": _("Reading the files took too long."),
    "files.kept": _("%(kept)s records are kept: %(reasons)s"),
}
