"""The pages of jobs."""

from django.urls import path

from jobs.views.job_act import ACTS, job_act
from jobs.views.job_detail import identity_reveal, job_detail, package_download
from jobs.views.job_list import job_list, overview_detail
from jobs.views.request_draft import draft_count, draft_discard, draft_save
from jobs.views.request_new import request_new, request_people
from jobs.views.request_undo import request_undo

app_name = "jobs"
urlpatterns = [
    path("", job_list, name="job-list"),
    path("overview/", overview_detail, name="overview"),
    path("jobs/<uuid:public_id>/", job_detail, name="job-detail"),
    path("jobs/<uuid:public_id>/package/", package_download, name="package-download"),
    path(
        "jobs/<uuid:public_id>/identities/<int:position>/reveal/",
        identity_reveal,
        name="identity-reveal",
    ),
    *(
        path(f"jobs/<uuid:public_id>/{act}/", job_act, {"act": act}, name=f"job-{act}")
        for act in ACTS
    ),
    path("requests/new/", request_new, name="request-new"),
    path("requests/new/people/", request_people, name="request-people"),
    path("requests/drafts/", draft_save, name="draft-save"),
    path("requests/drafts/<uuid:public_id>/discard/", draft_discard, name="draft-discard"),
    path("requests/drafts/<uuid:public_id>/count/", draft_count, name="draft-count"),
    path("requests/<uuid:public_id>/undo/", request_undo, name="request-undo"),
]
