"""Bodies of POST /jobs for tests."""

import json
from typing import Any

ORGANIZATION = "0A1B2C@PortalOrg"


def identity(namespace: str = "email", value: Any = "ann@example.com", **more: Any) -> dict:
    return {"namespace": namespace, "value": value, "type": "standard", **more}


def user(key: str = "ann", *, action: Any = None, ids: Any = None, **more: Any) -> dict:
    return {
        "key": key,
        "action": ["access"] if action is None else action,
        "userIDs": [identity()] if ids is None else ids,
        **more,
    }


def document(organization: str = ORGANIZATION, **changes: Any) -> dict[str, Any]:
    """A good body; `changes` replace top-level fields, None removes one."""
    body = {
        "companyContexts": [{"namespace": "imsOrgID", "value": organization}],
        "users": [user()],
        "include": ["crm"],
        "regulation": "gdpr",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def encoded(organization: str = ORGANIZATION, **changes: Any) -> bytes:
    return json.dumps(document(organization, **changes)).encode()
