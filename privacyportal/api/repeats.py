"""POSTs that may come again (contract §2): marked by an `Idempotency-Key` header or a `requestId`
in the body, they are carried out once in 24 hours and answered alike each time.

A view that wants this says what it makes, and how its answer is built again:

    return once(request, caller, body, make=lambda: make(body), again=lambda pk: told(pk))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from privacyportal.api.envelope import ServiceError
from privacyportal.api.gateway import Caller
from privacyportal.api.models import RepeatMark
from privacyportal.api.problems import invalid
from privacyportal.keys.services import fingerprinter

HEADER = "Idempotency-Key"
LENGTH = 255  # of a key, in characters
KEPT = timedelta(hours=24)
AT_ONCE = 10_000
OTHER_BODY = "{}: it came with another body before; give each request one of its own."

encode = msgspec.json.Encoder(order="sorted").encode

# The id of what was made, and the answer to whom made it.
Made = tuple[int, HttpResponse]


def once(
    request: HttpRequest,
    caller: Caller,
    body: Any,
    *,
    make: Callable[[], Made],
    again: Callable[[int], HttpResponse],
    place: str = "",
) -> HttpResponse:
    """Runs `make` in a transaction, or `again` with the id of what the same call made before.
    `place` names the resource where several paths do; `body` is the decoded one.

    Of two that race one waits for the other. Raises ServiceError (409) where a mark stands for
    another body, Invalid for a key that is none, and what `make` raises: then nothing is stored.
    """
    words = list(_words(request, body))
    with transaction.atomic():
        known = _claimed(caller, place or request.path.rstrip("/"), words, body)
        made = next((target for _, target in known if target is not None), None)
        if made is None:
            made, answer = make()
        else:
            answer = again(made)
            answer.headers["Idempotent-Replayed"] = "true"
        _keep([pk for pk, target in known if target is None], made)
        return answer


def _words(request: HttpRequest, body: Any) -> Iterator[tuple[str, str]]:
    """The caller's words for this call and where they stood, always in this order: of two calls
    that share both, none waits for what the other holds."""
    given = body.get("requestId") if isinstance(body, dict) else None
    key = request.headers.get(HEADER, "").strip()
    if len(key) > LENGTH:
        raise invalid(HEADER, "too_long", f"This may have {LENGTH} characters at most.")
    for name, word in ((HEADER, key), ("requestId", given)):
        if isinstance(word, str) and word:
            yield name, word


def _claimed(
    caller: Caller, place: str, words: Sequence[tuple[str, str]], body: Any
) -> list[tuple[int, int | None]]:
    """The row of each word, as _claim has it."""
    if not words:
        return []
    prints = fingerprinter(caller.organization.pk)
    content = prints("\x01body", encode(_plain(body)).decode())
    whose = f"{caller.credential.public_id}\0{place}"
    return [
        _claim(caller, name, prints("\x01mark", f"{whose}\0{name}\0{word}"), content)
        for name, word in words
    ]


def _plain(body: Any) -> Any:
    """Numbers as the texts they were written as: 1 and "1" mean the same here."""
    if isinstance(body, dict):
        return {name: _plain(value) for name, value in body.items()}
    if isinstance(body, list):
        return list(map(_plain, body))
    return str(body) if isinstance(body, str) else body


def _claim(caller: Caller, name: str, mark: bytes, content: bytes) -> tuple[int, int | None]:
    """The mark's row, ours until the transaction ends, and the id of what was made under it; None
    where that is still to be made. Whoever holds the same mark is waited for."""
    now = timezone.now()
    organization = caller.organization.pk
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO api_repeatmark AS known (organization_id, mark, content, created_at)
            VALUES (%s, %s, %s, %s)
            ON CONFLICT (organization_id, mark) DO UPDATE
                SET content = excluded.content, created_at = excluded.created_at, target = NULL
                WHERE known.created_at <= %s
            RETURNING id
            """,
            [organization, mark, content, now, now - KEPT],
        )
        if fresh := cursor.fetchone():
            return fresh[0], None
    found = RepeatMark.objects.get(organization_id=organization, mark=mark)
    if bytes(found.content) != content:
        raise ServiceError(409, OTHER_BODY.format(name))
    return found.pk, found.target


def _keep(pks: list[int], target: int) -> None:
    if pks:
        RepeatMark.objects.filter(pk__in=pks).update(target=target)


def forget_old_marks() -> int:
    """A mark that is over may be used again; its row goes. How many went, a bounded number."""
    over = RepeatMark.objects.filter(created_at__lte=timezone.now() - KEPT)
    pks = list(over.order_by("created_at").values_list("pk", flat=True)[:AT_ONCE])
    # Looked at again: one may have been used anew meanwhile.
    return over.filter(pk__in=pks).delete()[0]
