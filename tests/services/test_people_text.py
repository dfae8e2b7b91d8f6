"""People as they are typed and pasted: what a line means, and what is said where it means none."""

from __future__ import annotations

import pytest

from jobs.services import people_text
from jobs.services.people_text import Reading


def read(text: str, default: str = "Email", own: tuple[str, ...] = ("customerNo",)) -> Reading:
    return people_text.read(text, default=default, own=own)


def values(text: str, default: str = "Email") -> list[list[tuple[str, str]]]:
    found = read(text, default)
    assert found.problems == []
    return [[(i.namespace, i.value) for i in person.identities] for person in found.people]


def only_problem(text: str, default: str = "Email") -> people_text.Problem:
    found = read(text, default)
    assert found.people == []
    [problem] = found.problems
    return problem


def test_each_line_is_a_person_and_empty_lines_are_nobody() -> None:
    assert values("a@example.com\n\n   \nb@example.com\n") == [
        [("email", "a@example.com")],
        [("email", "b@example.com")],
    ]


@pytest.mark.parametrize("between", [", ", ";", " ", "\t", " ; "])
def test_identities_of_a_person_stand_between_separators(between: str) -> None:
    assert values(f"a@example.com{between}b@example.com") == [
        [("email", "a@example.com"), ("email", "b@example.com")]
    ]


def test_a_label_says_how_the_value_behind_it_is_read() -> None:
    assert values("a@example.com phone: +46 70 123 45 67, customerno: A 17; ECID: 123") == [
        [
            ("email", "a@example.com"),
            ("phone", "+46 70 123 45 67"),
            ("customerno", "A 17"),
            ("ecid", "123"),
        ]
    ]


def test_identities_carry_what_the_contract_knows_of_their_namespace() -> None:
    [person] = read("a@example.com, customerNo: 7").people

    email, number = person.identities
    assert (email.given, email.qualifier, email.namespace_id) == ("Email", "standard", 6)
    assert (number.given, number.qualifier, number.namespace_id) == (
        "customerNo",
        "unregistered",
        None,
    )


def test_a_bar_ends_the_key_and_without_one_there_is_none() -> None:
    with_key, without = read("CUST-42 | a@example.com\nB@Example.com").people

    assert with_key.key == "CUST-42"
    assert without.key == ""


def test_an_address_with_its_owners_name_is_the_address() -> None:
    assert values("Ann Smith <ann@example.com>") == [[("email", "ann@example.com")]]


def test_a_line_said_twice_is_one_person_and_is_told() -> None:
    found = read("a@example.com\nA@EXAMPLE.com\nphone: 070-123 45\nphone: 07012345")

    assert len(found.people) == 2
    assert people_text.told(found) == "4 lines read: 2 people, 2 duplicates merged."


def test_people_who_share_an_address_are_not_merged() -> None:
    """A family's address is not a person: merging would give one the other's data."""
    found = read("home@example.com, phone: 070-123456\nhome@example.com, phone: 070-654321")

    assert len(found.people) == 2


@pytest.mark.parametrize(
    ("line", "sentence", "instead"),
    [
        ("lars@example,se", "“lars@example,se” is not an e-mail address.", "lars@example.se"),
        ("lars@@example.se", "“lars@@example.se” is not an e-mail address.", "lars@example.se"),
        ("+46 70 123 45 67", "“+46 70 123 45 67” is not an e-mail", "phone: +46 70 123 45 67"),
        ("phone: a@example.com", "“a@example.com” is not a phone number.", "email: a@example.com"),
        ("emial: a@example.com", "“emial” is not a namespace.", "Email"),
        ("lars", "“lars” is not an e-mail address.", ""),
        ("email:", "there is no value after “Email:”.", ""),
        ("| a@example.com", "the key before the bar is missing.", ""),
        ("K |", "there is no identity.", ""),
        (
            " ".join(f"a{n}@example.com" for n in range(10)),
            "10 identities; a person may have 9",
            "",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line_and_a_likely_mend(
    line: str, sentence: str, instead: str
) -> None:
    problem = only_problem(f"\n{line}")

    assert problem.line == 2
    assert problem.sentence.startswith(sentence)
    assert problem.instead == instead


def test_a_problem_is_mended_in_its_line() -> None:
    text = "a@example.com\nlars@example,se, b@example.com"
    [problem] = read(text).problems

    mended = people_text.mend(text, problem)

    assert mended == "a@example.com\nlars@example.se, b@example.com"
    assert str(problem).endswith("Did you mean lars@example.se?")
    assert read(mended).problems == []


def test_a_key_that_stands_on_two_lines_is_a_problem() -> None:
    found = read("K | a@example.com\nK | b@example.com")

    assert str(found.problems[0]) == (
        "Line 2: the key “K” stands on line 1 too. One person is one line."
    )


def test_a_thousand_people_are_read_and_one_more_is_too_many() -> None:
    lines = [f"p{n}@example.com" for n in range(1001)]

    assert read("\n".join(lines[:1000])).problems == []
    [problem] = read("\n".join(lines)).problems
    assert str(problem).startswith("1001 people; a request may have 1000 at most.")


def test_a_hostile_text_is_read_in_reasonable_time() -> None:
    for text in ("a" * 400_000, "a@" * 200_000, "<" * 400_000, "a:" * 200_000, ", " * 200_000):
        read(text)
