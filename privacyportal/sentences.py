"""Sentences that are kept, and shown in the language of whoever reads them: not in that of whoever
was there when they were found."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext


class Sentence(msgspec.Struct, frozen=True):
    """`text` is marked for translation where it is written (gettext_noop)."""

    text: str
    params: dict[str, str | int] | list[str | int] = []

    def __str__(self) -> str:
        given = tuple(self.params) if isinstance(self.params, list) else self.params
        return gettext(self.text) % given if given else gettext(self.text)


def said(text: str, *params: Any, **named: Any) -> Sentence:
    return Sentence(text, named or list(params))
