"""CSV as spreadsheets and people make it: what it says, or every problem by its line."""

from __future__ import annotations

import time

import pytest

from jobs.uploads import csv_file, report
from jobs.uploads.csv_file import read_csv
from jobs.uploads.report import Choices, Facts, Found
from privacyportal.keys.services import Fingerprinter

FACTS = Facts("O@Org", ["crm", "WebShop"], {}, ["customerNo"], Fingerprinter(1, b"x" * 32), True)
HEADING = "key,action,regulation,products,email,phone,customerNo"
ALL = Choices(regulation="gdpr", products=["crm"], action="access")


def read(body: str | bytes, choices: Choices = ALL, facts: Facts = FACTS) -> Found:
    data = body.encode() if isinstance(body, str) else body
    return read_csv(data, facts, choices, lambda done: None)


def problems(body: str | bytes, choices: Choices = ALL) -> list[tuple[int, str, str]]:
    return [(p.line, p.place, p.value) for p in read(body, choices).report.problems]


def values(found: Found) -> list[list[str]]:
    assert not found.report.problems
    return [
        [identity.value for identity in person.identities]
        for part in found.parts
        if part.request
        for person in part.request.people
    ]


@pytest.mark.parametrize(
    "body",
    [
        "key,email\n1,åsa@example.org\n",
        "key;email\r\n1;åsa@example.org\r\n",
        "key\temail\n1\tåsa@example.org",
        'sep=;\nkey;email\n"1";"åsa@example.org"\n\n',
        "\n\nkey,email\n\n , \n1,åsa@example.org\n",
        '"key, or id",email\n1,åsa@example.org'.replace('"key, or id"', "key"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_separators_and_encodings_are_found_out(body: str, encoding: str) -> None:
    found = read(body.encode(encoding))

    assert values(found) == [["åsa@example.org"]]
    assert found.report.encoding == {"cp1252": "Windows-1252"}.get(
        encoding, "UTF-16" if "16" in encoding else "UTF-8"
    )


def test_quoted_cells_hold_separators_quotes_and_breaks_and_lines_still_count() -> None:
    body = (
        "key,customerNo,email\n"
        '1,"a ""b"", c\nd",ann@example.org\n'
        "2,7,ann@\n"
    )  # fmt: skip

    assert problems(body) == [(4, "email", "ann@")]
    assert values(read(body.replace("ann@\n", "bo@x.se\n")))[0][0] == 'a "b", c\nd'


@pytest.mark.parametrize("cell", ['"never closed', '"closed"early'])
def test_where_quotes_break_it_says_below_which_line_nothing_was_read(cell: str) -> None:
    body = f"key,email\n1,ann@example.org\n2,{cell}\n3,bo@example.org\n"

    [problem] = read(body).report.problems

    assert problem.line == 3
    assert "Nothing below line 3 was read" in problem.sentence


def test_every_problem_is_told_in_its_place() -> None:
    body = "\n".join(
        [
            HEADING,
            "1,erase,gdpr_eu,nowhere,agneta@,12,3.57E+37",
            ",access,gdpr,crm,a@example.org,,",
            "3,access,gdpr,crm,,,",
            "4,access,gdpr,crm,b@example.org,,,,surplus",
            "3,57E+37;",
            "6,access,gdpr,crm,lars@example,se,,",
        ]
    )

    found = read(body).report

    assert [(p.line, p.place) for p in found.problems] == [
        (2, "action"),
        (2, "regulation"),
        (2, "products"),
        (2, "email"),
        (2, "phone"),
        (2, "customerNo"),
        (3, "key"),
        (4, ""),
        (5, ""),
        (6, "action"),
        (7, "email"),
        (7, "phone"),
    ]
    told = {p.place: p.sentence for p in found.problems[:6]}
    assert told["regulation"] == "No such law. Did you mean gdpr?"
    assert told["products"].endswith("Your organization has crm, WebShop.")
    assert told["customerNo"] == (
        "A spreadsheet has rounded this number. Format the column as text and export again."
    )


def test_a_mend_is_offered() -> None:
    [problem] = read("key,email\n1,lars@@example.org\n").report.problems

    assert problem.sentence.endswith("Did you mean lars@example.org?")


def test_lines_with_one_key_are_one_person() -> None:
    body = "\n".join(
        [
            "key,action,email,email",
            "1,delete,ann@example.org,",
            "1,access,ann.berg@example.org,ANN@example.org",
            "1,delete,ann@example.org,",
            "2,access,bo@example.org,",
        ]
    )

    found = read(body)

    assert values(found) == [["ann@example.org", "ann.berg@example.org"], ["bo@example.org"]]
    [part] = found.parts
    assert part.request
    assert part.request.people[0].actions == ("access", "delete")
    assert (found.report.people, found.report.merged) == (2, 2)


def test_one_person_under_two_keys_is_a_problem() -> None:
    body = "key,email\n1,ann@example.org\n2,bo@example.org\n3, Ann@Example.org\n"

    [problem] = read(body).report.problems

    assert (problem.line, problem.place) == (4, "email")
    assert "Same person as line 2." in problem.sentence


def test_without_a_column_of_keys_each_person_gets_one() -> None:
    found = read("email\nann@example.org\nbo@example.org\nann@example.org\n")

    [part] = found.parts
    assert part.request
    assert [person.key[:2] for person in part.request.people] == ["P-", "P-"]


def test_requests_are_made_of_who_shares_law_and_products() -> None:
    rows = [f"{n},access,{'gdpr' if n % 2 else 'ccpa'},crm,{n}@example.org,," for n in range(2400)]

    found = read("\n".join([HEADING, *rows]))

    made = [(part.request.regulation, part.people) for part in found.parts if part.request]
    assert made == [("ccpa", 1000), ("ccpa", 200), ("gdpr", 1000), ("gdpr", 200)]
    assert len({part.request.request_id for part in found.parts if part.request}) == 4


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"PK\x03\x04....", "a spreadsheet"),
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"key,email\n", "only a heading"),
        (b"1,ann@example.org\n2,bo@example.org\n", "names the columns"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1", "not a text"),
        (b"\xff\xfek\0e\0y\0\n", "damaged"),
        ((",".join(map(str, range(101))) + "\n1").encode(), "101 columns"),
    ],
)
def test_what_is_no_list_of_people_says_why(body: bytes, told: str) -> None:
    found = read(body)

    assert told in found.report.problems[0].sentence
    assert not found.parts


