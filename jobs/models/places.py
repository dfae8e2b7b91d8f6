"""Where a sealed value belongs: bound into its ciphertext, so that it opens nowhere else."""


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


def draft_place(draft_id: int) -> str:
    return f"saveddraft:{draft_id}:content"
