"""The pages of tasks: one's own, by a link, looked at, filled and answered."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from jobs.models import ManualTask, OutsideWorker, TaskFile
from jobs.services import manual_tasks, products, task_links, task_watch
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Member, User
from tests.engine.conftest import Trial, trial
from tests.engine.desk import WORDS, desk, only, submit
from tests.sessions import client_of

__all__ = ["desk", "trial"]
VALUE = "person+0@example.org"


def as_member(desk: Trial, email: str, role: str = "") -> Client:
    person = User.objects.filter(email=email).first() or User.objects.create_user(email)
    if role:
        Member.objects.create(organization=desk.organization, user=person, role=role)
    return client_of(person)


@pytest.fixture
def ann(desk: Trial) -> Client:
    """Staff, who has the only task."""
    submit(desk, "person", actions=("access",))
    return as_member(desk, "ann@firm.example")


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def place(act: str = "") -> str:
    return f"/tasks/{only().public_id}/{act}"


def upload(client: Client, path: str, *files: tuple[str, bytes]) -> HttpResponse:
    given = [SimpleUploadedFile(name, body) for name, body in files]
    return client.post(path, {"file": given})  # type: ignore[return-value]


def test_somebody_sees_their_own_tasks_alone(desk: Trial, ann: Client) -> None:
    page = read(ann, "/tasks/")

    assert str(only().public_id) in page
    assert "Paper archive" in page
    assert VALUE not in page
    assert "show=all" not in page
    assert "Nothing to do" in read(as_member(desk, "bob@firm.example"), "/tasks/")


def test_the_dashboard_says_that_one_has_tasks(desk: Trial, ann: Client) -> None:
    officer = as_member(desk, "olof@firm.example", "officer")
    assert "waits for you" not in read(officer, "/")

    manual_tasks.give(task=only(), by=SYSTEM, to=Member.objects.get(role="officer"))

    assert "1 task waits for you" in read(officer, "/")


def test_staff_cannot_open_the_task_of_somebody_else(desk: Trial, ann: Client) -> None:
    assert as_member(desk, "bob@firm.example").get(place()).status_code == 404


def test_an_officer_finds_everybodys_and_nobodys(desk: Trial, ann: Client) -> None:
    officer = as_member(desk, "olof@firm.example", "officer")
    assert "Nothing to do" in read(officer, "/tasks/")

    assert str(only().public_id) in read(officer, "/tasks/?show=all")
    assert str(only().public_id) not in read(officer, "/tasks/?show=nobody")
    ManualTask.objects.update(member=None)
    assert str(only().public_id) in read(officer, "/tasks/?show=nobody")


def test_who_it_is_about_is_shown_when_asked_for_and_audited(desk: Trial, ann: Client) -> None:
    before = read(ann, place())
    assert "Look in the cabinet." in before
    assert VALUE not in before

    shown = ann.post(place("reveal/")).content.decode()

    assert VALUE in shown
    event = AuditEvent.objects.filter(verb="task.reveal").get()
    assert event.target_id == str(only().public_id)
    assert VALUE not in str(AuditDetail.objects.get(event_id=event.pk).detail)


def test_only_the_identities_of_the_settings_are_shown(desk: Trial, ann: Client) -> None:
    document = {**WORDS, "members": ["ann@firm.example"], "namespaces": ["phone"]}
    products.change_settings(product=desk.product, by=SYSTEM, document=document)

    assert VALUE not in ann.post(place("reveal/")).content.decode()


def test_files_are_put_shown_and_taken_away(desk: Trial, ann: Client) -> None:
    answer = upload(ann, place("files/"), ("scan.pdf", b"%PDF"), ("letter.txt", b"Dear Ann"))
    assert answer.status_code == 302
    assert b"Dear Ann" not in bytes(TaskFile.objects.order_by("-pk")[0].body_sealed)
    page = read(ann, place())
    assert "scan.pdf" in page
    assert "letter.txt" in page

    away = re.findall(r'action="([^"]+/delete/)"', page)
    assert ann.post(away[0]).status_code == 302

    assert "scan.pdf" not in read(ann, place())
    assert "letter.txt" in read(ann, place())
    assert ann.post(away[0]).status_code == 404


def test_too_much_is_refused_in_words(
    desk: Trial, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manual_tasks, "LARGEST", 1000)
    large = upload(ann, place("files/"), ("a", b"x" * 100_000))
    assert (large.status_code, "25 MB" in large.content.decode()) == (422, True)
    none = upload(ann, place("files/"))
    assert (none.status_code, "Choose one first" in none.content.decode()) == (422, True)
    monkeypatch.setattr(manual_tasks, "MOST_FILES", 1)

    many = upload(ann, place("files/"), ("a", b"x"), ("b", b"y"))

    assert (many.status_code, "at most 50 files" in many.content.decode()) == (422, True)
    assert not TaskFile.objects.exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Choose what came of it."),
        ({"answer": "done"}, "Put what was found first"),
        ({"answer": "refused"}, "Say why"),
        ({"answer": "refused", "refusal": "other"}, "Write down what the reason is."),
        ({"answer": "done", "records": "-1"}, "greater than or equal to 0"),
        ({"answer": "perhaps"}, "not one of the available choices"),
    ],
)
def test_half_an_answer_is_none(desk: Trial, ann: Client, given: dict[str, str], told: str) -> None:
    answer = ann.post(place("answer/"), {**given, "text": "" if "refusal" in given else "so"})

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert only().is_open


def test_an_answer_is_sent_and_recorded(desk: Trial, ann: Client) -> None:
    upload(ann, place("files/"), ("scan.pdf", b"%PDF"))

    sent = ann.post(place("answer/"), {"answer": "done", "records": "3", "text": "In room 12."})
    desk.work(1)

    assert sent.status_code == 302
    assert desk.states("access") == [("complete", "6000-200")]
    page = read(ann, place())
    assert "In room 12." in page
    assert "3 records" in page
    assert "Show the person" not in page
    assert ann.post(place("reveal/")).status_code == 302
    assert "answered or ended" in read(ann, place())
    assert str(only().public_id) in read(ann, "/tasks/?show=answered")


def test_an_answer_is_taken_back_within_seconds(desk: Trial, ann: Client, settings: Any) -> None:
    settings.PORTAL_UNDO_SECONDS = 30
    ann.post(place("answer/"), {"answer": "nothing"})
    assert "Take it back" in read(ann, place())

    ann.post(place("take-back/"))

    assert only().is_open
    settings.PORTAL_UNDO_SECONDS = 0
    ann.post(place("answer/"), {"answer": "nothing"})
    assert "Take it back" not in read(ann, place())
    ann.post(place("take-back/"))
    assert not only().is_open


def test_a_task_is_given_to_somebody_else_who_is_told(desk: Trial, ann: Client) -> None:
    bob = User.objects.get(email="bob@firm.example")
    officer = as_member(desk, "olof@firm.example", "officer")
    task_watch.watch()
    mail.outbox.clear()

    officer.post(place("give/"), {"to": str(bob.public_id)})
    task_watch.watch()

    assert getattr(only().holder, "user", None) == bob
    assert [one.to for one in mail.outbox] == [["bob@firm.example"]]
    assert ann.get(place()).status_code == 404


def test_an_administrator_gives_tasks_and_does_not_see_whom(desk: Trial, ann: Client) -> None:
    boss = as_member(desk, "boss@firm.example", "administrator")

    page = read(boss, place())

    assert "Give it to somebody else" in page
    assert "Show the person" not in page
    assert boss.post(place("reveal/")).status_code == 403
    assert boss.post(place("answer/"), {"answer": "nothing"}).status_code == 403


def test_the_page_of_the_job_leads_to_the_task(desk: Trial, ann: Client) -> None:
    officer = as_member(desk, "olof@firm.example", "officer")

    page = read(officer, f"/jobs/{desk.jobs()[0].public_id}/")

    assert f'href="{place()}"' in page
    assert "People see to it" in page


# --- several at once ---------------------------------------------------------------------------


@pytest.fixture
def officer(desk: Trial) -> Client:
    """With six tasks: a delete each for three, an access each for three others."""
    submit(desk, "a", "b", "c")
    submit(desk, "d", "e", "f", actions=("access",))
    return as_member(desk, "olof@firm.example", "officer")


def chosen(**more: Any) -> dict[str, Any]:
    return {"task": [str(task.public_id) for task in ManualTask.objects.all()], **more}


def test_people_of_many_tasks_are_a_list_to_take_along(desk: Trial, officer: Client) -> None:
    page = officer.post("/tasks/many/", chosen(act="people")).content.decode()

    assert len(re.findall(r"[a-f]\+\d@example.org", page)) == 6
    assert AuditEvent.objects.filter(verb="task.reveal").count() == 6


def test_one_answer_to_many_is_asked_back_and_then_recorded(desk: Trial, officer: Client) -> None:
    asked = officer.post("/tasks/many/", chosen(act="nothing")).content.decode()
    assert "Nothing found for 6 tasks?" in asked
    assert ManualTask.objects.filter(answer="").count() == 6

    officer.post("/tasks/many/", chosen(act="nothing", sure="1"))
    desk.work(2)

    assert desk.states("delete") + desk.states("access") == [("complete", "6052-200")] * 6
    assert "6 tasks are answered." in read(officer, "/tasks/?show=answered")
    assert AuditEvent.objects.filter(verb="task.answer").count() == 6


def test_accesses_are_not_done_together(desk: Trial, officer: Client) -> None:
    asked = officer.post("/tasks/many/", chosen(act="done")).content.decode()
    assert "3 tasks done?" in asked
    assert "3 accesses are left out" in asked

    officer.post("/tasks/many/", chosen(act="done", sure="1"))
    desk.work(1)

    assert desk.states("delete") == [("complete", "6000-200")] * 3
    assert desk.states("access") == [("later", "")] * 3


def test_only_ones_own_are_answered_and_seen(desk: Trial, officer: Client) -> None:
    ann = as_member(desk, "ann@firm.example")
    own = ManualTask.objects.filter(member__user__email="ann@firm.example").count()

    page = ann.post("/tasks/many/", chosen(act="people")).content.decode()
    ann.post("/tasks/many/", chosen(act="nothing", sure="1"))

    assert len(re.findall(r"[a-f]\+\d@example.org", page)) == own == 2
    assert ManualTask.objects.exclude(answer="").count() == own


@pytest.mark.parametrize("given", [{}, {"act": "people"}, {"act": "x", "task": ["x"]}])
def test_nothing_chosen_is_told(desk: Trial, officer: Client, given: dict[str, Any]) -> None:
    answer = officer.post("/tasks/many/", given, follow=True)

    assert "Choose open tasks first." in answer.content.decode()


def test_an_administrator_chooses_none(desk: Trial, officer: Client) -> None:
    boss = as_member(desk, "boss@firm.example", "administrator")

    assert 'class="form-check-input pick ' not in read(boss, "/tasks/?show=all")
    boss.post("/tasks/many/", chosen(act="nothing", sure="1"))

    assert not ManualTask.objects.exclude(answer="").exists()


# --- by a link ---------------------------------------------------------------------------------


@pytest.fixture
def link(desk: Trial) -> str:
    """Of somebody outside, who has one task of three."""
    submit(desk, "a", "b", "person", actions=("access",))
    task_watch.watch()
    [told] = [one for one in mail.outbox if one.to == ["archive@store.example"]]
    found = re.search(r"https?://[^/\s]+(/tasks/link/\S+)", told.body)
    assert found
    return found[1]


def theirs() -> ManualTask:
    return ManualTask.objects.exclude(outsider=None).get()


def test_a_link_opens_its_own_tasks_without_signing_in(desk: Trial, link: str) -> None:
    visitor = Client()

    page = read(visitor, link)

    assert re.findall(r'id="task-([^"]+)"', page) == ["list", str(theirs().public_id)]
    many = {"act": "people", "task": [str(task.public_id) for task in ManualTask.objects.all()]}
    assert visitor.post(f"{link}many/", many).content.decode().count("@example.org") == 1
    assert "Sign out" not in page
    other = ManualTask.objects.exclude(pk=theirs().pk)[0]
    assert visitor.get(f"{link}{other.public_id}/").status_code == 404
    assert visitor.get(f"/tasks/{theirs().public_id}/").status_code == 302


def test_the_whole_task_is_done_by_a_link(desk: Trial, link: str) -> None:
    visitor, page = Client(), f"{link}{theirs().public_id}/"
    assert "Look in the cabinet." in read(visitor, page)
    assert "@example.org" in visitor.post(f"{page}reveal/").content.decode()
    assert upload(visitor, f"{page}files/", ("scan.pdf", b"%PDF"))["Location"].startswith(page)

    sent = visitor.post(f"{page}answer/", {"answer": "done"})
    desk.work(1)

    assert sent["Location"] == page
    assert "Answered by archive@store.example" in read(visitor, page)
    assert "Nothing to do" in read(visitor, link)
    assert [state for state, _code in desk.states("access")].count("complete") == 1
    kinds = AuditEvent.objects.filter(verb__startswith="task.").values_list("actor_kind", flat=True)
    assert set(kinds) == {"link"}
    assert OutsideWorker.objects.get().seen_at


def test_what_is_given_to_somebody_else_is_gone_from_the_link(desk: Trial, link: str) -> None:
    task = theirs()
    member = Member.objects.order_by("pk")[0]
    manual_tasks.give(task=task, by=member.user.actor, to=member)

    assert Client().get(f"{link}{task.public_id}/").status_code == 404


def test_an_officer_ends_the_links_of_somebody_outside(desk: Trial, link: str) -> None:
    officer, page = as_member(desk, "olof@firm.example", "officer"), f"/tasks/{theirs().public_id}/"
    assert "End the links in mails" in read(officer, page)

    officer.post(f"{page}end-links/")

    assert Client().get(link).status_code == 410
    assert AuditEvent.objects.filter(verb="task.end_links").count() == 1


def test_a_link_of_another_organization_or_none_opens_nothing(desk: Trial, link: str) -> None:
    for wrong in (link[:-6] + "/", "/tasks/link/x/", link.replace(":", "")):
        answer = Client().get(wrong)
        assert answer.status_code == 410
        assert "does not work" in answer.content.decode()
    outsider = OutsideWorker.objects.get()
    task_links.end_all(outsider=outsider, by=outsider.actor)

    assert Client().get(link).status_code == 410


def test_answers_by_a_link_are_guarded_against_forged_forms(desk: Trial, link: str) -> None:
    visitor = Client(enforce_csrf_checks=True)

    for act in ("answer/", "reveal/", "files/"):
        assert visitor.post(f"{link}{theirs().public_id}/{act}").status_code == 403
