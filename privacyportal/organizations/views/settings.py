"""What an organization's mails and pages look like: who sends them, its colour, its logo."""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_http_methods, require_POST, require_safe

from privacyportal.htmx import page, posted
from privacyportal.organizations.models import Member, OrganizationLogo
from privacyportal.organizations.services import logo, mails, settings
from privacyportal.organizations.services.logo import Picture
from privacyportal.organizations.settings_forms import BrandForm, MailForm
from privacyportal.organizations.views.access import manager

log = structlog.get_logger(__name__)
YEAR = 365 * 24 * 60 * 60


@require_http_methods(["GET", "HEAD", "POST"])
def settings_mail(request: HttpRequest) -> HttpResponse:
    me = manager(request)
    form = MailForm(posted(request), instance=me.organization)
    if request.method == "POST" and form.is_valid():
        settings.change(organization=me.organization, by=me.user.actor, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("organizations:settings-mail")
    me.organization.refresh_from_db()  # what is on the page beside the form is as it is
    sender, answers = mails.sender(me.organization)
    context = {
        "form": form,
        "tab": "mail",
        "sender": sender,
        "answers": "".join(answers),
        "usual_name": mails.operators()[0],
    }
    status = 422 if form.is_bound else 200
    return page(request, "organizations/settings_mail.html", context, status=status)


@require_POST
def mail_try(request: HttpRequest) -> HttpResponse:
    """A mail to whoever asks for it, as those of the organization are sent."""
    me = manager(request)
    subject = _("A trial mail of %(organization)s") % {"organization": me.organization}
    text = _("This is how mails of %(organization)s reach you. Answer it to see who is answered.")
    told = text % {"organization": me.organization}
    try:
        mails.made(me.organization, subject, told, to=[me.user.email]).send()
        done = _("A mail is on its way to %(email)s.\nFrom %(sender)s.")
        sender = mails.sender(me.organization)[0]
        messages.success(request, done % {"email": me.user.email, "sender": sender})
    except OSError as error:  # the mail server, in all its ways
        log.warning("organization.mail", error=type(error).__name__)
        failed = _("The mail could not be sent.\nThe mail server does not answer or refused it.")
        messages.error(request, failed)
    return redirect("organizations:settings-mail")


@require_http_methods(["GET", "HEAD", "POST"])
def settings_brand(request: HttpRequest) -> HttpResponse:
    """A file is looked at before it is used: it comes back as it would be kept."""
    me = manager(request)
    initial = {"brand_color": me.organization.brand_color}
    form = BrandForm(posted(request), request.FILES or None, initial=initial)
    wanted = request.method == "POST" and form.is_valid()
    if wanted and "look" not in request.POST:
        _save(me, form)
        messages.success(request, _("Saved."))
        return redirect("organizations:settings-brand")
    chosen = form.chosen if form.is_bound and not form.errors else None
    context = {"form": form, "tab": "brand", "chosen": _shown(chosen)}
    status = 422 if form.errors else 200
    return page(request, "organizations/settings_brand.html", context, status=status)


def _save(me: Member, form: BrandForm) -> None:
    by, organization = me.user.actor, me.organization
    color = form.cleaned_data["brand_color"]
    settings.change(organization=organization, by=by, brand_color=color)
    if picture := form.chosen:
        logo.put(organization=organization, by=by, picture=picture)


def _shown(picture: Picture | None) -> str:
    return b64encode(picture.body).decode() if picture else ""


@require_POST
def logo_remove(request: HttpRequest) -> HttpResponse:
    me = manager(request)
    logo.remove(organization=me.organization, by=me.user.actor)
    messages.success(request, _("The logo is removed."))
    return redirect("organizations:settings-brand")


def _name(request: HttpRequest, public_id: UUID) -> str | None:
    """Of the logo of an organization that one is a member of; 404 for any other."""
    assert request.user.is_authenticated  # nobody else comes this far
    mine = Member.objects.filter(user=request.user, organization__public_id=public_id)
    name = mine.values_list("organization__logo", flat=True).first()
    if not name:
        raise Http404
    return f'"{name}"'


@require_safe
@condition(etag_func=_name)
def organization_logo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Its address names what it is: it never changes under it."""
    kept = OrganizationLogo.objects.filter(organization__public_id=public_id).first()
    if kept is None:
        raise Http404
    answer = HttpResponse(bytes(kept.body), content_type=logo.KIND)
    answer["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return answer
