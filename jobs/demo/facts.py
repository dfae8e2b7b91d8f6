"""The demo's file: where it is, who can sign in, with what. Secrets stand nowhere else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypedDict

from privacyportal.local import secretfiles
from privacyportal.organizations.models import Organization
from privacyportal.organizations.services import credentials


class SignIn(TypedDict):
    email: str
    password: str
    role: str


@dataclass
class Facts:
    """What the file holds."""

    url: str
    organization_id: str
    client_id: str
    client_secret: str
    users: list[SignIn]
    products: list[dict[str, str]] = field(default_factory=list)
    example: str = ""

    def write(self, file: Path) -> None:
        secretfiles.write(file, json.dumps(asdict(self), indent=2) + "\n")


def read(file: Path, organization: Organization) -> Facts | None:
    """The facts of this demo, where the file has them and they still hold."""
    try:
        given: dict[str, Any] = json.loads(file.read_text())
        facts = Facts(**given)
    except (OSError, ValueError, TypeError):
        return None
    ours = facts.organization_id == organization.ims_org_id
    return facts if ours and credentials.is_live(facts.client_id) else None
