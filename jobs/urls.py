"""The pages of jobs."""

from django.urls import path

from jobs.views.job_list import job_list
from jobs.views.request_new import request_new

app_name = "jobs"
urlpatterns = [
    path("", job_list, name="job-list"),
    path("requests/new/", request_new, name="request-new"),
]
