"""Members: who they are, who is invited, and whether all must have a second factor."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from privacyportal.htmx import page, posted
from privacyportal.organizations.forms import InviteForm, SecondFactorForm
from privacyportal.organizations.models import Invitation, Member
from privacyportal.organizations.permissions import ROLES, Role
from privacyportal.organizations.services import factors, invitation_mail, invitations
from privacyportal.organizations.services.languages import spoken
from privacyportal.organizations.views.access import manager

MOST = 1000  # on the page


@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    me = manager(request)
    found = Member.objects.filter(organization=me.organization_id).select_related("user")
    members = list(factors.with_second_factor(found).order_by("user__name", "pk")[:MOST])
    context = {
        "members": members,
        "invitations": invitations.open_ones(me.organization),
        "without": sum(not one.second_factor for one in members),  # type: ignore[attr-defined]
        "since": me.organization.second_factor_from,
        "now": timezone.now(),
        "graces": SecondFactorForm.base_fields["days"].choices,  # type: ignore[attr-defined]
    }
    return page(request, "organizations/member_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def member_invite(request: HttpRequest) -> HttpResponse:
    me = manager(request)
    usual = spoken("", me.organization) or get_language()
    form = InviteForm(me.organization, posted(request), initial={"language": usual})
    if request.method == "POST" and form.is_valid() and (made := _invited(form, me)):
        _mail(request, made)
        return redirect("organizations:member-list")
    roles = [(role, ROLES[role].purpose) for role in Role]
    context = {"form": form, "roles": roles}
    status = 422 if form.is_bound else 200
    return page(request, "organizations/member_invite.html", context, status=status)


def _invited(form: InviteForm, me: Member) -> Invitation | None:
    """None where it cannot be; the form then says why."""
    given = form.cleaned_data
    try:
        return invitations.invite(
            organization=me.organization,
            by=me.user.actor,
            email=given["email"],
            role=Role(given["role"]),
            language=given["language"],
        )
    except invitations.AlreadyMember:
        problem = _("%(email)s is a member already: find them in the list to change their role.")
    except invitations.AlreadyInvited:
        problem = _("%(email)s is invited already: send the mail again from the list of members.")
    except invitations.TooMany:
        problem = _("%(most)s invitations are open, which is the most: withdraw one.")
    form.add_error("email", problem % {"email": given["email"], "most": invitations.MOST})
    return None


def _mail(request: HttpRequest, invitation: Invitation) -> None:
    if invitation_mail.send(invitation):
        told = _("%(email)s is invited.\nThe link in the mail works for %(days)s days.")
        days = invitations.LIVES.days
        messages.success(request, told % {"email": invitation.email, "days": days})
        return
    told = _(
        "The mail to %(email)s could not be sent.\nThe invitation is kept: send it again once the"
        " mail server answers."
    )
    messages.error(request, told % {"email": invitation.email})


def send_again(request: HttpRequest, invitation: Invitation, me: Member) -> None:
    _mail(request, invitations.renew(invitation=invitation, by=me.user.actor))


@require_POST
def factor_require(request: HttpRequest) -> HttpResponse:
    """From when on, or `off`."""
    me = manager(request)
    form = SecondFactorForm(request.POST)
    if "off" in request.POST:
        since = None
        told = _("A second factor is no longer required. Who has one keeps it.")
    elif form.is_valid():
        since = timezone.now() + timedelta(days=form.cleaned_data["days"])
        told = _("A second factor is required. Who has none is led to set it up.")
    else:
        messages.error(request, _("Nothing was changed: choose from when on it is required."))
        return redirect("organizations:member-list")
    factors.require(organization=me.organization, by=me.user.actor, since=since)
    messages.success(request, told)
    return redirect("organizations:member-list")
