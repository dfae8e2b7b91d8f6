"""A processor whose settings are small enough to read in a test."""

from typing import Any

from jobs.processors.base import Finding, Problem, Processor


class Ledger(Processor):
    """Wants a url (secret) and a list of tables; works on as many batches as there are tables."""

    kind = "ledger"
    secret_fields = frozenset({"url"})

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.max_parallel = len(settings["tables"])

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        if not isinstance(settings, dict):
            return [Problem("", "This is not an object.")]
        problems = []
        if not settings.get("url"):
            problems.append(Problem("url", "An address is missing."))
        if not settings.get("tables"):
            problems.append(Problem("tables", "Name a table at least."))
        return problems

    def test_connection(self) -> list[Finding]:
        if self.settings["url"] == "down":
            return [Finding("error", "Nobody answers.", "url")]
        return [Finding("ok", f"{len(self.settings['tables'])} tables can be read.")]


DOCUMENT = {"url": "postgresql://u:hunter2@crm/x", "tables": ["people", "orders", "notes"]}
