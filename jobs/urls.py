"""The pages of jobs, requests and people."""

from django.urls import path

from jobs.views import request_detail as requests
from jobs.views import request_notes as notes
from jobs.views import webhook_detail as webhooks
from jobs.views.dashboard import job_list, overview_detail
from jobs.views.job_act import ACTS, job_act
from jobs.views.job_bulk import job_acts, jobs_export
from jobs.views.job_detail import identity_reveal, job_detail, job_export
from jobs.views.job_list import job_changes, job_columns, job_rows_more, job_search
from jobs.views.operation import healthz, metrics, readyz
from jobs.views.organization_settings import organization_clocks_page, organization_settings
from jobs.views.package import file_download, package_download, package_preview
from jobs.views.person_detail import (
    person_detail,
    person_export,
    person_request,
    person_reveal,
)
from jobs.views.person_list import person_list
from jobs.views.product_detail import product_detail, product_pause, product_resume
from jobs.views.product_list import product_list
from jobs.views.product_mapping import product_effects
from jobs.views.product_retry import product_retry, product_retry_stop
from jobs.views.product_settings import (
    product_kinds,
    product_new,
    product_restore,
    product_settings,
    product_versions_list,
)
from jobs.views.program_detail import (
    program_detail,
    program_end_previous,
    program_revoke,
    program_rotate,
)
from jobs.views.program_list import program_list, program_new
from jobs.views.request_draft import draft_count, draft_discard, draft_save
from jobs.views.request_list import request_list
from jobs.views.request_new import request_new, request_people
from jobs.views.request_undo import request_undo
from jobs.views.search import search
from jobs.views.task_access import by_link
from jobs.views.task_detail import (
    task_answer,
    task_attach,
    task_detach,
    task_detail,
    task_end_links,
    task_give,
    task_reveal,
    task_take_back,
)
from jobs.views.task_list import task_list
from jobs.views.task_many import task_many
from jobs.views.upload_file import (
    upload_columns,
    upload_discard,
    upload_problems,
    upload_replace,
    upload_retry,
)
from jobs.views.upload_help import upload_csv, upload_help, upload_json
from jobs.views.upload_list import upload_list
from jobs.views.upload_review import upload_count, upload_review, upload_undo
from jobs.views.webhook_list import webhook_list, webhook_new

