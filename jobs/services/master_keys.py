"""Retiring a master key: what it seals is sealed with the first one of MASTER_KEYS instead, so that
its entry can be taken out. What organizations sealed is not touched: only the keys that wrap it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models, transaction

from jobs.events.signing import SEALED_FOR
from jobs.models import SigningKey
from privacyportal.keys import services as keys
from privacyportal.keys.crypto import master_keys
from privacyportal.keys.installation import seal_again
from privacyportal.keys.models import MasterKeyCanary, OrganizationKey
from privacyportal.organizations.adapters import SECOND_FACTOR

BATCH = 500  # rows of one transaction


class NotRetirable(Exception):
    """Says what to do instead."""


def retire(name: str) -> dict[str, int]:
    """How much was sealed again, by what it is. May be done again, and so goes on after an
    interruption. Raises NotRetirable."""
    _check(name)
    wrapped = OrganizationKey.objects.filter(master_key_id=name)
    signing = SigningKey.objects.filter(private_sealed__startswith=f"{name}:")
    done = {
        "keys of organizations": _rewrite(wrapped, ["master_key_id", "wrapped"], keys.wrap_again),
        "second factors": _rewrite(
            Authenticator.objects.all(), ["data"], lambda one: _seal_factor(one, name)
        ),
        "keys that sign deliveries": _rewrite(signing, ["private_sealed"], _seal_signing),
    }
    MasterKeyCanary.objects.filter(master_key_id=name).delete()
    return done


def _check(name: str) -> None:
    known = list(master_keys())
    if name not in known:
        raise NotRetirable(f"MASTER_KEYS has no entry {name!r}; it has {', '.join(known)}.")
    if name == known[0]:
        raise NotRetirable(
            f"{name!r} is the first entry of MASTER_KEYS: it is what seals. Put a new one in front"
            " of it, start every process again, and then retire this one."
        )


def _seal_signing(key: SigningKey) -> bool:
    key.private_sealed = seal_again(key.private_sealed, SEALED_FOR)
    return True


def _seal_factor(factor: Authenticator, name: str) -> bool:
    sealed = {
        field: seal_again(value, SECOND_FACTOR)
        for field, value in factor.data.items()
        if isinstance(value, str) and value.startswith(f"{name}:")
    }
    factor.data |= sealed
    return bool(sealed)


def _rewrite(
    rows: models.QuerySet[Any], fields: Sequence[str], change: Callable[[Any], bool]
) -> int:
    """`change` says whether it changed a row. Rows are locked, a batch at a time: a second factor
    may be used meanwhile."""
    done = after = 0
    while True:
        with transaction.atomic():
            batch = list(rows.filter(pk__gt=after).order_by("pk").select_for_update()[:BATCH])
            if not batch:
                return done
            changed = [row for row in batch if change(row)]
            rows.model._default_manager.bulk_update(changed, fields)
        done, after = done + len(changed), batch[-1].pk
