"""Bodies by length and in chunks, never more than the limit."""

import io
import json
import time

import pytest
from django.core.handlers.wsgi import WSGIRequest

from privacyportal.api.body import read_body
from privacyportal.api.envelope import ServiceError
from privacyportal.api.jsonin import decode
from privacyportal.api.problems import Invalid


def request(body: bytes, **environ: object) -> WSGIRequest:
    return WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/",
            "SERVER_NAME": "portal",
            "SERVER_PORT": "80",
            "wsgi.input": io.BytesIO(body),
            **environ,
        }
    )


def test_a_body_in_chunks_is_read_to_its_end() -> None:
    chunked = request(b"x" * 100_000, **{"wsgi.input_terminated": True})

    assert read_body(chunked) == b"x" * 100_000


def test_a_body_in_chunks_is_refused_above_the_limit(settings) -> None:
    settings.API_BODY_LIMIT = 2**20
    chunked = request(b"x" * (2**20 + 1), **{"wsgi.input_terminated": True})

    with pytest.raises(ServiceError) as refused:
        read_body(chunked)

    assert refused.value.status == 413


def test_an_announced_length_above_the_limit_is_refused_unread(settings) -> None:
    settings.API_BODY_LIMIT = 10
    announced = request(b"", CONTENT_LENGTH="11")

    with pytest.raises(ServiceError) as refused:
        read_body(announced)

    assert refused.value.status == 413


def test_a_body_that_breaks_off_is_the_callers_fault() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ValueError  # the server has errors of its own for chunks

    broken = request(b"", **{"wsgi.input": Broken(), "wsgi.input_terminated": True})

    with pytest.raises(ServiceError) as refused:
        read_body(broken)

    assert refused.value.status == 400


def test_a_doubled_key_among_many_costs_no_time() -> None:
    many = json.dumps(dict.fromkeys(map(str, range(50_000)), 1))[:-1] + ', "7": 2}'
    began = time.monotonic()

    with pytest.raises(Invalid) as refused:
        decode(many.encode())

    assert [problem.path for problem in refused.value.problems] == ["7"]
    assert time.monotonic() - began < 20
