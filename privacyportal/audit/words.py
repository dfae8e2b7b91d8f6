"""What acts are called, and where the things are that they were about. An act that has no words
here is shown by its verb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

GROUPS: Mapping[str, Any] = {
    "request": _("Requests"),
    "job": _("Jobs"),
    "person": _("People"),
    "identity": _("Identities shown"),
    "package": _("Packages"),
    "note": _("Notes"),
    "attachment": _("Attachments"),
    "task": _("Tasks"),
    "consent": _("Consent"),
    "upload": _("Uploads"),
    "product": _("Products"),
    "member": _("Members"),
    "credential": _("Programs"),
    "webhook": _("Webhooks"),
    "namespace": _("Namespaces"),
    "organization": _("Organization"),
}
VERBS: Mapping[str, Any] = {
    "request.submit": _("submitted a request"),
    "request.undo": _("took a request back"),
    "request.assign": _("assigned a request"),
    "request.retry": _("retried a request's errors"),
    "request.cancel": _("cancelled a request"),
    "request.release": _("released a request's deletes"),
    "job.retry": _("retried a job"),
    "job.cancel": _("cancelled a job"),
    "job.release": _("released a delete"),
    "job.drop": _("dropped a delete"),
    "job.export": _("exported jobs"),
    "person.find": _("looked a person up"),
    "person.request": _("began a request for a person"),
    "person.export": _("exported a person's record"),
    "identity.reveal": _("had an identity shown"),
    "package.download": _("downloaded a package"),
    "package.preview": _("looked into a package"),
    "note.add": _("wrote a note"),
    "note.delete": _("deleted a note"),
    "attachment.add": _("attached a file"),
    "attachment.download": _("downloaded an attachment"),
    "attachment.delete": _("deleted an attachment"),
    "task.reveal": _("had a task's person shown"),
    "task.attach": _("put a file to a task"),
    "task.detach": _("took a file from a task"),
    "task.answer": _("answered a task"),
    "task.take_back": _("took an answer back"),
    "task.give": _("gave a task to somebody else"),
    "task.end_links": _("ended the links of somebody outside"),
    "consent.submit": _("recorded choices"),
    "consent.reveal": _("had a choice's identity shown"),
    "consent.receipt": _("downloaded a receipt"),
    "consent.export": _("exported choices"),
    "upload.submit": _("submitted a file"),
    "upload.undo": _("took a file back"),
    "upload.give_up": _("gave up what failed of a file"),
    "product.add": _("set a product up"),
    "product.change_settings": _("changed a product's settings"),
    "product.limit": _("changed a product's limits"),
    "product.rename": _("renamed a product"),
    "product.retry": _("had a product's errors retried"),
    "product.retry-stop": _("stopped the retry of a product's errors"),
    "product.retried": _("had retried a product's errors"),
    "product.pause": _("paused a product"),
    "product.resume": _("resumed a product"),
    "product.preview": _("previewed a person at a product"),
    "member.add": _("added a member"),
    "member.change_role": _("changed a member's role"),
    "member.remove": _("removed a member"),
    "member.invite": _("invited somebody"),
    "member.invite_again": _("sent an invitation again"),
    "member.withdraw_invitation": _("withdrew an invitation"),
    "member.accept_invitation": _("accepted an invitation"),
    "member.end_sessions": _("ended a member's sessions"),
    "credential.create": _("created a credential"),
    "credential.rotate": _("replaced a program's secret"),
    "credential.end_previous": _("ended a program's old secret"),
    "credential.revoke": _("revoked a credential"),
    "webhook.create": _("registered a webhook"),
    "webhook.change": _("changed a webhook"),
    "webhook.delete": _("removed a webhook"),
    "webhook.challenge": _("challenged a webhook"),
    "webhook.redeliver": _("had an event delivered again"),
    "webhook.redeliver_failed": _("had failed events delivered again"),
    "webhook.pause": _("paused a webhook"),
    "webhook.resume": _("resumed a webhook"),
    "webhook.stop": _("stopped a webhook, with its program"),
    "namespace.register": _("registered a namespace"),
    "organization.create": _("created the organization"),
    "organization.change": _("changed the organization's settings"),
    "organization.logo": _("changed the organization's logo"),
    "organization.clocks": _("changed the organization's clocks"),
    "organization.second_factor": _("changed whether a second factor is required"),
    "organization.export": _("exported the audit log"),
    "organization.hand_over": _("exported everything of the organization"),
    "organization.close": _("began to delete the organization"),
    "organization.delete": _("deleted the organization"),
}
PLACES: Mapping[str, str] = {
    "request": "jobs:request-detail",
    "job": "jobs:job-detail",
    "person": "jobs:person-detail",
    "product": "jobs:product-detail",
    "task": "jobs:task-detail",
    "consent": "consent:record-detail",
    "credential": "jobs:program-detail",
    "webhook": "jobs:webhook-detail",
}


def words(verb: str) -> str:
    return str(VERBS.get(verb, verb))


def place(kind: str, target_id: str) -> str:
    """The page of what an act was about; "" where it has none."""
    name = PLACES.get(kind)
    try:
        return reverse(name, args=[target_id]) if name else ""
    except NoReverseMatch:
        return ""
