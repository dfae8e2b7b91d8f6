"""What the start-up ends with: where the portal is, who can sign in, and curl lines to paste."""

import json
from pathlib import Path
from shlex import quote
from typing import Any


def text(url: str, demo_file: Path | None, *, mails_kept: bool = False) -> str:
    """`mails_kept`: they are not sent."""
    lines = ["", f"The portal is at {url}", ""]
    if mails_kept:
        lines += [f"It sends no mails: they are read at {url}/mail/", ""]
    if demo_file and demo_file.exists():
        demo = json.loads(demo_file.read_text())
        lines += [*_sign_ins(demo), *_credential(demo), *_curl(demo)]
        lines += ["", f"These facts also stand in {demo_file}."]
    return "\n".join([*lines, "Ctrl-C stops everything.", ""])


def _sign_ins(demo: dict[str, Any]) -> list[str]:
    users = demo["users"]
    wide = max(len(user["email"]) for user in users)
    rows = [f"  {user['email']:<{wide}}  {user['password']}  {user['role']}" for user in users]
    return ["Sign in as", *rows, ""]


def _credential(demo: dict[str, Any]) -> list[str]:
    return [
        f"  client id        {demo['client_id']}",
        f"  client secret    {demo['client_secret']}",
        f"  organization id  {demo['organization_id']}",
        "",
    ]


def _curl(demo: dict[str, Any]) -> list[str]:
    """A token, a request, the job, its package: each line can be pasted as it stands."""
    jobs = f"{demo['url']}/data/core/privacy/jobs"
    parts = {
        "client_id": demo["client_id"],
        "client_secret": demo["client_secret"],
        "grant_type": "client_credentials",
    }
    form = " ".join(f"-d {quote(f'{name}={value}')}" for name, value in parts.items())
    return [
        "Get a token, submit a request, read its job, download its package:",
        "",
        f"TOKEN=$(curl -s {demo['url']}/ims/token/v3 {form} | {_value_of('access_token')})",
        f'portal() {{ curl -s {_headers(demo)} "$@"; echo; }}',
        f'ANSWER=$(portal {jobs} -d {quote(json.dumps(_request(demo)))}); echo "$ANSWER"',
        f'JOB=$(echo "$ANSWER" | {_value_of("jobId")})',
        f"portal {jobs}/$JOB",
        f"portal {jobs}/$JOB/content -o package.zip",
    ]


def _headers(demo: dict[str, Any]) -> str:
    return (
        '-H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" '
        f"-H {quote('x-api-key: ' + demo['client_id'])} "
        f"-H {quote('x-gw-ims-org-id: ' + demo['organization_id'])}"
    )


def _request(demo: dict[str, Any]) -> dict[str, Any]:
    person = {"namespace": "email", "value": demo["example"]}
    organization = {"namespace": "imsOrgID", "value": demo["organization_id"]}
    user = {"key": "first request", "action": ["access"], "userIDs": [person]}
    return {
        "companyContexts": [organization],
        "users": [user],
        "include": [product["code"] for product in demo["products"]],
        "regulation": "gdpr",
    }


def _value_of(name: str) -> str:
    """The first string of that name in JSON, without a tool that a fresh machine lacks."""
    return f'grep -o \'"{name}": *"[^"]*"\' | head -n 1 | cut -d \'"\' -f 4'
