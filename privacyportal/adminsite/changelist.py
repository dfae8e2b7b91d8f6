"""How far a list looks. What an index knows narrows it; whatever else is asked is looked at row by
row, but only in the newest LOOK rows, and the page says so. Nothing is counted without a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.main import IGNORED_PARAMS, ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from privacyportal.adminsite.links import name_refs

if TYPE_CHECKING:
    from privacyportal.adminsite.lists import PortalAdmin

COUNTED = 10_000  # and so paged
LOOK = 50_000


class BoundedPaginator(Paginator):
    """Counts no further than a reader would page: count(*) of a large table takes seconds."""

    @cached_property
    def count(self) -> int:
        return bounded_count(self.object_list, COUNTED)  # type: ignore[arg-type]


def bounded_count(rows: QuerySet[Any], most: int) -> int:
    return rows.order_by().values("pk")[:most].count()


class BoundedList(ChangeList):
    """Ordered by what an index knows; `?o=` is as if it were not there."""

    model_admin: PortalAdmin
    looked = 0  # rows in which the list was looked for, 0 where it is whole

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.title = str(self.model_admin.called)
        self.more = self.result_count == COUNTED

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list[: self.list_per_page])
        shown = {n: to for n, to in self.model_admin.refs.items() if n in self._columns()}
        name_refs(self.result_list, shown)

    def _columns(self) -> set[str]:
        return {one if isinstance(one, str) else one.__name__ for one in self.list_display}

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return [*self._order()]

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        found = super().get_queryset(request, exclude_parameters)
        if self.query or self._order_of_index() or self._fields() <= set(self._narrowing()):
            return found
        first = self._order()[0].lstrip("-")
        newest = self.model._default_manager.filter(**self._narrowing()).order_by(*self._order())
        floor = newest.values_list(first, flat=True)[LOOK - 1 : LOOK].first()
        if floor is None:
            return found
        self.looked = LOOK
        return found.filter(**{f"{first}__gte": floor})

    def _asked(self) -> dict[str, Any]:
        """What the address says beside search, page and the like."""
        return {name: value for name, value in self.params.items() if name not in IGNORED_PARAMS}

    def _fields(self) -> set[str]:
        return {name.split("__")[0] for name in self._asked()}

    def _narrowing(self) -> dict[str, Any]:
        known = self.model_admin.narrowed_by
        return {name: value for name, value in self._asked().items() if name in known}

    def _order(self) -> tuple[str, ...]:
        orders = self.model_admin.orders
        known = (orders[name] for name in self._narrowing() if name in orders)
        return self._order_of_index() or next(known, ("-pk",))

    def _order_of_index(self) -> tuple[str, ...]:
        """That of a partial index which knows just what is asked."""
        asked = self._asked()
        for fields, order in self.model_admin.partial:
            if set(fields) == set(asked) and all(
                value in (None, asked[name]) for name, value in fields.items()
            ):
                return order
        return ()
