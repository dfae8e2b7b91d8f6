"""The pages of jobs."""

from django.urls import path

from jobs.views.dashboard import job_list, overview_detail
from jobs.views.job_act import ACTS, job_act
from jobs.views.job_bulk import job_acts, job_export
from jobs.views.job_detail import identity_reveal, job_detail, package_download
from jobs.views.job_list import job_changes, job_columns, job_rows_more, job_search
from jobs.views.request_new import request_new
from jobs.views.search import search

app_name = "jobs"
urlpatterns = [
    path("", job_list, name="job-list"),
    path("overview/", overview_detail, name="overview"),
    path("search/", search, name="search"),
    path("jobs/rows/", job_rows_more, name="job-rows"),
    path("jobs/changes/", job_changes, name="job-changes"),
    path("jobs/search/", job_search, name="job-search"),
    path("jobs/columns/", job_columns, name="job-columns"),
    path("jobs/acts/", job_acts, name="job-acts"),
    path("jobs/export.csv", job_export, name="job-export"),
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
