"""One member: role, sessions, and leaving."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from privacyportal.htmx import page, posted
from privacyportal.organizations.forms import RoleForm
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import ROLES, Role
from privacyportal.organizations.services import members, sessions
from privacyportal.organizations.views.access import find_colleague, manager
from privacyportal.organizations.views.browsers import told


@require_http_methods(["GET", "HEAD", "POST"])
def member_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A POST changes the role."""
    me = manager(request)
    colleague = find_colleague(me, public_id)
    form = RoleForm(posted(request), initial={"role": colleague.role})
    if request.method == "POST" and form.is_valid() and _changed(form, me, colleague):
        words = {"name": colleague.user, "role": colleague.get_role_display()}
        messages.success(request, _("%(name)s’s role is now: %(role)s.") % words)
        return redirect("organizations:member-list" if colleague == me else request.path)
    context = {
        "colleague": colleague,
        "form": form,
        "roles": [(role, ROLES[role].purpose) for role in Role],
        "last": members.is_last_administrator(colleague),
        "sessions": told(request, sessions.of_member(colleague)),
        "own": colleague == me,
    }
    status = 422 if form.is_bound else 200
    return page(request, "organizations/member_detail.html", context, status=status)


def _changed(form: RoleForm, me: Member, colleague: Member) -> bool:
    role = Role(form.cleaned_data["role"])
    try:
        members.change_role(member=colleague, by=me.user.actor, role=role)
    except members.LastAdministrator:
        form.add_error("role", last_words(colleague))
        return False
    return True


def last_words(colleague: Member) -> str:
    return _(
        "%(name)s is the last administrator. Make somebody else one first: without any, nobody"
        " could set up anything."
    ) % {"name": colleague.user}


@require_http_methods(["GET", "HEAD", "POST"])
def member_remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    me = manager(request)
    colleague = find_colleague(me, public_id)
    own = colleague == me
    problem = last_words(colleague) if members.is_last_administrator(colleague) else ""
    if request.method == "POST" and not problem:
        try:
            members.remove(member=colleague, by=me.user.actor)
        except members.LastAdministrator:  # who was one, too, has just left
            problem = last_words(colleague)
        else:
            messages.success(request, _("%(name)s is removed.") % {"name": colleague.user})
            return redirect("/" if own else "organizations:member-list")
    context = {
        "colleague": colleague,
        "problem": problem,
        "owned": members.owned(colleague),
        "sessions": len(sessions.of_member(colleague)),
        "own": own,
    }
    status = 422 if request.method == "POST" else 200
    return page(request, "organizations/member_remove.html", context, status=status)


@require_POST
def member_sessions_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    me = manager(request)
    colleague = find_colleague(me, public_id)
    ended = sessions.end_of_member(member=colleague, by=me.user.actor)
    words = ngettext("%(n)s session was ended.", "%(n)s sessions were ended.", ended)
    messages.success(request, words % {"n": ended})
    return redirect("organizations:member-detail", public_id)
