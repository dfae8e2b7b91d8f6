"""The tree of a request: PrivacyRequest → RequestSubject → Job → ProductResponse → Attempt;
what is told of it: EventBatch → Event → Delivery → DeliveryTry."""

from jobs.models.attempts import Attempt
from jobs.models.clock_rules import ClockRules
from jobs.models.drafts import DryRun, SavedDraft
from jobs.models.events import Event, EventBatch, Journal
from jobs.models.heartbeats import Heartbeat
from jobs.models.jobs import Job, ProductResponse
from jobs.models.namespaces import CustomNamespace
from jobs.models.notes import RequestAttachment, RequestNote
from jobs.models.packages import PackageContent
from jobs.models.products import Product, ProductSettings
from jobs.models.requests import PrivacyRequest
from jobs.models.subjects import DataSubject, Identity, RequestSubject
from jobs.models.tallies import WorkedBatch
from jobs.models.tasks import ManualTask, OutsideWorker, TaskFile
from jobs.models.uploads import KnownColumns, Upload, UploadPart
from jobs.models.webhooks import Delivery, DeliveryTry, SigningKey, Webhook

__all__ = [
    "Attempt",
    "ClockRules",
    "CustomNamespace",
    "DataSubject",
    "Delivery",
    "DeliveryTry",
    "DryRun",
    "Event",
    "EventBatch",
    "Heartbeat",
    "Identity",
    "Job",
    "Journal",
    "KnownColumns",
    "ManualTask",
    "OutsideWorker",
    "PackageContent",
    "PrivacyRequest",
    "Product",
    "ProductResponse",
    "ProductSettings",
    "RequestAttachment",
    "RequestNote",
    "RequestSubject",
    "SavedDraft",
    "SigningKey",
    "TaskFile",
    "Upload",
    "UploadPart",
    "Webhook",
    "WorkedBatch",
]
