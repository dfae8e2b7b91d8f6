"""Where the contract's resources are (§1). A trailing slash is optional, without a redirect."""

from django.urls import URLPattern, path, re_path

from jobs.api import views, webhook_views
from jobs.api.callbacks import callback, challenge
from privacyportal.api.gateway import View, nothing_here, resource

app_name = "jobs-api"
BASE = "data/core/privacy"
OLDER_BASE = "data/privacy/gdpr"  # stands for BASE/jobs


def at(route: str, view: View, name: str) -> list[URLPattern]:
    return [path(route, view, name=name), path(f"{route}/", view)]


urlpatterns = [
    *at(f"{OLDER_BASE}", views.jobs, "older-jobs"),
    *at(f"{OLDER_BASE}/<str:job_id>", views.job, "older-job"),
    *at(f"{OLDER_BASE}/<str:job_id>/content", views.content, "older-content"),
    *at(f"{OLDER_BASE}/<str:job_id>/child", views.child, "older-child"),
    *at(f"{OLDER_BASE}/<str:job_id>/child-job", views.child, "older-child-job"),
    *at(f"{BASE}/jobs", views.jobs, "jobs"),
    *at(f"{BASE}/jobs/<str:job_id>", views.job, "job"),
    *at(f"{BASE}/jobs/<str:job_id>/content", views.content, "content"),
    *at(f"{BASE}/jobs/<str:job_id>/child-job", views.child, "child-job"),
    *at(f"{BASE}/namespaces", views.namespaces, "namespaces"),
    *at(f"{BASE}/events", webhook_views.events, "events"),
    *at(f"{BASE}/webhooks", webhook_views.webhooks, "webhooks"),
    *at(f"{BASE}/webhooks/<str:webhook_id>", webhook_views.webhook, "webhook"),
    *at(f"{BASE}/webhooks/<str:webhook_id>/challenge", webhook_views.challenge, "challenge"),
    *at(f"{BASE}/webhooks/<str:webhook_id>/deliveries", webhook_views.deliveries, "deliveries"),
    *at(
        f"{BASE}/webhooks/<str:webhook_id>/deliveries/<str:delivery_id>/redeliver",
        webhook_views.redeliver,
        "redeliver",
    ),
    *at(f"{BASE}/webhook-keys/<str:key_id>.pem", webhook_views.key, "webhook-key"),
    *at(f"{BASE}/webhook-validations/<str:token>", webhook_views.visit, "webhook-validation"),
    *at(".well-known/jwks.json", webhook_views.key_set, "key-set"),
    path("callbacks/<uuid:public_id>/", resource(GET=challenge, POST=callback), name="callback"),
    re_path(rf"^(?:{BASE}|{OLDER_BASE})(?:/|$)", nothing_here),
]
