"""The pages of organizations and their people."""

from django.urls import path

from privacyportal.organizations.views import invitations, settings
from privacyportal.organizations.views import member_detail as members
from privacyportal.organizations.views.member_list import (
    factor_require,
    member_invite,
    member_list,
)
from privacyportal.organizations.views.portal import (
    brand,
    language_choose,
    organization_choose,
    preferences,
    sessions_end,
    theme_choose,
)

app_name = "organizations"
MEMBER = "members/<uuid:public_id>"
INVITATION = "members/invitations/<uuid:public_id>"
urlpatterns = [
    path("theme/", theme_choose, name="theme-choose"),
    path("language/", language_choose, name="language-choose"),
    path("preferences/", preferences, name="preferences"),
    path("organization/brand.css", brand, name="brand"),
    path("preferences/sessions/end/", sessions_end, name="sessions-end"),
    path("organization/", organization_choose, name="organization-choose"),
    path("organization/<uuid:public_id>/logo/", settings.organization_logo, name="logo"),
    path("settings/mail/", settings.settings_mail, name="settings-mail"),
    path("settings/mail/try/", settings.mail_try, name="mail-try"),
    path("settings/branding/", settings.settings_brand, name="settings-brand"),
    path("settings/branding/remove/", settings.logo_remove, name="logo-remove"),
    path("members/", member_list, name="member-list"),
    path("members/invite/", member_invite, name="member-invite"),
    path("members/second-factor/", factor_require, name="factor-require"),
    path(f"{INVITATION}/send/", invitations.invitation_send, name="invitation-send"),
    path(f"{INVITATION}/withdraw/", invitations.invitation_withdraw, name="invitation-withdraw"),
    path(f"{MEMBER}/", members.member_detail, name="member-detail"),
    path(f"{MEMBER}/remove/", members.member_remove, name="member-remove"),
    path(f"{MEMBER}/sessions/end/", members.member_sessions_end, name="member-sessions-end"),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation-accept"),
]
