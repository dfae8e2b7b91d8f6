"""An organization whose product is the trial processor, and an engine that is turned by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobs.engine import sweep, turn
from jobs.models import Job, PrivacyRequest, Product, ProductResponse
from jobs.processors.registry import PROCESSORS
from jobs.services import products
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.submission import Submitted, submit
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.engine.trial import TrialProcessor


@dataclass
class Trial:
    """One organization, one product, and what a test does with them."""

    organization: Organization
    product: Product
    folder: Path

    def submit(
        self, *words: str, actions: Sequence[str] = ("delete",), **draft: Any
    ) -> PrivacyRequest:
        people = [
            PersonDraft(
                f"{number}-{word}",
                tuple(actions),
                (IdentityDraft("email", "Email", f"{word}+{number}@example.org"),),
            )
            for number, word in enumerate(words)
        ]
        return self.take(people, **draft).request

    def take(self, people: Sequence[PersonDraft], **draft: Any) -> Submitted:
        given = {"regulation": "gdpr", "regulation_given": "gdpr", "products": ("trial",)}
        return submit(
            organization=self.organization,
            by=SYSTEM,
            draft=RequestDraft(people=tuple(people), **{**given, **draft}),
        )

    def work(self, rounds: int = 3) -> None:
        for _ in range(rounds):
            turn.turn(self.product.pk)
            sweep.sweep()

    def responses(self, action: str = "delete") -> list[ProductResponse]:
        return list(ProductResponse.objects.filter(action=action).order_by("pk"))

    def states(self, action: str = "delete") -> list[tuple[str, str]]:
        return [(r.state, r.outcome_code) for r in self.responses(action)]

    def jobs(self) -> list[Job]:
        return list(Job.objects.order_by("pk"))


def add_products(trial: Trial, *codes: str) -> list[Product]:
    """More of the trial processor's, beside the first."""
    return [
        products.add(
            organization=trial.organization,
            by=SYSTEM,
            code=code,
            display_name=code.title(),
            processor="trial",
            document={"folder": str(trial.folder)},
        )
        for code in codes
    ]


@pytest.fixture
def trial(
    transactional_db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Trial:
    monkeypatch.setitem(PROCESSORS, "trial", TrialProcessor)
    settings.PACKAGE_DIR = tmp_path / "packages"
    settings.PACKAGE_MIN_FREE_BYTES = 0
    settings.ENGINE_RETRY_SECONDS = [0, 0]
    TrialProcessor.batches.clear()
    organization = Organization.objects.create(ims_org_id="Trial@PortalOrg", name="Trial")
    product = products.add(
        organization=organization,
        by=SYSTEM,
        code="trial",
        display_name="Trial",
        processor="trial",
        document={"folder": str(tmp_path)},
    )
    return Trial(organization, product, tmp_path)
