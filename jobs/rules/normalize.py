"""Spellings of a value that mean the same: how values are compared, here and at products."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

Normalization = Callable[[str], str]


def email(value: str) -> str:
    """Without spaces around it, in lower case."""
    return value.strip().lower()


def phone(value: str) -> str:
    """Only the ASCII digits: "+46 70-123" becomes "4670123"."""
    return "".join(character for character in value if character in "0123456789")


def exact(value: str) -> str:
    return value


NORMALIZATIONS: Mapping[str, Normalization] = MappingProxyType(
    {"email": email, "phone": phone, "exact": exact}
)


def normalize(namespace: str, value: str) -> str:
    """The value of a canonical namespace as it is compared; a phone without digits stays itself."""
    return NORMALIZATIONS.get(namespace, exact)(value) or value
