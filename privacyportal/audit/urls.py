"""The pages of the audit log."""

from django.urls import path

from privacyportal.audit.views import audit_export, audit_list

app_name = "audit"
urlpatterns = [
    path("audit/", audit_list, name="audit-list"),
    path("audit/export.csv", audit_export, name="audit-export"),
]
