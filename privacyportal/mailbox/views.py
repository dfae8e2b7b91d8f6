"""Reading the mails of a portal that sends none. Whoever reads them can set anybody's password:
there is nothing here but for a browser on the same machine, where a folder is configured."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from privacyportal.htmx import page
from privacyportal.mailbox import reading


@login_not_required
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    mails = reading.newest(_place(request))
    return page(request, "mailbox/mail_list.html", {"mails": mails})


@login_not_required
@require_safe
def mail_detail(request: HttpRequest, name: str, number: int) -> HttpResponse:
    return page(request, "mailbox/mail_detail.html", {"mail": _mail(request, name, number)})


@login_not_required
@require_safe
def mail_html(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """As a mail program would show it, without anything from elsewhere."""
    answer = HttpResponse(_mail(request, name, number).html)
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    answer["Cache-Control"] = "no-store, private"
    return answer


def _mail(request: HttpRequest, name: str, number: int) -> reading.Mail:
    found = reading.find(_place(request), name, number)
    if found is None:
        raise Http404
    return found


def _place(request: HttpRequest) -> Path:
    """The folder; 404 where there is none, or where somebody else might be asking."""
    place = reading.folder()
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if place is None or forwarded or not _of_this_machine(request.META.get("REMOTE_ADDR", "")):
        raise Http404
    return place


def _of_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
