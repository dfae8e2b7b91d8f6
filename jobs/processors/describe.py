"""What an action does to tables, in short phrases, told from the mapping alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.processors.mapping import Policy
from jobs.rules.states import Action


class Mapped(Protocol):
    """A table of any store."""

    @property
    def name(self) -> str: ...

    @property
    def delete(self) -> Policy: ...


NAMED = 3  # tables or columns that a phrase names


def phrases(tables: Sequence[Mapped], action: str) -> list[str]:
    if action == Action.ACCESS:
        count = len(tables)
        return [ngettext("Reads %(n)s table", "Reads %(n)s tables", count) % {"n": count}]
    if action == Action.DELETE:
        return [*_erased(tables), *_blanked(tables), *_kept(tables)]
    return []


def _erased(tables: Sequence[Mapped]) -> Iterator[str]:
    if count := sum(table.delete.do == "delete" for table in tables):
        yield ngettext("Erases rows in %(n)s table", "Erases rows in %(n)s tables", count) % {
            "n": count
        }


def _blanked(tables: Sequence[Mapped]) -> Iterator[str]:
    blanked = [table for table in tables if table.delete.do == "anonymize"]
    for table in blanked[:NAMED]:
        told = {"columns": _listed(list(table.delete.columns)), "table": table.name}
        yield _("blanks %(columns)s in %(table)s") % told
    if (more := len(blanked) - NAMED) > 0:
        yield ngettext(
            "blanks columns in %(n)s more table", "blanks columns in %(n)s more tables", more
        ) % {"n": more}


def _kept(tables: Sequence[Mapped]) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for table in tables:
        if table.delete.do == "keep":
            reasons.setdefault(table.delete.reason, []).append(table.name)
    for reason, names in reasons.items():
        yield _("keeps %(tables)s (%(reason)s)") % {"tables": _listed(names), "reason": reason}


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    if more > 0:
        rest = ngettext("%(n)s more", "%(n)s more", more) % {"n": more}
        names = [*names[:NAMED], rest]
    return get_text_list(list(names), _("and"))
