"""The one HTTP client: where it goes, where it does not, and how long it waits."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from privacyportal import outbound
from privacyportal.outbound import OutboundError, call, problems
from tests.authority import Authority
from tests.events.receiver import Receiver, receiving


@pytest.fixture
def development(settings: Any) -> None:
    settings.OUTBOUND_ALLOW_HTTP = settings.OUTBOUND_ALLOW_LOOPBACK = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def refusal(url: str, **how: Any) -> str:
    with pytest.raises(OutboundError) as caught:
        call("GET", url, **how)
    assert str(caught.value) == caught.value.kind  # nothing of the URL or the answer
    return caught.value.kind


# --- where it does not go ----------------------------------------------------------------------

FORBIDDEN = [
    "169.254.169.254", "169.254.1.1", "[fe80::1]", "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[::ffff:0:a9fe:a9fe]", "192.0.0.192",
    "[::a9fe:a9fe]", "2852039166", "0xa9fea9fe",
    "0251.0376.0251.0376", "[fd00:ec2::254]", "100.100.100.200", "168.63.129.16", "0.0.0.0",
    "[::]", "224.0.0.1", "[ff02::1]", "169.254.169.254.",
]  # fmt: skip
LOOPBACK = [
    "127.0.0.1", "127.1", "127.9.9.9", "2130706433", "0x7f000001", "0177.0.0.1", "localhost",
    "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::1]", "[::7f00:1]", "[::ffff:0:7f00:1]",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "[fd12:3456::1]", "[fec0::1]",
    "[::ffff:10.0.0.1]", "[64:ff9b:1::a00:1]", "192.0.0.8",
    "192.0.2.1", "198.18.0.1", "255.255.255.255", "240.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", FORBIDDEN + LOOPBACK + PRIVATE)
def test_private_places_are_refused_however_they_are_spelled(host: str) -> None:
    assert refusal(f"https://{host}/") == outbound.REFUSED


@pytest.mark.parametrize("host", FORBIDDEN)
def test_what_tells_machines_secrets_is_refused_whatever_is_set(
    settings: Any, development: None, host: str
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["0.0.0.0/0", "::/0", host.strip("[]")]

    assert refusal(f"https://{host}/") == outbound.REFUSED


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_is_refused_even_where_it_is_listed(settings: Any, host: str) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["0.0.0.0/0", "::/0", host.strip("[]")]

    assert refusal(f"https://{host}/") == outbound.REFUSED


@pytest.mark.parametrize("listed", ["10.0.0.0/8", "10.0.0.1", "10.0.0.1:443", "::/0, 10.0.0.0/8"])
def test_what_the_operator_lists_is_allowed(settings: Any, listed: str) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = listed.split(", ")
    target, _ = outbound._parsed("https://10.0.0.1/")

    assert target is not None
    assert outbound.addresses(target) == ["10.0.0.1"]


def test_products_are_where_the_operator_lists_products(settings: Any, receiver: Receiver) -> None:
    settings.OUTBOUND_ALLOW_HTTP = True
    receiver.challenge = lambda word: b"here"
    products, at = outbound.to_products, receiver.url.split("/")[2]

    assert refusal(receiver.url, reach=products()) == outbound.REFUSED
    settings.PRODUCT_PRIVATE_HOSTS = [at]
    assert call("GET", receiver.url, reach=products()).body == b"here"
    assert refusal(receiver.url) == outbound.REFUSED  # receivers of webhooks are others
    assert refusal("http://127.0.0.1:9/", reach=products()) == outbound.REFUSED
    settings.PRODUCT_PRIVATE_HOSTS = ["0.0.0.0/0", "169.254.169.254"]
    assert refusal("http://169.254.169.254/", reach=products()) == outbound.REFUSED
    [sentence] = problems("http://169.254.169.254/", products())
    assert "PRODUCT_PRIVATE_HOSTS" in sentence


def test_a_listed_port_opens_no_other(settings: Any) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["10.0.0.1:8443"]

    assert refusal("https://10.0.0.1/") == outbound.REFUSED


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://example.org/", "https://"),
        ("ftp://example.org/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("//example.org/", "https://"),
        ("example.org", "https://"),
        ("https:///path", "https://"),
        ("https://user:secret@example.org/", "user or a password"),
        ("https://example.org/#part", "fragment"),
        ("https://example.org:99999/", "not a web address"),
        ("https://example.org:0/", "not a web address"),
        ("https://example.org:-1/", "not a web address"),
        ("https://exa mple.org/", "not a web address"),
        ("https://[::1/", "not a web address"),
        ("https://example.org/" + "a" * 2000, "longer than"),
        ("https://10.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://169.254.169.254/latest/meta-data/", "private"),
    ],
)
def test_a_url_that_cannot_be_is_said_so_without_being_asked(url: str, word: str) -> None:
    [sentence] = problems(url)

    assert word in sentence
    assert "secret" not in sentence
    assert refusal(url) == outbound.REFUSED


@pytest.mark.parametrize(
    "url", ["https://example.org/", "https://example.org:8443/a?b=c", "https://bücher.example/ü"]
)
def test_a_good_url_has_no_problems(url: str) -> None:
    assert problems(url) == []


def test_a_name_that_nobody_knows() -> None:
    assert refusal("https://nobody.invalid/") == outbound.UNKNOWN_HOST


# --- names that lead elsewhere -----------------------------------------------------------------


def names_lead_to(monkeypatch: pytest.MonkeyPatch, *rounds: list[str]) -> list[str]:
    """Each look-up of a name gives the next of these lists of addresses."""
    asked: list[str] = []
    left = list(rounds)

    def getaddrinfo(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        asked.append(str(host))
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            (
                socket.AF_INET6 if ":" in ip else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (ip, port),
            )
            for ip in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("leads_to", [*(h.strip("[]") for h in PRIVATE), "169.254.169.254", "::1"])
def test_a_name_that_leads_to_a_private_place_is_refused(
    monkeypatch: pytest.MonkeyPatch, leads_to: str
) -> None:
    names_lead_to(monkeypatch, [leads_to])

    assert refusal("https://hooks.example.org/") == outbound.REFUSED


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    names_lead_to(monkeypatch, ["93.184.216.34", "169.254.169.254"])

    assert refusal("https://hooks.example.org/") == outbound.REFUSED


def test_what_was_judged_is_what_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver, development: None
) -> None:
    """A name that leads to an allowed place when it is judged, and elsewhere a moment later."""
    port = receiver.url.split(":")[2].split("/")[0]
    asked = names_lead_to(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])

    answer = call("GET", f"http://hooks.example.org:{port}/x?challenge=abc")

    assert (answer.status, answer.body) == (200, b"abc")
    assert asked == ["hooks.example.org"]
    assert receiver.got[0].headers["host"] == f"hooks.example.org:{port}"
    assert refusal(f"http://hooks.example.org:{port}/") == outbound.REFUSED


def test_the_next_address_is_tried_where_the_first_is_closed(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver, development: None
) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    names_lead_to(monkeypatch, ["127.0.0.1", "127.0.0.0"])  # nobody listens at the second

    assert call("GET", f"http://hooks.example.org:{port}/x?challenge=abc").body == b"abc"


# --- what it does not do -----------------------------------------------------------------------


def test_redirects_are_not_followed(receiver: Receiver, development: None) -> None:
    receiver.challenge_status = 302

    assert call("GET", receiver.url).status == 302
    assert len(receiver.got) == 1


def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, development: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert call("GET", f"{receiver.url}?challenge=abc").body == b"abc"


def test_a_body_is_read_up_to_its_limit(receiver: Receiver, development: None) -> None:
    receiver.challenge = lambda word: b"x" * 1_000_000

    assert call("GET", receiver.url, most_bytes=1000).body == b"x" * 1000
    assert call("GET", receiver.url, most_bytes=0).body == b""


def test_a_body_is_poured_whole_or_not_at_all(receiver: Receiver, development: None) -> None:
    receiver.challenge = lambda word: b"x" * 1_000_000
    taken: list[bytes] = []

    answer = call("GET", receiver.url, most_bytes=2_000_000, into=taken.append)
    assert (answer.body, sum(map(len, taken))) == (b"", 1_000_000)
    assert answer.headers["content-length"] == "1000000"
    assert refusal(receiver.url, most_bytes=1000, into=taken.append) == outbound.TOO_LARGE
    taken.clear()
    receiver.challenge_status = 404
    assert call("GET", receiver.url, into=taken.append).body == b"x" * 65_536
    assert taken == []


def test_a_body_that_breaks_off_is_none(development: None) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx", b"x") as url:
        assert refusal(url, seconds=0.5, into=len) == outbound.TIMEOUT


# --- time --------------------------------------------------------------------------------------


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[str]:
    """A server that answers `first`, then `drop` ten times a second for ever."""
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        taken, _ = listening.accept()
        with taken:
            try:
                taken.sendall(first)
                while not ended.wait(0.1):
                    taken.sendall(drop)
            except OSError:
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        ended.set()
        thread.join()
        listening.close()


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silence", "headers", "body", "chunks", "continue"],
)
def test_who_drips_bytes_is_cut_off_like_who_says_nothing(
    development: None, first: bytes, drop: bytes
) -> None:
    with dripping(first, drop) as url:
        began = time.monotonic()

        kind = refusal(url, seconds=0.7)

        assert 0.6 < time.monotonic() - began < 15
    assert kind == outbound.TIMEOUT


def test_a_name_that_takes_too_long_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, development: None
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.5) or [])
    began = time.monotonic()

    assert refusal("http://slow.example.org/", seconds=0.5) == outbound.TIMEOUT
    assert time.monotonic() - began < 15


def test_headers_without_end_and_words_that_are_no_http(development: None) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000, b"y") as url:
        assert refusal(url, seconds=3) == outbound.PROTOCOL
    with dripping(b"220 mail.example.org ESMTP\r\n\r\n", b"x") as url:
        assert refusal(url, seconds=3) == outbound.PROTOCOL


def test_nobody_at_the_port(development: None) -> None:
    assert refusal("http://127.0.0.1:9/") == outbound.UNREACHABLE


# --- TLS ---------------------------------------------------------------------------------------


@pytest.fixture
def authority(tmp_path: Path, settings: Any) -> Iterator[Authority]:
    made = Authority(tmp_path)
    settings.OUTBOUND_ALLOW_LOOPBACK = True
    settings.OUTBOUND_CA_FILE = str(made.file)
    outbound._context.cache_clear()
    yield made
    outbound._context.cache_clear()


def test_tls_is_verified_for_the_name_although_an_address_is_connected_to(
    authority: Authority,
) -> None:
    with receiving(authority.server("localhost")) as receiver:
        by_name = receiver.url.replace("127.0.0.1", "localhost")

        assert call("GET", f"{by_name}?challenge=abc").body == b"abc"
        assert refusal(receiver.url) == outbound.TLS


def test_an_address_may_have_a_certificate(authority: Authority) -> None:
    with receiving(authority.server("127.0.0.1")) as receiver:
        assert call("GET", f"{receiver.url}?challenge=abc").body == b"abc"


def test_a_certificate_of_nobody_is_refused(authority: Authority, settings: Any) -> None:
    settings.OUTBOUND_CA_FILE = ""
    outbound._context.cache_clear()
    with receiving(authority.server("localhost")) as receiver:
        assert refusal(receiver.url.replace("127.0.0.1", "localhost")) == outbound.TLS


# --- logs --------------------------------------------------------------------------------------


def test_no_log_has_a_url(
    receiver: Receiver, development: None, caplog: pytest.LogCaptureFixture
) -> None:
    call("GET", f"{receiver.url}?key=very-secret")
    refusal("http://127.0.0.1:9/very-secret")

    assert "very-secret" not in caplog.text
