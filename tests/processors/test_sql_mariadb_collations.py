"""Collations of MariaDB: what one takes for equal may be two people."""

from __future__ import annotations

from tests.processors.batches import ANNA, Call, person
from tests.processors.columns import given, of_code
from tests.processors.conftest import Make
from tests.processors.databases import delete


def test_what_a_collation_takes_for_equal_and_is_another_person_stays(
    mariadb: Make, call: Call
) -> None:
    product = mariadb("""
        CREATE TABLE people (id int PRIMARY KEY, code VARCHAR(20) COLLATE utf8mb4_general_ci);
        INSERT INTO people VALUES (1, 'asa'), (2, 'åsa'), (3, 'ASA'), (4, 'ÅSA');""")

    [done] = delete(product, call, of_code(), person("delete", ("member", "asa")))

    assert (done.code, done.records) == ("6000-200", 2)
    assert product.run("SELECT id FROM people") == [(2,), (4,)]


def test_two_who_differ_by_case_are_counted_apart(mariadb: Make, call: Call) -> None:
    product = mariadb("""
        CREATE TABLE people (id int PRIMARY KEY, code VARCHAR(20));
        INSERT INTO people VALUES (1, 'anna'), (2, 'ANNA'), (3, 'ANNA');""")

    done = delete(
        product, call, of_code(), person("delete", ("member", "anna")),
        person("delete", ("member", "ANNA")),
    )  # fmt: skip

    assert [one.records for one in done] == [1, 2]


def test_anna_is_found_by_what_the_session_compares(mariadb: Make, call: Call) -> None:
    """A product whose tables are not UTF-8."""
    product = mariadb("""
        CREATE TABLE people (id int PRIMARY KEY, email VARCHAR(60) CHARACTER SET latin1, it int);
        INSERT INTO people VALUES (1, 'Anna@Example.org', 7);""")

    assert given(product, call) == '[\n{"it":7}\n]\n'
    assert ANNA[1] == "anna@example.org"
