"""The pages of jobs."""

from django.urls import path

from jobs.views.job_list import job_list

app_name = "jobs"
urlpatterns = [path("", job_list, name="job-list")]
