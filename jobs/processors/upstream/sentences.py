"""What outcomes of this processor say, by the key of their detail."""

from django.utils.translation import gettext_lazy as _

from jobs.processors import remote

SENTENCES = {
    **remote.SENTENCES,
    "upstream.token": _("%(host)s gives no token for the client id and secret."),
    "upstream.refused": _("The service refused this person's request (%(codes)s)."),
    "upstream.refused_all": _(
        "%(host)s takes no more requests now, and gives no reason to act on."
    ),
    "upstream.waits": _("The service took it as a job of its own and has not ended it yet."),
    "upstream.failed": _("The service could not do it: %(products)s failed there (%(codes)s)."),
    "upstream.failed_partly": _(
        "The service did it in part only: %(products)s failed there (%(codes)s), "
        "%(done)s of its products did it."
    ),
    "upstream.failed_job": _("The service ended its job in error and names no product."),
    "upstream.strange": _("The service says that it is complete, but not what that means."),
    "upstream.gone": _("The service does not know its job any more."),
    "upstream.content": _("The package could not be fetched from the service: %(why)s."),
    "upstream.no_cancel": _("The service cannot take back what it took."),
}
