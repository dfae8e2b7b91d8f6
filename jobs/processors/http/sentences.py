"""What outcomes of this processor say, by the key of their detail."""

from django.utils.translation import gettext_lazy as _

from jobs.processors import remote

SENTENCES = {
    **remote.SENTENCES,
    "http.signature": _(
        "The answers of %(host)s are not signed with the secret of the settings, or its clock is "
        "wrong."
    ),
    "http.refused": _("The system refused what it was sent for this person (status %(status)s)."),
    "http.failed": _("The system could not do it, and gives no reason."),
    "http.failed_because": _("The system could not do it: %(reason)s."),
    "http.kept": _("%(kept)s records are kept: %(reason)s"),
    "http.waits": _("The system took it and answers later."),
    "http.forgotten": _("The system took it, and now says that it never heard of it."),
    "http.not_understood": _("The system answers with a status that the protocol does not know."),
    "http.not_withdrawn": _("The system can no longer take it back."),
    "http.file": _("A file of the system could not be fetched as it was announced: %(why)s."),
}