app_name = "jobs"
JOB, REQUEST = "jobs/<uuid:public_id>", "requests/<uuid:public_id>"
PERSON = "people/<uuid:public_id>"
UPLOAD = "uploads/<uuid:public_id>"
PRODUCT = "products/<uuid:public_id>"
PROGRAM, WEBHOOK = "programs/<uuid:public_id>", "webhooks/<uuid:public_id>"
TASK, LINK = "tasks/<uuid:public_id>", "tasks/link/<str:token>"
# What members, and by a link others, do with a task.
OF_TASK = (
    ("", task_detail, "task-detail"),
    ("reveal/", task_reveal, "task-reveal"),
    ("files/", task_attach, "task-attach"),
    ("files/<uuid:file_id>/delete/", task_detach, "task-detach"),
    ("answer/", task_answer, "task-answer"),
    ("take-back/", task_take_back, "task-take-back"),
)
urlpatterns = [
    path("", job_list, name="job-list"),
    path("overview/", overview_detail, name="overview"),
    path("search/", search, name="search"),
    path("jobs/rows/", job_rows_more, name="job-rows"),
    path("jobs/changes/", job_changes, name="job-changes"),
    path("jobs/search/", job_search, name="job-search"),
    path("jobs/columns/", job_columns, name="job-columns"),
    path("jobs/acts/", job_acts, name="job-acts"),
    path("jobs/export.csv", jobs_export, name="jobs-export"),
    path(f"{JOB}/", job_detail, name="job-detail"),
    path(f"{JOB}/export/", job_export, name="job-export"),
    path(f"{JOB}/package/", package_download, name="package-download"),
    path(f"{JOB}/package/<slug:place>/", package_preview, name="package-preview"),
    path(f"{JOB}/package/<slug:place>/download/", file_download, name="file-download"),
    path(f"{JOB}/identities/<int:position>/reveal/", identity_reveal, name="identity-reveal"),
    *(path(f"{JOB}/{act}/", job_act, {"act": act}, name=f"job-{act}") for act in ACTS),
    path("requests/", request_list, name="request-list"),
    path("requests/new/", request_new, name="request-new"),
    path("requests/new/people/", request_people, name="request-people"),
    path("requests/drafts/", draft_save, name="draft-save"),
    path("requests/drafts/<uuid:public_id>/discard/", draft_discard, name="draft-discard"),
    path("requests/drafts/<uuid:public_id>/count/", draft_count, name="draft-count"),
    path(f"{REQUEST}/undo/", request_undo, name="request-undo"),
    path(f"{REQUEST}/", requests.request_detail, name="request-detail"),
    *(
        path(f"{REQUEST}/{act}/", requests.request_act, {"act": act}, name=f"request-{act}")
        for act in requests.ACTS
    ),
    path(f"{REQUEST}/assignee/", requests.request_assign, name="request-assign"),
    path(f"{REQUEST}/notes/", notes.note_add, name="note-add"),
    path(f"{REQUEST}/notes/<uuid:item_id>/delete/", notes.note_delete, name="note-delete"),
    path(f"{REQUEST}/attachments/", notes.attachment_add, name="attachment-add"),
    path(
        f"{REQUEST}/attachments/<uuid:item_id>/",
        notes.attachment_download,
        name="attachment-download",
    ),
    path(
        f"{REQUEST}/attachments/<uuid:item_id>/delete/",
        notes.attachment_delete,
        name="attachment-delete",
    ),
    path("tasks/", task_list, name="task-list"),
    path("tasks/many/", task_many, name="task-many"),
    path(f"{TASK}/give/", task_give, name="task-give"),
    path(f"{TASK}/end-links/", task_end_links, name="task-end-links"),
    *(path(f"{TASK}/{place}", view, name=name) for place, view, name in OF_TASK),
    path(f"{LINK}/", by_link(task_list), name="link-task-list"),
    path(f"{LINK}/many/", by_link(task_many), name="link-task-many"),
    *(
        path(f"{LINK}/<uuid:public_id>/{place}", by_link(view), name=f"link-{name}")
        for place, view, name in OF_TASK
    ),
    path("uploads/", upload_list, name="upload-list"),
    path("uploads/columns/", upload_help, name="upload-help"),
    path("uploads/requests.csv", upload_csv, name="upload-csv"),
    path("uploads/requests.json", upload_json, name="upload-json"),
    path(f"{UPLOAD}/replace/", upload_replace, name="upload-replace"),
    path(f"{UPLOAD}/columns/", upload_columns, name="upload-columns"),
    path(f"{UPLOAD}/problems.csv", upload_problems, name="upload-problems"),
    path(f"{UPLOAD}/review/", upload_review, name="upload-review"),
    path(f"{UPLOAD}/count/", upload_count, name="upload-count"),
    path(f"{UPLOAD}/undo/", upload_undo, name="upload-undo"),
    path(f"{UPLOAD}/retry/", upload_retry, name="upload-retry"),
    path(f"{UPLOAD}/discard/", upload_discard, name="upload-discard"),
    path("people/", person_list, name="person-list"),
    path(f"{PERSON}/", person_detail, name="person-detail"),
    path(f"{PERSON}/request/", person_request, name="person-request"),
    path(f"{PERSON}/export.csv", person_export, name="person-export"),
    path(
        f"{PERSON}/identities/<uuid:job_id>/<int:position>/reveal/",
        person_reveal,
        name="person-reveal",
    ),
    path("products/", product_list, name="product-list"),
    path("products/new/", product_kinds, name="product-kinds"),
    path("products/effects/", product_effects, name="product-effects"),
    path("products/new/<slug:kind>/", product_new, name="product-new"),
    path(f"{PRODUCT}/", product_detail, name="product-detail"),
    path(f"{PRODUCT}/pause/", product_pause, name="product-pause"),
    path(f"{PRODUCT}/resume/", product_resume, name="product-resume"),
    path(f"{PRODUCT}/retry/", product_retry, name="product-retry"),
    path(f"{PRODUCT}/retry/stop/", product_retry_stop, name="product-retry-stop"),
    path(f"{PRODUCT}/settings/", product_settings, name="product-settings"),
    path(f"{PRODUCT}/versions/", product_versions_list, name="product-versions"),
    path(f"{PRODUCT}/versions/<int:number>/use/", product_restore, name="product-restore"),
    path("settings/", organization_settings, name="organization-settings"),
    path("settings/clocks/", organization_clocks_page, name="organization-clocks"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("programs/", program_list, name="program-list"),
    path("programs/new/", program_new, name="program-new"),
    path(f"{PROGRAM}/", program_detail, name="program-detail"),
    path(f"{PROGRAM}/rotate/", program_rotate, name="program-rotate"),
    path(f"{PROGRAM}/old-secret/end/", program_end_previous, name="program-end-previous"),
    path(f"{PROGRAM}/revoke/", program_revoke, name="program-revoke"),
    path("webhooks/", webhook_list, name="webhook-list"),
    path("webhooks/new/", webhook_new, name="webhook-new"),
    path(f"{WEBHOOK}/", webhooks.webhook_detail, name="webhook-detail"),
    path(f"{WEBHOOK}/change/", webhooks.webhook_change, name="webhook-change"),
    path(f"{WEBHOOK}/remove/", webhooks.webhook_remove, name="webhook-remove"),
    *(
        path(f"{WEBHOOK}/{act}/", webhooks.webhook_act, {"act": act}, name=f"webhook-{act}")
        for act in webhooks.ACTS
    ),
    path(f"{WEBHOOK}/deliveries/send/", webhooks.deliveries_send, name="deliveries-send"),
    path(
        f"{WEBHOOK}/deliveries/<uuid:delivery_id>/send/",
        webhooks.delivery_send,
        name="delivery-send",
    ),
]
