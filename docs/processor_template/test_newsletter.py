"""The newsletter passes what every processor passes, and what is its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from newsletter import NewsletterProcessor

from jobs.processors.conformance import Case, ProcessorConformance


class TestNewsletter(ProcessorConformance):
    @pytest.fixture
    def case(self, tmp_path: Path, settings: Any) -> Case:
        settings.PRODUCT_FILE_DIRS = [tmp_path]
        file = tmp_path / "readers.json"
        file.write_text(json.dumps({"anna@example.org": {"name": "Anna"}}))
        return Case(
            NewsletterProcessor,
            {"file": str(file)},
            known=(("email", "anna@example.org"),),
            unknown=(("email", "nobody@example.org"),),
            wrong=[{}, {"file": "/etc/passwd"}],
        )
