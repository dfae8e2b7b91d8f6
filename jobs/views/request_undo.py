"""Taking back what was just submitted: offered on every page for a few seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobs.services import undo as undoing
from jobs.views.visible import writer
from privacyportal.htmx import page

KEPT = "undo"  # in the session: where it is taken back, until when, and what was told


def offer_undo(request: HttpRequest, place: str, since: datetime, told: Sequence[str]) -> None:
    """`place` is what a POST takes it back at. No name of anybody or of a file may be told."""
    request.session[KEPT] = {
        "place": place,
        "until": since.timestamp() + settings.PORTAL_UNDO_SECONDS,
        "told": list(told),
        "seen": False,
    }


def undo(request: HttpRequest) -> dict[str, Any]:
    """For every page: what may be taken back now, or was told to nobody yet."""
    return {"undo": SimpleLazyObject(lambda: _offered(request))}


def _offered(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get(KEPT) if hasattr(request, "session") else None
    if not kept:
        return {}
    left = kept["until"] - timezone.now().timestamp()
    if left <= 0:
        del request.session[KEPT]
        return {} if kept["seen"] else {**kept, "left": 0}
    if not kept["seen"]:
        request.session[KEPT] = {**kept, "seen": True}
    return {**kept, "left": math.ceil(left)}


def undo_is_over(request: HttpRequest) -> None:
    request.session.pop(KEPT, None)


@require_POST
def request_undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = writer(request)
    undo_is_over(request)
    try:
        draft = undoing.take_back(member=member, public_id=public_id)
    except undoing.NotFound:
        raise Http404 from None
    except undoing.TooLate as late:
        return page(request, "jobs/request_undo.html", {"late": late}, status=409)
    told = _("The request is taken back. Nothing had begun, and nothing was changed anywhere.")
    messages.success(request, told)
    return HttpResponseRedirect(f"{reverse('jobs:request-new')}?draft={draft.public_id}")
