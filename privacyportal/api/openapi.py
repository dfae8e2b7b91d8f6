"""The published description of the API (OpenAPI 3.1): apps say beside their views what these take
and answer, in the types that the views themselves use; here it is put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec

from privacyportal.api import shapes
from privacyportal.organizations.permissions import Permission

JSON = "application/json"
REFERENCE = "#/components/schemas/{name}"


@dataclass(frozen=True)
class Parameter:
    """One of the path, the query or the headers; `schema` is JSON Schema."""

    name: str
    where: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    example: Any = None


@dataclass(frozen=True)
class Body:
    """What is sent: a type, and examples by name."""

    type: Any
    examples: Mapping[str, Any]
    media: str = JSON


@dataclass(frozen=True)
class Answer:
    """What comes back; without a type there is no body."""

    status: int
    description: str
    type: Any = None
    example: Any = None
    media: str = JSON


@dataclass(frozen=True)
class Operation:
    """One method at one path. `refusals` are statuses beyond those that every operation has;
    without a permission it is open to everyone."""

    method: str
    path: str
    name: str
    tag: str
    summary: str
    answers: Sequence[Answer]
    permission: Permission | None = None
    description: str = ""
    parameters: Sequence[Parameter] = ()
    body: Body | None = None
    refusals: Sequence[int] = ()

    def all_refusals(self) -> list[int]:
        always = (400, 401, 403, 429) if self.permission else ()
        sent = (400, 413) if self.body else ()
        return sorted({*always, *sent, *self.refusals, 500})


# Put here by the apps' ready().
OPERATIONS: list[Operation] = []

TITLE = "Privacy portal"
ABOUT = """\
Takes requests of people to see, to delete and no longer to sell their data, and carries them out in
every product of the organization.

Compatible with the public contract of Adobe Experience Platform Privacy Service; not affiliated
with or endorsed by Adobe. Get a token at `/ims/token/v3`, then send it with your client id and your
organization's id, in the headers that each operation names. A slash at the end of a path changes
nothing. Every answer has an `x-request-id`; tell it to the operator when something fails.
"""

REFUSALS: Mapping[int, tuple[str, Any]] = {
    400: ("Something in the request is wrong: all of it, each with its place.", shapes.PROBLEMS),
    401: ("The token is missing, not valid, or expired.", shapes.TOKEN),
    403: ("The caller is not known here, or lacks the permission.", shapes.PERMISSION),
    404: ("There is no such thing in your organization.", shapes.problem(404)),
    409: ("This was sent before with other content.", shapes.problem(409)),
    410: ("It was there, and is gone.", shapes.problem(410)),
    413: ("The body is too large.", shapes.problem(413)),
    429: ("Too many requests: wait as long as Retry-After says.", shapes.TOO_MANY),
    500: ("A fault of ours; nothing was stored.", shapes.problem(500)),
}
GATEWAY_ONLY = {401, 429}
BOTH = {400, 403}


@cache
def document(server: str) -> dict[str, Any]:
    """The whole description. The list of operations is complete once the apps are ready."""
    schemas, components = msgspec.json.schema_components(_types(), ref_template=REFERENCE)
    known = dict(zip(map(id, _types()), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(
            operation, known
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1.0", "description": ABOUT},
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in dict.fromkeys(o.tag for o in OPERATIONS)],
        "security": [{"token": [], "apiKey": [], "organization": []}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SECURITY},
    }


SECURITY = {
    "token": {"type": "http", "scheme": "bearer"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "organization": {"type": "apiKey", "in": "header", "name": "x-gw-ims-org-id"},
}


def _types() -> list[Any]:
    """Every type that is named, once."""
    named = [shapes.ServiceProblem, shapes.GatewayProblem]
    for operation in OPERATIONS:
        named += [operation.body.type] if operation.body else []
        named += [answer.type for answer in operation.answers if answer.type is not None]
    return list({id(kind): kind for kind in named}.values())


def _operation(operation: Operation, known: Mapping[int, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "responses": dict(_responses(operation, known)),
    }
    if described := _described(operation):
        told["description"] = described
    if operation.permission is None:
        told["security"] = []
    if operation.parameters:
        told["parameters"] = [_parameter(parameter) for parameter in operation.parameters]
    if body := operation.body:
        examples = {name: {"value": value} for name, value in body.examples.items()}
        content = {"schema": known[id(body.type)], "examples": examples}
        told["requestBody"] = {"required": True, "content": {body.media: content}}
    return told


def _described(operation: Operation) -> str:
    if operation.permission is None:
        return operation.description
    needs = f"Needs the permission `{operation.permission}`."
    return f"{operation.description}\n\n{needs}".strip()


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.description,
        "required": parameter.required,
        "schema": dict(parameter.schema),
    }
    if parameter.example is not None:
        told["example"] = parameter.example
    return told


def _responses(operation: Operation, known: Mapping[int, Any]) -> Iterator[tuple[str, Any]]:
    for answer in operation.answers:
        told: dict[str, Any] = {"description": answer.description}
        if answer.type is not None:
            content: dict[str, Any] = {"schema": known[id(answer.type)]}
            if answer.example is not None:
                content["example"] = answer.example
            told["content"] = {answer.media: content}
        elif answer.media != JSON:
            told["content"] = {answer.media: {"schema": {"type": "string", "format": "binary"}}}
        yield str(answer.status), told
    for status in operation.all_refusals():
        if status in {answer.status for answer in operation.answers}:
            continue
        description, example = REFUSALS[status]
        schema: Any = known[id(shapes.ServiceProblem)]
        gateway = known[id(shapes.GatewayProblem)]
        if status in GATEWAY_ONLY:
            schema = gateway
        elif status in BOTH and operation.permission:
            schema = {"anyOf": [schema, gateway]}
        content = {JSON: {"schema": schema, "example": example}}
        yield str(status), {"description": description, "content": content}
