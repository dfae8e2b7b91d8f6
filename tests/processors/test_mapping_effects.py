"""What a mapping would do, in words, as it is chosen: what the settings made of it do."""

from __future__ import annotations

from typing import Any

from jobs import mapping_form
from jobs.mapping_effects import TableEffect, effect_of
from jobs.processors.base import Column, FoundTable, Link

PEOPLE = FoundTable(
    "people",
    [
        Column("id", "integer", needed=True, key=True),
        Column("email", "text", "email", needed=True),
        Column("born", "date", "personal", needed=True),
        Column("phone", "text", "phone"),
        Column("password", "text", "secret"),
    ],
    [Link("firm_id", "firms", "id")],
)
LABELS = {"email": "email", "born": "personal", "phone": "phone", "password": "secret"}


def effect(
    before: dict[str, Any] | None = None, labels: dict[str, str] | None = None, **said: str
) -> TableEffect:
    given = {"use:people": "on"} | {f"{name}:people": value for name, value in said.items()}
    held = LABELS if labels is None else labels
    given |= {f"label:people:{name}": label for name, label in held.items()}
    [choice] = mapping_form.read([PEOPLE], {}, given)
    return effect_of(choice, before or {})


def deletes(told: TableEffect) -> dict[str, str]:
    return {c.name: e.delete for c, e in zip(PEOPLE.columns, told.columns, strict=True)}


def test_a_delete_of_rows_takes_every_column_with_it() -> None:
    told = effect(do="delete")

    assert told.summary == "Access gives 4 of 5 columns. A delete erases the person's rows."
    assert [one.access for one in told.columns] == ["Given out"] * 4 + ["Never given out"]
    assert set(deletes(told).values()) == {"Goes with the row"}
    assert [(lane.code, lane.count) for lane in told.lanes] == [
        ("identity", 2), ("personal", 1), ("secret", 1), ("", 1),
    ]  # fmt: skip
    assert told.missing == ""


def test_blanking_says_of_each_column_what_it_becomes_and_what_cannot_be() -> None:
    told = effect(do="anonymize")

    assert deletes(told) == {
        "id": "Stays",
        "email": "Becomes “erased”",
        "born": "Stays: it may not be empty",
        "phone": "Blanked",
        "password": "Stays",
    }
    assert [one.calm for one in told.columns] == [True, True, False, True, True]
    assert "overwrites 2 columns" in told.summary


def test_what_the_settings_have_beside_the_choice_is_told() -> None:
    before = {"delete": {"do": "anonymize", "columns": {"email": {"hash": True}}}}

    assert deletes(effect(before, do="anonymize"))["email"] == "Becomes a keyed hash"


def test_a_key_that_identifies_and_stays_is_pointed_at() -> None:
    told = effect(do="anonymize", labels=LABELS | {"id": "crmid"})

    assert deletes(told)["id"] == "Stays: it is the row's key"
    assert not told.columns[0].calm


def test_what_is_kept_says_why_and_asks_where_it_does_not() -> None:
    told = effect(do="keep", reason="seven years")
    assert "leaves the rows: seven years." in told.summary
    assert set(deletes(told).values()) == {"Stays"}
    assert effect(do="keep").missing == "Say why it is kept."


def test_a_table_by_which_nobody_is_found_says_so() -> None:
    assert "Nobody is found here" in effect(labels={"born": "personal"}).missing
    assert effect(labels={"born": "personal"}, via="firm_id").missing == ""
    assert (
        "no column that a delete could overwrite"
        in effect(labels={"id": "crmid"}, do="anonymize").missing
    )


def test_a_table_that_is_not_used_is_left_alone() -> None:
    [choice] = mapping_form.read([PEOPLE], {}, {})
    told = effect_of(choice, {})

    assert told.summary == "It is left alone."
    assert {(one.access, one.delete) for one in told.columns} == {("–", "–")}
