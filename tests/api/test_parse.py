"""From bytes to a checked draft; the service and the database are not needed."""

import json
from typing import Any

import pytest

from jobs.api import parse as parsing
from jobs.api.parse import Facts
from jobs.rules.namespaces import STANDARD, Namespace
from jobs.services.drafts import RequestDraft
from privacyportal.api.jsonin import decode
from privacyportal.api.problems import Invalid, Problems
from tests.api.bad_bodies import BAD, raw
from tests.api.bodies import ORGANIZATION, document, encoded, identity, user

FACTS = Facts(ORGANIZATION, ["crm", "WebShop"])


def parse(body: bytes, facts: Facts) -> RequestDraft:
    return parsing.parse(decode(body), facts)


def problems_of(body: bytes, facts: Facts = FACTS) -> Problems:
    with pytest.raises(Invalid) as caught:
        parse(body, facts)
    return caught.value.problems


def identities_of(*entries: Any, facts: Facts = FACTS):
    return parse(encoded(users=[user(ids=list(entries))]), facts).people[0].identities


@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_is_refused_with_the_place_of_its_problem(name: str) -> None:
    body, path, code = BAD[name]

    found = problems_of(body)

    assert [(problem.path, problem.code) for problem in found] == [(path, code)]


def test_all_problems_are_reported_together() -> None:
    users = [user(action=["erase"]), user(ids=[identity("Loyalty"), identity(value=1.5)]), {}]

    found = problems_of(encoded(users=users, include=["sap"], regulation="x", priority="high"))

    assert [problem.path for problem in found] == [
        "users[0].action[0]",
        "users[1].userIDs[0].namespace",
        "users[2].key",
        "users[2].action",
        "users[2].userIDs",
        "include[0]",
        "regulation",
        "priority",
    ]


def test_a_message_says_what_to_do_and_never_repeats_a_value() -> None:
    found = problems_of(encoded(users=[user(action=["erase"])], include=["sap"]))

    assert found.sentence() == (
        'users[0].action[0]: "erase" is not an action; use access, delete or opt-out-of-sale; '
        'include[0]: "sap" is not a product; your organization has crm, WebShop.'
    )
    secret = identity("email", {"address": "ann@example.com"})
    assert "example" not in problems_of(encoded(users=[user(ids=[secret])])).sentence()


def test_very_many_problems_are_counted_not_listed() -> None:
    found = problems_of(encoded(users=[user(ids=[identity("x")] * 9)] * 500))

    assert len(found.found) == 100
    assert found.more == 4400
    assert found.sentence().endswith("; and 4490 more")


def test_every_field_reaches_the_draft() -> None:
    body = encoded(
        companyContexts=[
            {"namespace": "AdvertisingCloud", "value": "7"},
            {"namespace": "IMSORG", "value": ORGANIZATION},
        ],
        users=[user("ann", action=["delete", "access"]), user("bob", action=["opt-out-of-sale"])],
        include=["CRM", "webshop", "Analytics", "crm", "TARGET"],
        exclude=["target"],
        regulation="CPRA_usa",
        expandIDs="true",
        priority="LOW",
        analyticsDeleteMethod="purge",
        mergePolicyId=12345678901234567890123,
        region="VA7",
        requestId="mine-1",
        somethingElse={"a": [1]},
    )

    draft = parse(body, FACTS)

    assert draft.contexts == ({"namespace": "AdvertisingCloud", "value": "7"},)
    assert [person.actions for person in draft.people] == [
        ("access", "delete"),
        ("opt-out-of-sale",),
    ]
    assert draft.products == ("crm", "WebShop", "analytics")
    assert (draft.regulation, draft.regulation_given) == ("cpra_ca_usa", "CPRA_usa")
    assert (draft.expand_ids, draft.priority) == (True, "low")
    assert draft.analytics_delete_method == "purge"
    assert draft.request_id == "mine-1"
    assert draft.options == {
        "mergePolicyId": "12345678901234567890123",
        "region": "VA7",
        "exclude": ["target"],
    }
    assert draft.channel == "api"


def test_absent_and_null_options_have_their_defaults() -> None:
    body = document()
    body |= dict.fromkeys(("expandIds", "priority", "exclude", "requestId", "region"))

    draft = parse(json.dumps(body).encode(), FACTS)

    assert (draft.expand_ids, draft.priority, draft.request_id) == (False, "normal", "")
    assert (draft.options, draft.contexts) == ({}, ())
    assert draft.analytics_delete_method == "anonymize"


