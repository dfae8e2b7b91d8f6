"""Whatever JSON comes: no fault of ours, nothing stored of what is refused, every problem at a
place of the body, and what is accepted comes back as it was written."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jobs.api import parse as parsing
from jobs.api.parse import Facts
from jobs.models import Job
from jobs.rules.namespaces import QUALIFIERS, STANDARD
from privacyportal.api.jsonin import _join, _shown, decode
from privacyportal.api.problems import Invalid, Problem
from tests.api.bodies import ORGANIZATION, document, identity, user
from tests.api.conftest import JOBS, Program
from tests.api.work import submit

FACTS = Facts(ORGANIZATION, ["crm", "WebShop"])
TABLES = (
    "jobs_privacyrequest", "jobs_requestsubject", "jobs_datasubject", "jobs_identity", "jobs_job",
    "jobs_productresponse", "jobs_customnamespace", "keys_datakey", "audit_auditevent",
    "api_repeatmark", "api_daycount",
)  # fmt: skip


def many(examples: int) -> hypothesis_settings:
    return hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


# --- what comes --------------------------------------------------------------------------------

# Lone surrogates and NUL among them.
characters = st.characters(exclude_categories=())
words = st.text(characters, max_size=12) | st.sampled_from(
    ["", " ", "access", "email", "standard", "imsOrgID", "gdpr", "crm", "true", "low", "4", "\0"]
)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | words
    | st.integers(10**18, 10**40) | st.text("9", min_size=240, max_size=300)
)  # fmt: skip
names = words | st.sampled_from(
    ["users", "key", "action", "userIDs", "namespace", "namespaceId", "value", "type", "include",
     "exclude", "regulation", "requestId", "companyContexts", "expandIds", "priority", "region",
     "isDeletedClientSide", "name", "description", "mergePolicyId", "analyticsDeleteMethod"]
)  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
WHOLE = document(
    companyContexts=[
        {"namespace": "imsOrgID", "value": ORGANIZATION},
        {"namespace": "AdCloud", "value": "77"},
    ],
    users=[
        user("ann", action=["access", "delete"], ids=[identity(), identity("ECID", 10**37)]),
        user(ids=[{"namespaceId": 4, "value": "x", "isDeletedClientSide": "true"}]),
    ],
    include=["crm", "webshop"],
    exclude=["webshop"],
    requestId="order-7",
    expandIds=False,
    priority="low",
    analyticsDeleteMethod="purge",
    mergePolicyId="m",
    region="VA7",
)


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of everything below."""
    inside = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in inside:
        yield node, key
        if isinstance(child, dict | list):
            yield from places(child)


@st.composite
def bodies(draw: st.DrawFn) -> Any:
    """A good body with something else in one or more of its places, or anything at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(anything)
    body = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 3))):
        if not (found := list(places(body))):
            break
        container, key = found[draw(st.integers(0, len(found) - 1))]
        what = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
        if what == "replace":
            container[key] = draw(anything)
        elif what == "remove":
            del container[key]
        elif isinstance(container, dict):
            container[draw(names)] = draw(anything)
        else:
            container.insert(key, draw(anything))
    return body


# --- places of problems ------------------------------------------------------------------------


def paths(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every place as errors name it; keys are cut after 60 characters, and what is not fit to be
    shown in them is replaced."""
    yield path, node
    if isinstance(node, dict):
        for name, child in node.items():
            yield from paths(child, _join(path, _shown(name)))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from paths(child, f"{path}[{index}]")


def is_a_place(path: str, code: str, body: Any) -> bool:
    """It stands in the body; or it is "required", the object around it stands there, and in it
    nothing or null is where the path points."""
    found = list(paths(body))
    if code != "required":
        return any(place == path for place, _ in found)
    around, _dot, name = path.rpartition(".")
    objects = [node for place, node in found if place == around and isinstance(node, dict)]
    return any(node.get(name) is None for node in objects)


def encoded(body: Any) -> bytes:
    return json.dumps(body).encode()


def stored() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES))
        return tuple(cursor.fetchone())


# --- properties --------------------------------------------------------------------------------


