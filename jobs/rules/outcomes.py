"""Outcome codes of the contract (§5) and the sentences for them.

An outcome is kept as code, detail key and parameters and turned into words on reading: in English
for the API, in the reader's language on pages. No sentence ever holds an identity value.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

SUCCESS = "6000-200"
NOT_PROVISIONED = "6051-200"
NOT_FOUND = "6052-200"
NAMESPACE_NOT_VALID = "6053-200"
PARTIAL = "6054-200"
WRONG_FORMAT = "1000-400"
PERMISSION = "1010-400"
UPLOAD_FAILED = "1020-400"
JOB_FAILED = "1021-400"
ACCESS_FAILED = "1022-400"
DATASET_NOT_FOUND = "1023-400"
UNEXPECTED = "1024-400"
RATE_LIMIT = "1030-400"
KEY_REVOKED = "1040-400"

# `message` of the contract, word for word where it gives one; never translated in the API.
MESSAGES: Mapping[str, Any] = {
    SUCCESS: _("Success"),
    NOT_PROVISIONED: _("The IMS Org has not been provisioned."),
    NOT_FOUND: _("User IDs were not found."),
    NAMESPACE_NOT_VALID: _("Invalid Namespace"),
    PARTIAL: _("Partially Completed"),
    WRONG_FORMAT: _("The data is not in the required format."),
    PERMISSION: _("Access and permissions are required."),
    UPLOAD_FAILED: _("There was a problem uploading and archiving the access data."),
    JOB_FAILED: _("The job failed."),
    ACCESS_FAILED: _("The data could not be accessed."),
    DATASET_NOT_FOUND: _("The data set was not found."),
    UNEXPECTED: _("An unexpected error occurred at the product."),
    RATE_LIMIT: _("The workload was exceeded for the current document rate limit."),
    KEY_REVOKED: _("The encryption key was revoked."),
}

# What an officer reads: one sentence (or two) per detail key, with named parameters. Processors add
# their own when they are registered.
DETAILS: dict[str, Any] = {
    "engine.not_set_up": _("This product is not set up in this organization."),
    "engine.no_such_action": _("This product is not set up for opt-outs of sale."),
    "engine.superseded": _(
        "A later choice replaced this one before it was carried out (request %(request)s): "
        "the product was told the later one."
    ),
    "engine.cancelled": _("Cancelled before anything was attempted."),
    "engine.dropped": _("Dropped by an officer. Nothing was deleted."),
    "engine.lease_lost": _(
        "A worker died %(losses)s times while it worked on this person alone. "
        "Nothing more is tried by itself."
    ),
    "engine.unexpected": _(
        "The processor stopped with %(error)s. The log tells more under reference %(reference)s."
    ),
    "engine.unanswered": _("The processor gave no answer for this person."),
    "engine.pending_expired": _(
        "The product took the work %(days)s days ago and has not answered."
    ),
    "engine.busy": _("The product was busy with the same data each time. It is tried again later."),
    "engine.bad_settings": _("The product's settings cannot be used: %(error)s."),
    "engine.no_content": _("The product said that it gave data, but none arrived."),
    "engine.withdrawn": _("Withdrawn at the product before it answered."),
    "count.cannot": _("This product can't be counted beforehand."),
    "count.changed": _("Not counted: the draft was changed meanwhile."),
    "count.file_changed": _("Not counted: the file was changed meanwhile."),
    "count.nobody": _("Nobody of these is to be deleted here."),
    "count.paused": _("Paused: it is not asked, and the delete waits until it is resumed."),
    "count.no_settings": _("Has no settings yet: the delete waits for them."),
    "engine.bad_action": _("This product does not support this action."),
}


def message(code: str) -> str:
    """The contract's `message` of an outcome code."""
    return str(MESSAGES.get(code, MESSAGES[UNEXPECTED]))


def detail(key: str, params: Mapping[str, Any]) -> str:
    """The sentence of a detail key; the empty string where there is none."""
    sentence = DETAILS.get(key)
    return str(sentence) % params if sentence is not None else ""
