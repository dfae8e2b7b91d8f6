"""What is published of webhooks and the journal of events."""

from __future__ import annotations

from typing import Any

from jobs.api import webhook_shapes as shapes
from jobs.api.describe import AGAIN
from jobs.api.urls import BASE
from jobs.models.webhooks import DeliveryState
from privacyportal.api.openapi import Answer, Body, Operation, Parameter
from privacyportal.organizations.permissions import Permission

TAG = "Events"
MANAGE = Permission.EVENTS_MANAGE
UUID = {"type": "string", "format": "uuid"}
WEBHOOK_ID = "3f7d5d3a-6a0c-4f0e-9d57-9be1d0a3c001"
DELIVERY_ID = "8b0b1d54-1c1e-4b57-9a3f-5e2f6a9d0002"
EVENT_ID = "5d1c8a6e-2f3b-5a4c-8d7e-6f5a4b3c0003"
JOB_ID = "0f3c5f0e-7f7c-4c52-9c57-0a6a3f5b1f10"
WEBHOOK = Parameter("webhookId", "path", "The webhook's id.", UUID, True, WEBHOOK_ID)
DELIVERY = Parameter("deliveryId", "path", "The delivery's id.", UUID, True, DELIVERY_ID)
KIND = "com.adobe.platform.gdpr.productcomplete"
AT = "2026-11-25T21:53:07.123Z"
DESK = {"name": "our desk", "url": "https://desk.example.org/privacy"}
REGISTERED = {
    "webhookId": WEBHOOK_ID,
    **DESK,
    "events": [KIND],
    "clientId": "d7efd30249b4b8b830a3d16d501e7f06",
    "status": "active",
    "statusSince": AT,
    "createdDate": AT,
}
FRESH = {**REGISTERED, "status": "pending", "secret": "shown-once"}
SENT = {
    "deliveryId": DELIVERY_ID,
    "status": "delivered",
    "retryCount": 0,
    "createdDate": AT,
    "closedDate": AT,
    "nextTry": None,
    "request": {
        "method": "POST",
        "url": DESK["url"],
        "eventId": EVENT_ID,
        "type": KIND,
        "jobId": JOB_ID,
        "message": "crm.delete.complete",
    },
    "tries": [
        {
            "retryCount": 0,
            "at": AT,
            "milliseconds": 41,
            "success": True,
            "status": 204,
            "error": None,
        }
    ],
}
EVENT = {
    "specversion": "1.0",
    "id": EVENT_ID,
    "event_id": EVENT_ID,
    "eventid": EVENT_ID,
    "type": KIND,
    "source": "https://portal.example.org/data/core/privacy",
    "time": AT,
    "datacontenttype": "application/json",
    "recipientclientid": REGISTERED["clientId"],
    "data": {
        "imsOrg": "0A1B2C3D4E5F@PortalOrg",
        "value": {"jobId": JOB_ID, "message": "crm.delete.complete"},
    },
}
ONE = f"/{BASE}/webhooks/{{webhookId}}"


def operation(
    method: str, path: str, name: str, summary: str, answer: Answer, **more: Any
) -> Operation:
    return Operation(method, path, name, TAG, summary, [answer], MANAGE, **more)


