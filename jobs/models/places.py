"""Where a sealed value belongs: bound into its ciphertext, so that it opens nowhere else."""

from uuid import UUID


def key_place(request_subject_id: int) -> str:
    return f"requestsubject:{request_subject_id}:key"


def value_place(identity_id: int) -> str:
    return f"identity:{identity_id}:value"


def content_place(response_id: int, chunk: int) -> str:
    return f"content:{response_id}:{chunk}"


def secrets_place(product_id: int, number: int) -> str:
    return f"productsettings:{product_id}:{number}"


def webhook_place(webhook_id: int) -> str:
    return f"webhook:{webhook_id}:secret"


def note_place(public_id: UUID) -> str:
    return f"requestnote:{public_id}:text"


def attachment_name_place(public_id: UUID) -> str:
    return f"requestattachment:{public_id}:name"


def attachment_body_place(public_id: UUID) -> str:
    return f"requestattachment:{public_id}:body"


def draft_place(draft_id: int) -> str:
    return f"saveddraft:{draft_id}:content"


def upload_place(upload_id: int, what: str) -> str:
    """`what` is name, content, choices or report."""
    return f"upload:{upload_id}:{what}"


def upload_part_place(upload_id: int, revision: int, number: int) -> str:
    return f"uploadpart:{upload_id}:{revision}:{number}"


def task_words_place(public_id: UUID) -> str:
    return f"manualtask:{public_id}:words"


def task_file_place(public_id: UUID, what: str) -> str:
    """`what` is name or body."""
    return f"taskfile:{public_id}:{what}"
