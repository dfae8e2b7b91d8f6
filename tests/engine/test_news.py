"""A product that took work calls back, and is asked at once what it has."""

from __future__ import annotations

from django.test import Client

from jobs.engine.news import callback_url
from jobs.models import ProductResponse
from tests.engine.conftest import Trial


def tell(trial: Trial, body: str, secret: str = "trial") -> int:
    path = callback_url(trial.product).removeprefix("http://localhost:8000")
    headers = {"X-Secret": secret}
    answer = Client().post(path, body, content_type="text/plain", headers=headers)
    return answer.status_code


def test_news_make_a_pending_answer_due(trial: Trial) -> None:
    trial.submit("never")
    trial.work(1)
    assert trial.states() == [("later", "")]

    assert tell(trial, "nothing-of-ours no\0thing") == 204
    assert trial.states() == [("later", "")]
    assert tell(trial, "never other") == 204
    assert trial.states() == [("due", "")]
    assert tell(trial, "never") == 204  # again: nothing waits any more


def test_a_stranger_is_not_heard(trial: Trial) -> None:
    trial.submit("never")
    trial.work(1)

    assert tell(trial, "never", secret="guessed") == 401
    assert ProductResponse.objects.get().state == "later"
    unknown = "/callbacks/3f1d1f0e-0000-4000-8000-000000000000/"
    assert Client().post(unknown, "never", content_type="text/plain").status_code == 404
    assert tell(trial, "x" * 1_048_577) == 413


def test_a_challenge_is_answered_by_its_word_and_nothing_else(trial: Trial) -> None:
    path = callback_url(trial.product).removeprefix("http://localhost:8000")

    answer = Client().get(path, {"challenge": "a-word"})
    assert (answer.status_code, answer.content) == (200, b"a-word")
    assert answer.headers["Content-Type"].startswith("text/plain")
    for word in ("", "<b>", "x" * 201):
        assert Client().get(path, {"challenge": word}).status_code == 404
    unknown = "/callbacks/3f1d1f0e-0000-4000-8000-000000000000/"
    assert Client().get(unknown, {"challenge": "a-word"}).status_code == 404