OPERATIONS = (
    operation(
        "POST", f"/{BASE}/webhooks", "createWebhook", "Register a webhook",
        Answer(200, "It is challenged at once; its secret is shown now.", shapes.Webhook, FRESH),
        description="`GET ?challenge=X` must answer 200 with X, as text or as "
        "`{\"challenge\": X}`; an address that answers 200 without it is sent a POST with a "
        "`validationUrl`, to be visited within five minutes.",
        parameters=[AGAIN],
        body=Body(shapes.GivenWebhook, {"all events": DESK, "one": {**DESK, "events": [KIND]}}),
        refusals=[409],
    ),
    operation(
        "GET", f"/{BASE}/webhooks", "listWebhooks", "List the webhooks",
        Answer(200, "All.", shapes.Webhooks, {"totalRecords": 1, "webhooks": [REGISTERED]}),
    ),
    operation(
        "GET", ONE, "readWebhook", "Look a webhook up",
        Answer(200, "The webhook.", shapes.Webhook, REGISTERED),
        parameters=[WEBHOOK], refusals=[404],
    ),
    operation(
        "PUT", ONE, "replaceWebhook", "Replace a webhook",
        Answer(200, "A new address is challenged.", shapes.Webhook, REGISTERED),
        parameters=[WEBHOOK], refusals=[404, 409],
        body=Body(shapes.GivenWebhook, {"all events": DESK}),
    ),
    operation(
        "PATCH", ONE, "changeWebhook", "Change a webhook",
        Answer(200, "A new address is challenged.", shapes.Webhook, REGISTERED),
        parameters=[WEBHOOK], refusals=[404, 409],
        body=Body(shapes.WebhookChange, {"name": {"name": "the new desk"}}),
    ),
    operation(
        "DELETE", ONE, "removeWebhook", "Remove a webhook",
        Answer(204, "Nothing is sent to it any more."),
        parameters=[WEBHOOK], refusals=[404],
    ),
    operation(
        "POST", f"{ONE}/challenge", "challengeWebhook", "Challenge a webhook again",
        Answer(200, "It is challenged soon.", shapes.Webhook, {**REGISTERED, "status": "pending"}),
        parameters=[WEBHOOK], refusals=[404, 409],
    ),
    operation(
        "GET", f"{ONE}/deliveries", "listDeliveries", "List what was sent to a webhook",
        Answer(200, "A page.", shapes.Deliveries, {"deliveries": [SENT], "next": None}),
        parameters=[
            WEBHOOK,
            Parameter("status", "query", "Only these.", {"enum": DeliveryState.values}),
            Parameter("before", "query", "Go on after this delivery.", UUID),
            Parameter(
                "size", "query", "How many.",
                {"type": "integer", "minimum": 1, "maximum": 100, "default": 100},
            ),
        ],
        refusals=[404],
    ),
    operation(
        "POST", f"{ONE}/deliveries/{{deliveryId}}/redeliver", "redeliver", "Send an event again",
        Answer(200, "It is sent soon.", shapes.Delivery, {**SENT, "tries": []}),
        parameters=[WEBHOOK, DELIVERY], refusals=[404, 409],
    ),
    operation(
        "GET", f"/{BASE}/events", "listEvents", "Read the journal of events",
        Answer(
            200, "In order, from a position on.", shapes.Journal,
            {"events": [{"position": 7, "event": EVENT}], "next": 7, "last": 7},
        ),
        description="Keeps seven days. No transaction that ends late is missed.",
        parameters=[
            Parameter(
                "since", "query", "The last position that is known.",
                {"type": "integer", "minimum": 0, "default": 0},
            ),
            Parameter(
                "limit", "query", "How many.",
                {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
            ),
        ],
    ),
    Operation(
        "GET", f"/{BASE}/webhook-keys/{{keyId}}.pem", "readSigningKey", TAG,
        "Read a public key",
        [Answer(200, "PEM.", str, "-----BEGIN PUBLIC KEY-----\n…", "application/x-pem-file")],
        description="For whoever verifies a signature: deliveries name the path.",
        parameters=[Parameter("keyId", "path", "The key's id.", UUID, True, EVENT_ID)],
        refusals=[404],
    ),
    Operation(
        "GET", f"/{BASE}/webhook-validations/{{token}}", "visitValidation", TAG,
        "Visit the address of a validation",
        [Answer(200, "The webhook is active.", shapes.Visited, {"status": "active"})],
        description="For whoever was told it by a POST to the webhook's address.",
        parameters=[Parameter("token", "path", "As it was told.", required=True, example="k3T")],
        refusals=[404],
    ),
)  # fmt: skip