@many(300)
@given(bodies())
def test_a_body_is_a_draft_or_problems_at_its_own_places(body: Any) -> None:
    found: list[Problem] = []
    try:
        draft = parsing.parse(decode(encoded(body)), FACTS)
    except Invalid as error:
        found = list(error.problems)
    else:
        assert draft.people
        assert draft.products
        assert draft.regulation
    assert [p for p in found if not is_a_place(p.path, p.code, body)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "examples"),
    [(JOBS, 40), ("/data/privacy/gdpr/{}/child", 15), ("/data/core/privacy/namespaces", 15)],
)
def test_no_body_is_a_fault_and_what_is_refused_leaves_no_row(
    program: Program, settings: Any, path: str, examples: int
) -> None:
    settings.API_RATE_PER_MINUTE = settings.API_JOBS_PER_DAY = 0
    (parent,) = submit(program, document())
    path = path.format(parent.public_id)

    @many(examples)
    @given(bodies(), st.sampled_from(["", "", "k-1"]))
    def holds(body: Any, key: str) -> None:
        before = stored()
        marked = program.having(Idempotency_Key=key) if key else program

        answer = marked.post(encoded(body), path)

        told = answer.json()
        assert answer.status_code in (201, 202, 400, 409), told
        if answer.status_code >= 400:
            assert stored() == before
            assert told["status"] == told["errors"]["errorCode"] == answer.status_code
            for problem in told["report"]["errors"]:
                assert is_a_place(problem["path"], problem["code"], body), problem
        else:
            assert told

    holds()


# A text that is one: PostgreSQL and the body refuse NUL and lone surrogates.
texts = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=40
).filter(lambda text: text.strip() != "")
numbers = st.from_regex(
    r"-?(0|[1-9][0-9]{0,60})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)


class Raw(str):
    """A number as it is written in the body."""


@st.composite
def identities(draw: st.DrawFn) -> dict[str, Any]:
    standard = st.sampled_from([n.name for n in STANDARD]).map(str.swapcase)
    one: dict[str, Any] = {
        "namespace": draw(standard | texts.filter(lambda name: len(name) < 256)),
        "value": draw(texts | numbers.map(Raw)),
    }
    if draw(st.booleans()):
        one["isDeletedClientSide"] = draw(st.booleans())
    if draw(st.booleans()):
        one["type"] = draw(st.sampled_from([q for q in QUALIFIERS if q not in SPECIAL]))
    return one


SPECIAL = ("standard", "namespaceId")
people = st.lists(
    st.fixed_dictionaries(
        {
            "key": texts | numbers.map(Raw),
            "action": st.sampled_from([["access"], ["delete"], ["delete", "access"]]),
            "userIDs": st.lists(identities(), min_size=1, max_size=9),
        }
    ),
    min_size=1,
    max_size=4,
)


def written(body: Any) -> bytes:
    """JSON with each Raw as it is."""
    raws: list[str] = []

    def marked(node: Any) -> Any:
        if isinstance(node, Raw):
            raws.append(node)
            return f"\ue000{len(raws) - 1}\ue000"
        if isinstance(node, dict):
            return {name: marked(child) for name, child in node.items()}
        return [marked(child) for child in node] if isinstance(node, list) else node

    text = json.dumps(marked(body), ensure_ascii=False)
    for number, raw in enumerate(raws):
        text = text.replace(f'"\ue000{number}\ue000"', raw)
    return text.encode()


@pytest.mark.django_db
def test_what_is_accepted_comes_back_digit_for_digit(program: Program, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = settings.API_JOBS_PER_DAY = 0

    @many(15)
    @given(people)
    def holds(users: list[dict[str, Any]]) -> None:
        answer = program.post(written(document(users=users)))

        assert answer.status_code == 202, answer.content
        wanted = [(u, action) for u in users for action in sorted(u["action"])]
        made = answer.json()["jobs"]
        assert (
            len(made)
            == len(wanted)
            == Job.objects.filter(public_id__in=[job["jobId"] for job in made]).count()
        )
        for job, (asked, action) in zip(made, wanted, strict=True):
            found = program.get(f"{JOBS}/{job['jobId']}").json()
            assert (found["userKey"], found["action"]) == (asked["key"], action)
            assert found["userIds"] == job["customer"]["user"]["userIDs"]
            for told, given_ in zip(found["userIds"], asked["userIDs"], strict=True):
                assert (told["namespace"], told["value"]) == (given_["namespace"], given_["value"])
                assert told["isDeletedClientSide"] == given_.get("isDeletedClientSide", False)
                assert told["type"] == given_.get("type", told["type"])

    holds()
