"""Where programs bring values: every call of the API, well formed and not."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.api.bodies import document, identity, user
from tests.canary.walk import API, Walk
from tests.canary.words import Canary
from tests.consent.conftest import call

ORGANIZATION = "Firm@PortalOrg"
JSON = {"Content-Type": "application/json"}


def asked(canary: Canary, *actions: str, **changes: Any) -> dict[str, Any]:
    ids = [identity(value=canary.email)]
    people = [user(canary.name, action=list(actions) or ["access"], ids=ids)]
    return document(ORGANIZATION, **{"users": people, **changes})


def send(walk: Walk, body: bytes | dict[str, Any], path: str = "/jobs") -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return walk.program.post(f"{API}{path}", content=content, headers=JSON)


def submit(walk: Walk, canary: Canary, *products: str, actions: tuple[str, ...]) -> None:
    answer = send(walk, asked(canary, *actions, include=list(products)))
    assert answer.status_code == 202, answer.text


def api_submit(walk: Walk, canary: Canary) -> None:
    submit(walk, canary, "crm", actions=("access", "delete"))


def api_json_cut(walk: Walk, canary: Canary) -> None:
    body = json.dumps(asked(canary)).encode()
    assert send(walk, body[: body.index(b"@example.invalid")]).status_code == 400


def api_json_not_text(walk: Walk, canary: Canary) -> None:
    body = json.dumps(asked(canary)).encode().replace(b"@example.invalid", b"\xff")
    assert send(walk, body).status_code == 400


def api_wrong_types(walk: Walk, canary: Canary) -> None:
    people = [
        {"key": [canary.name], "action": canary.word, "userIDs": canary.email},
        user(canary.name, action=[canary.word], ids=[identity(value=[canary.email])]),
        user(canary.name, ids=[identity(value={canary.email: canary.email})]),
        canary.email,
    ]
    assert send(walk, asked(canary, users=people)).status_code == 400


def api_names_of_keys(walk: Walk, canary: Canary) -> None:
    odd = json.dumps({canary.email: 1})[:-1] + f', "{canary.email}": 2}}'
    assert send(walk, odd.encode()).status_code == 400
    nul = {**asked(canary), f"{canary.email}\0": {f"{canary.email}\0": canary.email}}
    assert send(walk, nul).status_code == 400


def api_unknown_words(walk: Walk, canary: Canary) -> None:
    word = canary.email
    people = [user(canary.name, ids=[identity(word, word), identity(value=word, type=word)])]
    unknown = {"include": [word], "regulation": word, "priority": word, "users": people}
    contexts = [{"namespace": word, "value": word}, {"namespace": "imsOrgID", "value": word}]
    assert send(walk, asked(canary, **unknown)).status_code == 400
    assert send(walk, asked(canary, companyContexts=contexts)).status_code == 400
    assert send(walk, asked(canary, requestId=word * 20)).status_code == 400


def api_too_large(walk: Walk, canary: Canary) -> None:
    body = json.dumps(asked(canary)).encode() + b" " * (21 * 1024 * 1024)
    assert send(walk, body).status_code == 413


def api_not_json(walk: Walk, canary: Canary) -> None:
    kind = {"Content-Type": f"text/{canary.word}"}
    sent = walk.program.post(f"{API}/jobs", content=canary.email.encode(), headers=kind)
    assert sent.status_code in (400, 415)


def api_queries(walk: Walk, canary: Canary) -> None:
    for path in ("/jobs", "/events", "/webhooks", "/namespaces"):
        for name in ("status", "regulation", "page", "size", "since", canary.word):
            walk.program.get(f"{API}{path}", params={name: canary.email})


def api_addresses(walk: Walk, canary: Canary) -> None:
    for path in (
        f"{API}/jobs/{canary.email}",
        f"{API}/jobs/{canary.email}/content",
        f"{API}/webhooks/{canary.word}/deliveries/{canary.word}/redeliver",
        f"{API}/webhook-keys/{canary.word}.pem",
        f"{API}/webhook-validations/{canary.word}",
        f"{API}/{canary.word}",
        f"/data/privacy/gdpr/{canary.email}",
    ):
        assert walk.program.get(path).status_code in (404, 405)
    assert walk.program.request(canary.word.upper(), f"{API}/jobs").status_code == 405


def api_credentials(walk: Walk, canary: Canary) -> None:
    own = dict(walk.portal.told["headers"])
    for name in own:
        headers = {**own, name: canary.word}
        assert walk.stranger.get(f"{API}/jobs", headers=headers).status_code in (401, 403)
    headers = {**own, "Authorization": f"Bearer {canary.word}"}
    assert walk.stranger.get(f"{API}/jobs", headers=headers).status_code == 401
    form = {"client_id": canary.word, "client_secret": canary.word, "grant_type": canary.word}
    assert walk.stranger.post("/ims/token/v3", data=form).status_code >= 400
    assert walk.stranger.post("/ims/token/v3", params=form).status_code >= 400


def api_secrets(walk: Walk, canary: Canary) -> None:
    """Those that the portal made; they stand for themselves."""
    headers = walk.portal.told["headers"]
    form = {
        "client_id": headers["x-api-key"],
        "client_secret": walk.portal.told["secret"],
        "grant_type": "client_credentials",
    }
    token = walk.stranger.post("/ims/token/v3", data=form).json()["access_token"]
    walk.secrets |= {token, walk.portal.told["secret"], headers["Authorization"].split()[-1]}


def api_request_id(walk: Walk, canary: Canary) -> None:
    """A caller's own id of the call is kept only where it can hold no value."""
    walk.program.get(f"{API}/jobs", headers={"x-request-id": canary.email})


def api_repeat(walk: Walk, canary: Canary) -> None:
    body = json.dumps(asked(canary)).encode()
    for _ in range(2):
        headers = {**JSON, "Idempotency-Key": canary.email}
        again = walk.program.post(f"{API}/jobs", content=body, headers=headers)
        assert again.status_code == 202


def consent_calls(walk: Walk, canary: Canary) -> None:
    assert send(walk, call(canary.email), "/consent").status_code == 202
    found = send(walk, {"namespace": "email", "value": canary.email}, "/consent/lookup")
    assert found.status_code == 200
    for wrong in (
        call([canary.email]),
        call(canary.email, out=canary.email),
        {canary.email: canary.email},
    ):
        assert send(walk, wrong, "/consent").status_code == 400
        send(walk, wrong, "/consent/lookup")
        send(walk, wrong, "/consent/gpc")


def webhook_calls(walk: Walk, canary: Canary) -> None:
    """Bad ones; the path and the secret of a good one stand for themselves."""
    for url in (
        f"ftp://{canary.email}",
        f"https://{canary.email}/",
        f"http://{canary.word}.invalid",
    ):
        send(walk, {"name": canary.word, "url": url, "events": [canary.email]}, "/webhooks")


PATHS = (
    api_submit,
    api_json_cut,
    api_json_not_text,
    api_wrong_types,
    api_names_of_keys,
    api_unknown_words,
    api_too_large,
    api_not_json,
    api_queries,
    api_addresses,
    api_credentials,
    api_secrets,
    api_request_id,
    api_repeat,
    consent_calls,
    webhook_calls,
)
