"""A product's form, tried before it is saved: a look at the tables, the connection, one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs import mapping_form
from jobs.mapping_form import OTHER, PERSONAL, SECRET, TableChoice
from jobs.models import Product
from jobs.processors.base import Finding, FoundTable, Preview, Processor
from jobs.product_forms import PREFIX, SettingsForm
from jobs.rules.namespaces import STANDARD
from jobs.services import namespaces, product_trial, products
from jobs.services.product_trial import NotSeen
from jobs.views.product_mapping import chosen
from privacyportal.organizations.models import Member

TABLES = "tables"
TRIES = ("look", "test", "preview")
LONGEST = 300
KINDS = (
    (PERSONAL, gettext_lazy("Personal data")),
    (SECRET, gettext_lazy("Never given out")),
    (OTHER, gettext_lazy("Other")),
)


class Trial:
    """What was asked of a posted form besides saving it, and what came of it."""

    def __init__(
        self, request: HttpRequest, form: SettingsForm, member: Member, product: Product | None
    ) -> None:
        self.given, self.form, self.member, self.product = request.POST, form, member, product
        self.found: Sequence[FoundTable] = ()
        self.findings: Sequence[Finding] = ()
        self.previews: Sequence[Preview] | None = None
        self.unseen = ""

    def run(self) -> bool:
        """Whether the form is to be shown again instead of being saved."""
        if not self.form.is_valid():
            return True
        if "mapped" in self.given or "look" in self.given:
            self._look()
        if "look" in self.given or self.unseen:
            return True
        if not any(name in self.given for name in TRIES):
            return False
        if problems := products.check(self.form.processor.kind, self.whole):
            self.form.tell(problems)
        elif "test" in self.given:
            self.findings = products.test(self.form.processor.kind, self.whole)
        else:
            self._preview()
        return True

    @cached_property
    def choices(self) -> Sequence[TableChoice]:
        """What is said of each table; nothing before they were looked at."""
        if not self.found:
            return ()
        given = self.given if "mapped" in self.given else None
        return mapping_form.read(self.found, self._tables, given)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The settings as typed and chosen."""
        if not self.choices:
            return self.form.document
        chosen = mapping_form.document(self.choices, self._tables)
        return {**self.form.document, TABLES: chosen}

    @cached_property
    def whole(self) -> Mapping[str, Any]:
        """With the secrets that stayed what they were."""
        return products.with_secrets(self.product, self.document) if self.product else self.document

    @property
    def context(self) -> dict[str, Any]:
        processor = self.form.processor
        looks = processor.look.__func__ is not Processor.look.__func__  # type: ignore[attr-defined]
        tables = chosen(self.choices, self._tables) if self.choices else []
        return {
            "form": self.form,
            "rows": self._rows(),
            "looks": looks,
            "used": [table for table in tables if table.choice.used],
            "unused": [table for table in tables if not table.choice.used],
            "mapping_errors": self.form.errors.get(PREFIX + TABLES, ()) if self.choices else (),
            "tables_now": self._text_of_tables(),
            "labels": self._labels(),
            "findings": self.findings,
            "previews": self._shown_previews(),
            "unseen": self.unseen,
            "namespace": self.given.get("namespace", ""),
            "value": self.given.get("value", ""),
        }

    @property
    def _tables(self) -> Mapping[str, Any]:
        tables = self.form.document.get(TABLES)
        return tables if isinstance(tables, Mapping) else {}

    def _look(self) -> None:
        whole = self.form.document
        if self.product:
            whole = products.with_secrets(self.product, whole)
        try:
            self.found = product_trial.look(
                self.member.organization, self.form.processor.kind, whole
            )
        except NotSeen as error:
            self.unseen = str(error)

    def _preview(self) -> None:
        value = self.given.get("value", "").replace("\0", "").strip()[:LONGEST]
        if not value:
            self.unseen = _("Type an identity of somebody first.")
            return
        try:
            self.previews = product_trial.preview(
                organization=self.member.organization,
                by=self.member.user.actor,
                product=self.product,
                processor=self.form.processor.kind,
                document=self.whole,
                namespace=self.given.get("namespace", "")[:LONGEST],
                value=value,
            )
        except NotSeen as error:
            self.unseen = str(error)

    def _rows(self) -> list[dict[str, Any]]:
        """The settings' fields as the template shows them, each with its kind."""
        return [
            {"field": self.form[PREFIX + s.name], "setting": s, "known": self.form.known}
            for s in self.form.processor.fields
            if not (self.choices and s.kind == "mapping")
        ]

    def _shown_previews(self) -> list[dict[str, Any]] | None:
        """Each cell with whether a delete would take what it holds."""
        if self.previews is None:
            return None
        return [
            {
                "table": one.table,
                "columns": one.columns,
                "rows": [
                    [
                        (cell, name in one.changed)
                        for name, cell in zip(one.columns, row, strict=True)
                    ]
                    for row in one.rows
                ],
                "count": one.count,
                "more": one.count - len(one.rows),
                "do": one.do,
                "reason": one.reason,
            }
            for one in self.previews
        ]

    def _text_of_tables(self) -> str:
        field = self.form.fields.get(PREFIX + TABLES)
        return field.prepare_value(self._tables) if field and self.choices else ""

    def _labels(self) -> list[tuple[Any, list[tuple[str, Any]]]]:
        own = [(n.canonical, n.name) for n in namespaces.custom(self.member.organization).values()]
        known = [(n.canonical, n.name) for n in STANDARD]
        used = {
            (column.label, column.label)
            for choice in self.choices
            for column in choice.columns
            if column.label not in mapping_form.KINDS
        }
        listed = {canonical for canonical, _name in (*known, *own)}
        rest = sorted(pair for pair in used if pair[0] not in listed)
        return [(_("Identity"), [*known, *own, *rest]), (_("Content"), list(KINDS))]
