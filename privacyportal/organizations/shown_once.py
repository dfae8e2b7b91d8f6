"""A secret on its way to the page that shows it once: sealed in the session, and gone from it when
that page is read. It never stands in a URL, nor in clear anywhere."""

from __future__ import annotations

from django.http import HttpRequest

from privacyportal.keys.crypto import Unreadable
from privacyportal.keys.installation import open_text, seal_text

KEY = "shown_once"
PURPOSE = "a secret that is shown once"


def keep(request: HttpRequest, about: str, secret: str) -> None:
    """`about` is the public id of what the secret belongs to."""
    request.session[KEY] = {"about": about, "sealed": seal_text(secret, PURPOSE)}


def take(request: HttpRequest, about: str) -> str:
    """The secret, if the last one kept is of this; "" ever after."""
    kept = request.session.get(KEY)
    if not kept or kept["about"] != about:
        return ""
    del request.session[KEY]
    try:
        return open_text(kept["sealed"], PURPOSE)
    except Unreadable:
        return ""
