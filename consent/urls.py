"""The pages of choices."""

from django.urls import path

from consent.views.consent_new import consent_new, record_change
from consent.views.record_detail import record_detail, record_receipt, record_reveal
from consent.views.record_list import record_list, record_search, records_export

app_name = "consent"
urlpatterns = [
    path("consent/", record_list, name="record-list"),
    path("consent/search/", record_search, name="record-search"),
    path("consent/export.csv", records_export, name="records-export"),
    path("consent/new/", consent_new, name="consent-new"),
    path("consent/<uuid:public_id>/", record_detail, name="record-detail"),
    path("consent/<uuid:public_id>/reveal/", record_reveal, name="record-reveal"),
    path("consent/<uuid:public_id>/receipt/", record_receipt, name="record-receipt"),
    path("consent/<uuid:public_id>/change/", record_change, name="record-change"),
]
