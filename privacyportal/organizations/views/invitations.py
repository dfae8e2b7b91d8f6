"""Invitations: sent again, withdrawn, and accepted by whoever holds the link."""

from __future__ import annotations

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from privacyportal.htmx import page, posted
from privacyportal.organizations.forms import NewcomerForm
from privacyportal.organizations.models import Invitation, Member, User
from privacyportal.organizations.services import invitations, sessions
from privacyportal.organizations.sessions import ORGANIZATION
from privacyportal.organizations.views.access import find_invitation, manager
from privacyportal.organizations.views.member_list import send_again


@require_POST
def invitation_send(request: HttpRequest, public_id: UUID) -> HttpResponse:
    me = manager(request)
    invitation = find_invitation(me, public_id)
    try:
        send_again(request, invitation, me)
    except invitations.NotOpen:
        _too_late(request, invitation)
    return redirect("organizations:member-list")


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    me = manager(request)
    invitation = find_invitation(me, public_id)
    if request.method != "POST":
        return page(request, "organizations/invitation_withdraw.html", {"invitation": invitation})
    try:
        invitations.withdraw(invitation=invitation, by=me.user.actor)
        told = _("The invitation of %(email)s is withdrawn.\nIts link no longer works.")
        messages.success(request, told % {"email": invitation.email})
    except invitations.NotOpen:
        _too_late(request, invitation)
    return redirect("organizations:member-list")


def _too_late(request: HttpRequest, invitation: Invitation) -> None:
    told = _("The invitation of %(email)s was accepted or withdrawn in the meantime.")
    messages.error(request, told % {"email": invitation.email})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of the mail leads."""
    invitation = invitations.find(token)
    if invitation is None or not invitation.is_open or invitation.is_expired:
        over = {"invitation": invitation}
        return page(request, "organizations/invitation_over.html", over, status=410)
    user = User.objects.filter(email=invitation.email).first()
    if user is None:
        return _newcomer(request, invitation)
    if request.user == user and request.method == "POST":
        return _joined(request, invitations.accept(invitation=invitation, user=user))
    context = {"invitation": invitation, "known": user, "here": request.path}
    return page(request, "organizations/invitation_accept.html", context)


def _newcomer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Sets name and password, and is signed in."""
    form = NewcomerForm(invitation.email, posted(request))
    signed_in = request.user.is_authenticated  # as somebody else, who must leave first
    if request.method == "POST" and not signed_in and form.is_valid():
        given = form.cleaned_data
        try:
            member = invitations.accept_as_new(
                invitation=invitation, name=given["name"], password=given["password"]
            )
        except (invitations.NotOpen, IntegrityError):  # accepted in another window just now
            return redirect(request.path)
        get_adapter(request).login(request, member.user)
        return _joined(request, member)
    context = {"invitation": invitation, "form": form, "here": request.path}
    status = 422 if form.is_bound else 200
    return page(request, "organizations/invitation_accept.html", context, status=status)


def _joined(request: HttpRequest, member: Member) -> HttpResponse:
    request.session[ORGANIZATION] = str(member.organization.public_id)
    sessions.note_member(member)
    told = _("You are a member of %(organization)s.")
    messages.success(request, told % {"organization": member.organization})
    return redirect("/")
