"""The tree of a request: PrivacyRequest → RequestSubject → Job → ProductResponse → Attempt."""

from jobs.models.attempts import Attempt
from jobs.models.jobs import Job, ProductResponse
from jobs.models.namespaces import CustomNamespace
from jobs.models.packages import PackageContent
from jobs.models.products import Product, ProductSettings
from jobs.models.requests import PrivacyRequest
from jobs.models.subjects import DataSubject, Identity, RequestSubject

__all__ = [
    "Attempt",
    "CustomNamespace",
    "DataSubject",
    "Identity",
    "Job",
    "PackageContent",
    "PrivacyRequest",
    "Product",
    "ProductResponse",
    "ProductSettings",
    "RequestSubject",
]
