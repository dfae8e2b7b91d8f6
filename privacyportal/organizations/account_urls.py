"""The pages of allauth that the product has. Addresses are given by administrators, so that nobody
changes one's own e-mail address here, and nobody signs in by a mailed code."""

from allauth.account.urls import urlpatterns as account
from django.urls import URLPattern, include, path

ABSENT = frozenset(
    {
        "account_email",
        "account_confirm_email",
        "account_email_verification_sent",
        "account_confirm_login_code",
    }
)

urlpatterns = [
    *(page for page in account if isinstance(page, URLPattern) and page.name not in ABSENT),
    path("2fa/", include("allauth.mfa.urls")),
]
