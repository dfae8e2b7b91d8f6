"""Addresses of databases: what is said of one, and where its name leads."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from jobs.processors.sql import SqlProcessor

TABLES = {"people": {"identities": [{"namespace": "email", "column": "email"}]}}


def refused(url: str) -> str:
    """The sentences on this URL, all about the URL."""
    problems = SqlProcessor.validate({"url": url, "tables": TABLES})
    assert {problem.path for problem in problems} <= {"url"}
    return " ".join(problem.message for problem in problems)


def names_lead_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name leads to the first of these addresses, the next time to the second …"""
    asked: list[str] = []
    left = list(addresses)

    def getaddrinfo(host: str, port: int, **options: Any) -> list[Any]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked
