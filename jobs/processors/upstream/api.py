"""Calls of the contract (§2 to §6) as a program makes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from jobs.processors import remote
from jobs.processors.base import BadData, ProductUnavailable
from jobs.rules import outcomes
from privacyportal import outbound

JOBS = "data/core/privacy/jobs"
PAGE, MOST_PAGES = 1000, 50
DAYS = 29  # with both ends: the most that a list may span
EARLIER = 60.0  # seconds before its end that a token is replaced
IN_MILLISECONDS = 1_000_000  # a token lives no ten days: larger numbers are milliseconds


class Token(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class User(msgspec.Struct):
    key: str = ""


class Customer(msgspec.Struct):
    user: User


class CreatedJob(msgspec.Struct):
    jobId: str
    customer: Customer


class Created(msgspec.Struct):
    jobs: list[CreatedJob]


class Listed(msgspec.Struct):
    jobId: str
    userKey: str = ""
    status: str = ""


class Page(msgspec.Struct):
    totalRecords: int = 0
    jobDetails: list[Listed] = []


class Results(msgspec.Struct):
    ignored: list[str] = []


class ProductStatus(msgspec.Struct):
    status: str = ""
    responseMsgCode: str = ""
    results: Results | None = None


class ProductAnswer(msgspec.Struct):
    productStatusResponse: ProductStatus
    product: str = ""


class Detail(msgspec.Struct):
    jobId: str
    status: str
    qualifiedCount: int = 0
    productResponses: list[ProductAnswer] = []


@dataclass(repr=False)
class Tokens:
    """The token in use, of one client."""

    settings: Mapping[str, Any]
    value: str = ""
    until: float = 0.0

    def get(self, caller: remote.Caller) -> str:
        if time.monotonic() >= self.until:
            token = self._fetch(caller)
            seconds = token.expires_in
            seconds = seconds / 1000 if seconds > IN_MILLISECONDS else seconds
            self.value = token.access_token
            self.until = time.monotonic() + max(0.0, seconds - EARLIER)
        return self.value

    def forget(self) -> None:
        self.until = 0.0

    def _fetch(self, caller: remote.Caller) -> Token:
        url = self.settings["token_url"]
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings["client_id"],
            "client_secret": self.settings["client_secret"],
        }
        if scope := self.settings.get("scope"):
            form["scope"] = scope
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = caller.call("POST", url, headers=headers, body=urlencode(form).encode())
        if answer.status in (400, 401, 403):
            raise ProductUnavailable("upstream.token", {"host": remote.host_of(url)})
        remote.judge(answer, url, (200,))
        token: Token = remote.decoded(answer, url, Token)
        if not (token.access_token.isascii() and token.access_token.isprintable()):
            raise remote.unavailable("not_json", url)
        return token


@dataclass(repr=False)
class Api:
    """The service, until a batch's deadline."""

    settings: Mapping[str, Any]
    tokens: Tokens
    deadline: float
    caller: remote.Caller = field(init=False)

    def __post_init__(self) -> None:
        self.caller = remote.Caller(self.settings["url"], self.deadline)

    def create(self, body: bytes, key: str) -> dict[str, str]:
        """The job of each user key. BadData where the service refuses what a user is."""
        url = self.caller.url(JOBS)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        answer = self._call("POST", url, headers=headers, body=body)
        if answer.status == 400:
            raise self._refused(answer)
        if answer.status == 413:
            raise BadData(outcomes.JOB_FAILED, "upstream.refused", {"codes": "413"})
        remote.judge(answer, url, (200, 201, 202))
        created: Created = remote.decoded(answer, url, Created)
        return {job.customer.user.key: job.jobId for job in created.jobs}

    def _refused(self, answer: outbound.Answer) -> Exception:
        """What is wrong with a user is reported by its place; what is not is about all of us, like
        a day's limit. Only the words for it are told: the sentences may hold values."""
        try:
            errors = msgspec.json.decode(answer.body)["report"]["errors"]
            codes = sorted({remote.word(error.get("code")) for error in errors} - {""})
        except (msgspec.DecodeError, KeyError, TypeError, AttributeError, UnicodeDecodeError):
            errors = codes = []
        if not errors:
            return ProductUnavailable("upstream.refused_all", {"host": self.caller.host})
        told = {"codes": ", ".join(codes[:5]) or "?"}
        return BadData(outcomes.WRONG_FORMAT, "upstream.refused", told)

    def listed(self, regulation: str, done: Callable[[Iterable[Listed]], bool]) -> Iterator[Listed]:
        """The jobs of the last days, newest first, until a page says that it is enough."""
        today = datetime.now(UTC).date()
        query = {
            "regulation": regulation,
            "size": PAGE,
            "fromDate": today - timedelta(days=DAYS),
            "toDate": today,
        }
        for number in range(MOST_PAGES):
            url = self.caller.url(f"{JOBS}?{urlencode({**query, 'page': number})}")
            answer = self._call("GET", url)
            remote.judge(answer, url, (200,))
            page: Page = remote.decoded(answer, url, Page)
            yield from page.jobDetails
            if done(page.jobDetails) or (number + 1) * PAGE >= page.totalRecords:
                return

    def detail(self, job_id: str) -> Detail | None:
        """None of a job that the service does not know."""
        url = self.caller.url(f"{JOBS}/{quote(job_id, safe='')}")
        answer = self._call("GET", url)
        if answer.status == 404:
            return None
        remote.judge(answer, url, (200,))
        detail: Detail = remote.decoded(answer, url, Detail)
        return detail

    def content(self, job_id: str, into: Callable[[bytes], object]) -> None:
        """The package of a complete access. FileFailed where it cannot be had."""
        url = self.caller.url(f"{JOBS}/{quote(job_id, safe='')}/content")
        remote.download(self.caller, url, into, headers=self._headers())

    def _call(self, method: str, url: str, **more: Any) -> outbound.Answer:
        """With a token that is good: one may have been revoked before its time."""
        headers = more.pop("headers", {})
        answer = self.caller.call(method, url, headers={**headers, **self._headers()}, **more)
        if answer.status == 401:
            self.tokens.forget()
            answer = self.caller.call(method, url, headers={**headers, **self._headers()}, **more)
        return answer

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "application/json",
            "Authorization": f"Bearer {self.tokens.get(self.caller)}",
            "x-api-key": self.settings["client_id"],
            "x-gw-ims-org-id": self.settings["organization"],
        }
