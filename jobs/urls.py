"""The pages of jobs."""

from django.urls import path

from jobs.views.job_act import ACTS, job_act
from jobs.views.job_detail import identity_reveal, job_detail, package_download
from jobs.views.job_list import job_list, overview_detail
from jobs.views.request_new import request_new

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
]