def test_a_file_of_choices_holds_one() -> None:
    body = "email,customerNo,action\na@x.se,,opt-out-of-sale\n,17,opt-out-of-sale\nA@x.se,,opt-in\n"

    assert problems(body) == [(4, "action", "opt-in")]
    found = read(body.replace("opt-in", "opt-out-of-sale"), Choices())
    [part] = found.parts
    assert part.choice
    assert part.choice.opted_out
    assert [identity.value for identity in part.choice.identities] == ["a@x.se", "17"]
    assert found.report.missing == []


def test_who_may_not_record_choices_is_told() -> None:
    staff = Facts("O@Org", ["crm"], {}, [], Fingerprinter(1, b"x" * 32), False)

    [problem] = read("email,action\na@x.se,opt-in\n", facts=staff).report.problems

    assert "Ask a privacy officer" in problem.sentence


def test_an_empty_column_without_a_name_asks_nothing() -> None:
    found = read("key,email,\n1,ann@example.org,\n")

    assert values(found) == [["ann@example.org"]]


def test_a_file_that_is_all_wrong_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST_PROBLEMS", 10)

    found = read("key,email\n" + "1,ann@\n" * 50_000).report

    assert [p.line for p in found.problems] == [*range(2, 12), 12]
    assert "were not looked at" in found.problems[-1].sentence


def test_a_file_of_too_many_people_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MOST_PEOPLE", 2)

    [problem] = read("email\na@x.se\na@x.se\nb@x.se\nc@x.se\nd@x.se\n").report.problems

    assert (problem.line, problem.sentence[:30]) == (5, "A file may have 2 people at mo")


def test_twenty_thousand_people_take_some_seconds() -> None:
    rows = [
        f"K{n},access+delete,gdpr,crm,p{n}@example.org,+46 70 {n:07},{n}" for n in range(20_000)
    ]
    start = time.monotonic()

    found = read("\n".join([HEADING, *rows]))

    assert time.monotonic() - start < 30
    assert found.report.people == 20_000
    assert len(found.parts) == 20
