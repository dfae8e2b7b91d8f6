"""Which sealed values of which tables an export opens, with which key and place; and which never
leave: what lets somebody in is set anew elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.models.places import (
    attachment_body_place,
    attachment_name_place,
    draft_place,
    key_place,
    note_place,
    task_file_place,
    task_words_place,
    upload_part_place,
    upload_place,
    value_place,
)
from privacyportal.keys.services import sealers

Row = Any  # a model's instance
SEALED = "_sealed"


@dataclass(frozen=True, slots=True)
class Opener:
    """`key` is the id of a row's data key, `places` are field → where its value belongs; `related`
    is what both need beside the row."""

    key: Callable[[Row], int]
    places: Mapping[str, Callable[[Row], str]]
    related: Sequence[str] = field(default=())


def _of_upload(what: str) -> Callable[[Row], str]:
    return lambda row: upload_place(row.pk, what)


# Label → how. Other apps add theirs in ready().
OPENERS: dict[str, Opener] = {
    "jobs.RequestSubject": Opener(
        lambda row: row.request.data_key_id,
        {"key_sealed": lambda row: key_place(row.pk)},
        ["request"],
    ),
    "jobs.Identity": Opener(
        lambda row: row.request_subject.request.data_key_id,
        {"value_sealed": lambda row: value_place(row.pk)},
        ["request_subject__request"],
    ),
    "jobs.RequestNote": Opener(
        lambda row: row.request.data_key_id,
        {"text_sealed": lambda row: note_place(row.public_id)},
        ["request"],
    ),
    "jobs.RequestAttachment": Opener(
        lambda row: row.request.data_key_id,
        {
            "name_sealed": lambda row: attachment_name_place(row.public_id),
            "body_sealed": lambda row: attachment_body_place(row.public_id),
        },
        ["request"],
    ),
    "jobs.ManualTask": Opener(
        lambda row: row.job.request.data_key_id,
        {"words_sealed": lambda row: task_words_place(row.public_id)},
        ["job__request"],
    ),
    "jobs.TaskFile": Opener(
        lambda row: row.task.job.request.data_key_id,
        {
            "name_sealed": lambda row: task_file_place(row.public_id, "name"),
            "body_sealed": lambda row: task_file_place(row.public_id, "body"),
        },
        ["task__job__request"],
    ),
    "jobs.SavedDraft": Opener(
        lambda row: row.data_key_id, {"content_sealed": lambda row: draft_place(row.pk)}
    ),
    "jobs.Upload": Opener(
        lambda row: row.data_key_id,
        {f"{what}_sealed": _of_upload(what) for what in ("name", "content", "choices", "report")},
    ),
    "jobs.UploadPart": Opener(
        lambda row: row.upload.data_key_id,
        {
            "content_sealed": lambda row: upload_part_place(
                row.upload_id, row.upload.revision, row.number
            )
        },
        ["upload"],
    ),
}
# Secrets, and what a package's own files hold.
NEVER = frozenset(
    {
        ("jobs.ProductSettings", "secrets_sealed"),
        ("jobs.Webhook", "secret_sealed"),
        ("jobs.PackageContent", "body_sealed"),
    }
)


def opened(label: str, rows: Sequence[Row]) -> list[dict[str, bytes | None]]:
    """The sealed values of rows in clear, by field without "_sealed"; None where the key is
    destroyed, or nothing was sealed. One query for the keys of all."""
    opener = OPENERS.get(label)
    if opener is None:
        return [{} for _ in rows]
    keys = sealers({opener.key(row) for row in rows})
    found = []
    for row in rows:
        key = keys.get(opener.key(row))
        values: dict[str, bytes | None] = {}
        for name, place in opener.places.items():
            sealed = getattr(row, name)
            known = key is not None and sealed is not None
            values[name.removesuffix(SEALED)] = (
                key.open(sealed, place(row)) if key is not None and known else None
            )
        found.append(values)
    return found
