"""Where the consent endpoints are. A trailing slash is optional, without a redirect."""

from consent.api import views
from jobs.api.urls import BASE, at

app_name = "consent-api"

urlpatterns = [
    *at(f"{BASE}/consent", views.consent, "consent"),
    *at(f"{BASE}/consent/lookup", views.lookup, "lookup"),
    *at(f"{BASE}/consent/gpc", views.gpc, "gpc"),
]
