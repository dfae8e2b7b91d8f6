"""What a list and the page of a thing are: newest first, found by ids, linked to what is related,
and, of what was recorded, never changed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import BinaryField, DateTimeField, ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from privacyportal.actors import Actor
from privacyportal.adminsite import finding
from privacyportal.adminsite.acts import Act, answer
from privacyportal.adminsite.changelist import LOOK, BoundedList, BoundedPaginator
from privacyportal.adminsite.links import (
    Related,
    Said,
    column,
    has_name,
    leads,
    name_refs,
    row_column,
)


def actor(request: HttpRequest) -> Actor:
    """The operator, as services name who acts."""
    by: Actor = request.user.actor  # type: ignore[union-attr]
    return by


class PortalAdmin(admin.ModelAdmin):
    """`narrowed_by` are fields that an index knows, `orders` the order in which it does where that
    is not by id, `partial` what a partial index knows (None is any value) with its order; every
    other field is asked for in the newest rows only."""

    called: Any = ""  # the list's name
    room: ClassVar[str] = "organizations"
    related: Sequence[Related] = ()
    refs: Mapping[str, str] = {}  # columns with an id and no foreign key → of what
    said: Mapping[str, Said] = {}  # columns with codes → what is said of them
    acts: Sequence[Act] = ()

    narrowed_by: Sequence[str] = ()
    asked_by: Sequence[str] = ()  # also, without an index and without a filter beside the list
    orders: Mapping[str, tuple[str, ...]] = {}
    partial: Sequence[tuple[Mapping[str, str | None], tuple[str, ...]]] = ()

    id_fields: Sequence[str] = ("public_id",)  # UUIDs
    text_ids: Sequence[str] = ()  # other ids that are matched as a whole
    organization_ids: Sequence[str] = ()  # such with an index that begins with the organization
    prints: Sequence[str] = ()  # fingerprints, likewise
    print_where: Mapping[str, str] = {}  # what stands between in that index

    ordering = ("-pk",)
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count whole tables
    sortable_by = ()  # most columns have no index to sort by
    paginator = BoundedPaginator
    search_fields = ("pk",)  # shows the box; what it finds is in get_search_results
    save_on_top = False

    class Media:
        css = {"all": ["admin.css"]}

    @property
    def search_help_text(self) -> Any:  # type: ignore[override]
        return _("A whole id, or a fingerprint") if self.prints else _("A whole id")

    @classmethod
    def lead_to(cls, *related: Related) -> None:
        """Of things that are known further up: foundations know no jobs."""
        cls.related = (*cls.related, *related)

    # --- the list ------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedList]:
        return BoundedList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The first column leads to the page of its row."""
        first, *rest = self.list_display
        is_time = isinstance(_field(self.model, first), DateTimeField)
        if is_time:
            return [*map(self.column, self.list_display)]
        return [row_column if first == "pk" else first, *map(self.column, rest)]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """What the filters and the links of other pages ask, and nothing else."""
        name, _sep, how = lookup.partition("__")
        if name in (*self.narrowed_by, *self.asked_by):
            return how in ("", "exact")
        return name in self._filters() and how in ("", "exact", "isnull", "isempty")

    def _filters(self) -> set[str]:
        return {
            str(getattr(one, "parameter_name", one[0] if isinstance(one, tuple) else one))
            for one in self.list_filter
        }

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().replace("\0", "")
        if not term:
            return queryset, False
        by = finding.Searched(
            self.id_fields, self.text_ids, self.organization_ids, self.prints, self.print_where
        )
        return queryset.filter(pk__in=finding.found(self.model, by, term)), False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        own = {act.name: (_asking(act), act.name, act.label) for act in self.acts}
        kept = super().get_actions(request)
        return {**kept, **own} if "_popup" not in request.GET else {}

    # --- the page of one -----------------------------------------------------------------------

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        context |= {"called": self.called, "title": self.title_of(obj), "subtitle": None}
        if obj is not None:
            context |= {"leads": leads(obj, self.related), "acts": self.acts}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return super().delete_view(request, object_id, {"called": self.called})

    def title_of(self, obj: Any) -> str:
        if obj is None:
            return str(self.called)
        return str(obj) if has_name(self.model) else f"#{obj.pk}"

    def column(self, name: Any) -> Any:
        """As a link, if it refers to something."""
        if _field(self.model, name) is None:
            return name
        return column(self.model, name, self.refs.get(name, ""), self.said.get(name))


class ReadOnlyAdmin(PortalAdmin):
    """What was recorded is looked at, never changed here; sealed bytes are not even looked at."""

    hidden: Sequence[str] = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fingerprints = [_print(name) for name in self.prints]
        return [*map(self.column, shown(self.model, self.hidden)), *fingerprints]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """With what it refers to, so that its links have names."""
        found: Any = super().get_object(request, object_id, from_field)
        if found is not None:
            for field in self.model._meta.concrete_fields:
                if isinstance(field, ForeignKey) and has_name(field.remote_field.model):
                    _fetch(found, field)
            name_refs([found], self.refs)
        return found


def _fetch(row: Model, field: ForeignKey[Any, Any]) -> None:
    """Where there is no constraint, what it refers to may be gone."""
    key = getattr(row, field.attname)
    if key is not None and not field.is_cached(row):
        target: Any = field.remote_field.model
        if (named := target._default_manager.filter(pk=key).first()) is not None:
            field.set_cached_value(row, named)


def _field(model: type[Model], name: Any) -> Any:
    return next((one for one in model._meta.concrete_fields if one.name == name), None)


def _print(name: str) -> Any:
    """A fingerprint as it can be searched."""

    def cell(row: Model) -> str:
        return bytes(getattr(row, name)).hex()

    cell.__name__ = f"{name}_hex"
    cell.short_description = _("fingerprint")  # type: ignore[attr-defined]
    return cell


def _asking(act: Act) -> Any:
    def asked(
        listed: PortalAdmin, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponseBase | None:
        return answer(act, listed, request, queryset, by=actor(request))

    return asked


def shown(model: type[Model], hidden: Sequence[str] = ()) -> list[str]:
    """The fields of a model that may be seen: all that are not bytes, sealed or hashed."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if not isinstance(field, BinaryField) and field.name not in hidden
    ]


__all__ = ["LOOK", "PortalAdmin", "ReadOnlyAdmin", "actor", "shown"]
