"""Reading single fields of a decoded body; what is wrong goes to Problems."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_noop as _

from privacyportal.api.jsonin import Number
from privacyportal.api.problems import Problems

SHOWN = 60  # characters of a caller's word that an error repeats


def shown(word: Any) -> str:
    """A caller's word for an error message. Never used for keys and identity values."""
    text = str(word)
    return f'"{text[:SHOWN]}…"' if len(text) > SHOWN else f'"{text}"'


def text(raw: Any, path: str, problems: Problems, *, limit: int = 0) -> str:
    """A text that says something; a number is taken digit for digit. "" where it is wrong."""
    if raw is None:
        problems.add(path, "required", _("This field is required."))
    elif not isinstance(raw, str):
        problems.add(path, "wrong_type", _("This must be a string."))
    elif not raw.strip():
        problems.add(path, "empty", _("This must not be empty."))
    elif limit and len(raw) > limit:
        problems.add(path, "too_long", _("This may have %(most)s characters at most."), most=limit)
    else:
        return str(raw)
    return ""


def flag(raw: Any, path: str, problems: Problems) -> bool:
    """A boolean, also as the text "true" or "false"; absent is false."""
    if raw is None or raw is False:
        return False
    if raw is True:
        return True
    word = raw.lower() if isinstance(raw, str) and not isinstance(raw, Number) else ""
    if word not in ("true", "false"):
        problems.add(path, "wrong_type", _("This must be true or false."))
    return word == "true"


def choice(raw: Any, path: str, allowed: tuple[str, ...], problems: Problems) -> str:
    """One of a few words, letter case ignored; absent is the first."""
    if raw is None:
        return allowed[0]
    word = raw.lower() if isinstance(raw, str) else ""
    if word not in allowed:
        told = _("%(given)s is not one of %(known)s.")
        problems.add(path, "unknown_value", told, given=shown(raw), known=listed(allowed))
        return allowed[0]
    return word


def items(raw: Any, path: str, problems: Problems) -> list[Any]:
    """A list with something in it; [] where it is wrong."""
    if raw is None:
        problems.add(path, "required", _("This field is required."))
    elif not isinstance(raw, list):
        problems.add(path, "wrong_type", _("This must be a list."))
    elif not raw:
        problems.add(path, "empty", _("This list must not be empty."))
    else:
        return raw
    return []


def listed(words: Iterable[str]) -> str:
    """ "a, b or c"."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
