"""What outcomes of this processor say, by the key of their detail."""

from django.utils.translation import gettext_lazy as _

from jobs.processors import remote

SENTENCES = {
    **remote.SENTENCES,
    "opendsr.signature": _(
        "What %(host)s answers is not signed by the certificate that it publishes."
    ),
    "opendsr.certificate": _(
        "The certificate that %(host)s signs with is missing, not its own, or of no trusted "
        "authority."
    ),
    "opendsr.receipt": _("What %(host)s confirms is not what it was sent."),
    "opendsr.refused": _("It refused this person's request (status %(status)s)."),
    "opendsr.waits": _("It took the request; it is %(status)s there."),
    "opendsr.cancelled": _("It cancelled the request, and says no more."),
    "opendsr.gone": _("It took the request, and now says that it never heard of it."),
    "opendsr.strange": _("It answers with a status that OpenDSR does not know."),
    "opendsr.no_results": _("It says that it is done, and gives no address of the results."),
    "opendsr.results": _("The results could not be fetched: %(why)s."),
    "opendsr.not_withdrawn": _("It can no longer take the request back."),
}
