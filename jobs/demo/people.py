"""The people of the demo: always the same, since the seed is."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from faker import Faker

SEED = 20260501
COUNT = 1000
LOCALES = {"en_GB": "GB", "sv_SE": "SE", "de_DE": "DE", "fr_FR": "FR"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom several products know."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str
    ecid: str  # 38 digits
    born: date
    street: str
    postcode: str
    city: str
    country: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@cache
def people() -> tuple[Person, ...]:
    """In the CRM are the first 700, in the shop the last 700, in analytics all."""
    fake = Faker(sorted(LOCALES))
    fake.seed_instance(SEED)
    dice = random.Random(SEED)  # noqa: S311
    return tuple(_person(number, fake, dice) for number in range(COUNT))


def in_crm() -> tuple[Person, ...]:
    return people()[:700]


def in_shop() -> tuple[Person, ...]:
    return people()[300:]


def example() -> Person:
    """Somebody whom every product knows and no request was about yet."""
    return people()[500]


def _person(number: int, fakes: Faker, dice: random.Random) -> Person:
    locale = dice.choice(sorted(LOCALES))
    fake = fakes[locale]
    first, last = fake.first_name(), fake.last_name()
    return Person(
        number=number,
        first_name=first,
        last_name=last,
        email=f"{_ascii(first)}.{_ascii(last)}.{number}@{fake.safe_domain_name()}",
        phone=f"+46 70 {dice.randrange(1000):03} {number:04}",
        ecid=f"{dice.randrange(10**37, 10**38)}",
        born=date(1940, 1, 1) + timedelta(days=dice.randrange(24_000)),
        street=fake.street_address(),
        postcode=fake.postcode(),
        city=fake.city(),
        country=LOCALES[locale],
    )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in plain if c.isascii() and c.isalpha())
