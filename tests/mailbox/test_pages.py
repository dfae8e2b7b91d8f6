"""Mails of a portal that sends none: read on the same machine, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.test import Client

from privacyportal.mailbox.reading import FILES

LINK = "http://localhost:8000/invitations/WyI:x-_/"


@pytest.fixture
def kept(settings: Any, tmp_path: Path, db: None) -> Path:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(tmp_path)
    return tmp_path


def write() -> None:
    mail = EmailMultiAlternatives("Hello åäö", f"Open:\n{LINK}\n\n<b>", to=["ann@example.org"])
    mail.attach_alternative(f'<p style="color:red"><a href="{LINK}">Öppna</a></p>', "text/html")
    mail.send()


def test_mails_are_listed_and_read_with_their_links(kept: Path) -> None:
    write()
    client = Client()

    listed = client.get("/mail/")
    [mail] = listed.context["mails"]
    read = client.get(f"/mail/{mail.name}/{mail.number}/").content.decode()
    html = client.get(f"/mail/{mail.name}/{mail.number}/html/")

    assert (mail.to, mail.subject) == ("ann@example.org", "Hello åäö")
    assert f'<a href="{LINK}"' in read
    assert "&lt;b&gt;" in read
    assert "Öppna" in html.content.decode()
    assert html["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_mail_of_text_alone_and_two_of_one_connection(kept: Path) -> None:
    from django.core.mail import get_connection

    mails = [EmailMessage(f"No {n}", f"text {n}", bcc=["a@example.org"]) for n in range(2)]
    get_connection().send_messages(mails)

    found = Client().get("/mail/").context["mails"]

    assert [(mail.subject, mail.text, mail.html) for mail in found] == [
        ("No 0", "text 0", ""), ("No 1", "text 1", ""),
    ]  # fmt: skip


def test_an_empty_folder_teaches(kept: Path) -> None:
    assert "No mail yet." in Client().get("/mail/").content.decode()


def test_nobody_elsewhere_reads_them(kept: Path) -> None:
    write()

    answers = [
        Client(REMOTE_ADDR="192.0.2.1").get("/mail/"),
        Client(headers={"X-Forwarded-For": "192.0.2.1"}).get("/mail/"),
        Client(REMOTE_ADDR="").get("/mail/"),
        Client().get("/mail/nothing/0/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_there_is_nothing_where_mails_are_sent(db: None) -> None:
    assert Client().get("/mail/").status_code == 404
