"""What a column probably holds: by its name, and by the shape of a few values, which are looked at
and kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

ALIKE = 0.8  # of the values that are there
SECRET = re.compile(
    r"passw|pwd|secret|token|api_?key|salt|otp|iban|card_?(no|num)|cvv|_hash$", re.I
)
# What a column is called that holds personal data, whole words of it.
PERSONAL = frozenset(
    [
        "name",
        "firstname",
        "lastname",
        "surname",
        "forename",
        "givenname",
        "familyname",
        "fullname",
        "middlename",
        "nickname",
        "address",
        "street",
        "city",
        "town",
        "postcode",
        "postalcode",
        "zip",
        "zipcode",
        "county",
        "country",
        "birthday",
        "birthdate",
        "dob",
        "born",
        "age",
        "gender",
        "sex",
        "ssn",
        "personnummer",
        "passport",
        "nationality",
        "ip",
        "ipaddress",
        "useragent",
        "device",
        "fax",
        "mobile",
        "avatar",
        "photo",
        "company",
        "employer",
        "latitude",
        "longitude",
        "lat",
        "lon",
        "note",
        "notes",
        "comment",
        "comments",
        "message",
    ]
)
NAMED = {
    "email": re.compile(r"(^|_)e?_?mail(_?addr(ess)?)?$", re.I),
    "phone": re.compile(r"(^|_)(phone|mobile|tel|telephone|msisdn|cell)(_?(no|nr|number))?$", re.I),
    "ecid": re.compile(r"(^|_)ecid$", re.I),
    "idfa": re.compile(r"(^|_)idfa$", re.I),
    "gaid": re.compile(r"(^|_)gaid$", re.I),
}
SHAPED = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}"),
    "phone": re.compile(r"\+?\(?\d[\d\s()./-]{6,18}\d"),
    "ecid": re.compile(r"\d{38}"),
}
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def propose(
    name: str, values: Sequence[str], *, textual: bool, namespaces: Sequence[str] = ()
) -> str:
    """What a column probably is; see Column.label."""
    if SECRET.search(name):
        return "secret"
    words = [word.lower() for word in WORDS.findall(name)]
    joined = "".join(words)
    for namespace in namespaces:
        if joined == "".join(word.lower() for word in WORDS.findall(namespace)):
            return namespace.lower()
    if textual:
        for namespace, shape in SHAPED.items():
            if values and _share(shape, values) >= ALIKE and _plausible(namespace, name):
                return namespace
        for namespace, called in NAMED.items():
            if called.search(name) and not values:
                return namespace
    pairs = {first + second for first, second in pairwise(words)}
    return "personal" if PERSONAL & {joined, *words, *pairs} else ""


def _share(shape: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(shape.fullmatch(value.strip()) is not None for value in values) / len(values)


def _plausible(namespace: str, name: str) -> bool:
    """Digits are many things: only what is called a phone is one."""
    return namespace != "phone" or bool(NAMED["phone"].search(name) or "phone" in name.lower())