@pytest.mark.parametrize(
    "digits",
    [
        "12345678901234567890123456789012345678",
        "9" * 5000,
        "-0",
        "1.50",
        "1E400",
        "1e-7",
        "007"[2:],
    ],
)
def test_numbers_keep_their_digits(digits: str) -> None:
    body = encoded(users=[user(ids=[identity("ECID", "RAW")])])

    (found,) = parse(body.replace(b'"RAW"', digits.encode()), FACTS).people[0].identities

    assert found.value == digits
    assert type(found.value) is str


def test_a_key_given_as_a_number_keeps_its_digits() -> None:
    body = encoded(users=[user("RAW")]).replace(b'"RAW"', b"00012"[3:])

    assert parse(body, FACTS).people[0].key == "12"


def test_1000_users_with_9_identities_are_accepted_in_their_order() -> None:
    users = [user(f"k{n}", ids=[identity(value=f"{n}-{m}") for m in range(9)]) for n in range(1000)]

    draft = parse(encoded(users=users), FACTS)

    assert [person.key for person in draft.people] == [f"k{n}" for n in range(1000)]
    assert [found.value for found in draft.people[999].identities] == [f"999-{m}" for m in range(9)]


def test_32_levels_and_escaped_characters_are_accepted() -> None:
    assert parse(raw('"1","x":' + "[" * 31 + "]" * 31), FACTS)
    (found,) = identities_of(identity(value="\\u0000 😀 é\\ud83d"))
    assert found.value == "\\u0000 😀 é\\ud83d"
    assert parse(b"\xef\xbb\xbf" + encoded(), FACTS)


@pytest.mark.parametrize("namespace", STANDARD, ids=lambda namespace: namespace.name)
def test_standard_namespaces_are_known_in_any_letter_case(namespace: Namespace) -> None:
    for given in (namespace.name.upper(), namespace.name.lower()):
        (found,) = identities_of({"namespace": given, "value": "x"})

        assert (found.given, found.namespace) == (given, namespace.canonical)
        assert (found.namespace_id, found.qualifier) == (namespace.id, "standard")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"namespace": "Loyalty"}, ("Loyalty", "loyalty", "unregistered", None)),
        ({"namespace": "Email", "type": None}, ("Email", "email", "standard", 6)),
        ({"namespace": "x", "type": "INTEGRATIONCODE"}, ("x", "x", "integrationCode", None)),
        ({"namespace": "visitor", "type": "analytics"}, ("visitor", "visitor", "analytics", None)),
        ({"namespace": "email", "type": "unregistered"}, ("email", "email", "unregistered", None)),
        ({"namespace": "6", "type": "namespaceId"}, ("6", "email", "namespaceId", 6)),
        ({"namespace": 4, "type": "namespaceid"}, ("4", "ecid", "namespaceId", 4)),
        ({"namespace": "ECID", "type": "namespaceId"}, ("ECID", "ecid", "namespaceId", 4)),
        ({"namespace": "77", "type": "namespaceId"}, ("77", "77", "namespaceId", 77)),
        ({"namespaceId": 0}, ("CORE", "core", "standard", 0)),
        ({"namespaceId": 77}, ("77", "77", "namespaceId", 77)),
        ({"namespaceId": 900}, ("Loyal", "loyal", "custom", 900)),
        ({"namespace": "LOYAL"}, ("LOYAL", "loyal", "custom", 900)),
        ({"namespace": "other", "type": "custom"}, ("other", "other", "custom", None)),
        (
            {"namespace": "https://example.com/Ns", "company": 1, "description": "y"},
            ("https://example.com/Ns", "https://example.com/ns", "unregistered", None),
        ),
    ],
)
def test_a_namespace_is_understood_by_name_type_or_id(entry: dict, expected: tuple) -> None:
    facts = Facts(ORGANIZATION, ["crm"], {"loyal": Namespace("Loyal", 900, custom=True)})

    (found,) = identities_of({"value": "x", **entry}, facts=facts)

    assert (found.given, found.namespace, found.qualifier, found.namespace_id) == expected


def test_what_the_client_deleted_itself_is_noted() -> None:
    found = identities_of(
        identity(isDeletedClientSide=True),
        identity(isDeletedClientSide="TRUE"),
        identity(isDeletedClientSide="false"),
        identity(),
    )

    assert [one.is_deleted_client_side for one in found] == [True, True, False, False]
