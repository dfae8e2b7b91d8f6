"""Alive, ready, and in numbers: for whoever runs the installation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jobs.engine import heartbeat
from jobs.models import Heartbeat
from tests.api.bodies import document
from tests.api.conftest import Program
from tests.api.work import submit


@pytest.fixture
def alive(db: None) -> None:
    for name in ("work@a", "sweep"):
        Heartbeat.objects.create(name=name, seen_at=timezone.now())


def test_the_process_answers_without_a_sign_in() -> None:
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_ready_is_who_can_work(alive: None, settings: Any) -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True

    Heartbeat.objects.filter(name="work@a").update(seen_at=timezone.now() - timedelta(minutes=1))
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["workers"] == {"ok": False, "told": "0 alive"}
    assert answer.json()["checks"]["sweep"]["ok"] is True

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert Client().get("/readyz").json()["checks"]["redis"]["ok"] is False


def test_numbers_for_prometheus(alive: None, program: Program) -> None:
    submit(program, document())

    text = Client().get("/metrics").content.decode()

    assert 'portal_jobs_open{state="submitted"}' in text
    waiting = [line for line in text.splitlines() if line.startswith("portal_product_waiting{")]
    assert any('product="crm"' in line and not line.endswith(" 0.0") for line in waiting)
    assert 'portal_seen_seconds{name="work@a"}' in text
    assert "portal_database_bytes" in text


def test_who_reads_the_numbers(alive: None, settings: Any) -> None:
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "long-secret"
    assert Client().get("/metrics").status_code == 404
    headers = {"Authorization": "Bearer long-secret"}
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.get("/metrics", headers=headers).status_code == 200


def test_a_heart_beats_every_few_seconds(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_last", {})
    heartbeat.beat("work@b")
    then = timezone.now() - timedelta(days=2)
    Heartbeat.objects.update(seen_at=then)
    heartbeat.beat("work@b")
    assert Heartbeat.objects.get().seen_at == then

    heartbeat.forget_the_dead()
    assert not Heartbeat.objects.exists()
