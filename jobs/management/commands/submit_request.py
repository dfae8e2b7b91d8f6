"""Submits a request for people whom a file or the standard input names, and follows it to its end
if asked to."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser

from jobs.forms import CHANNELS
from jobs.management import asked
from jobs.management.progress import bar
from jobs.models.requests import Channel
from jobs.rules import outcomes, regulations
from jobs.rules.states import Action
from jobs.services import following
from jobs.uploads import direct
from jobs.uploads.json_file import actions_of
from jobs.uploads.report import Part
from privacyportal.actors import SYSTEM
from privacyportal.organizations.management.teaching import TeachingCommand, find_organization
from privacyportal.organizations.models import Organization

ASKED = (Action.ACCESS, Action.DELETE)
EVERY = 1.0  # seconds between looks


class Command(TeachingCommand):
    help = __doc__ or ""
    examples = """
  manage.py submit_request 0A1B2C@NorthwindOrg people.csv --dry-run
  manage.py submit_request 0A1B2C@NorthwindOrg people.csv --regulation gdpr --wait
  manage.py submit_request 0A1B2C@NorthwindOrg body-of-post-jobs.json --wait --timeout 600
  manage.py submit_request 0A1B2C@NorthwindOrg --regulation ccpa --actions access < people.txt

Identities are never arguments: those stand in the list of processes for every user of the machine,
and in the shell's history. Give a file, or let the command ask.

A file is CSV or JSON as the page of uploads takes it (Uploads, “What a file looks like”). What its
lines do not say is taken from --regulation, --actions and --products; a heading that is not clear
is named with --column 'Kundnr=key'. Standard input has one person a line, as the form takes them:

  ann@example.com, phone: +46 70 123 45 67
  CUST-0042 | bo@example.com

All that is wrong is told together, with its line, and then nothing is made. More than 1,000 people
become several requests. Where that is interrupted, the same command with the --request-id that it
printed goes on: what is made is not made again.

With --wait the exit code is 0 only if every job was completed."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="the organization's id, as programs send it")
        parser.add_argument("file", nargs="?", default="-", help="CSV or JSON; - or nothing: text")
        parser.add_argument("--regulation", default="", help="the law's code, like gdpr")
        parser.add_argument("--actions", nargs="+", default=[], choices=[a.value for a in ASKED])
        parser.add_argument("--products", nargs="+", default=[], help="codes (default: all)")
        parser.add_argument(
            "--column", action="append", default=[], metavar="HEADING=MEANING", help="of a CSV file"
        )
        parser.add_argument(
            "--namespace", default="email", help="of values without one, in text (default: email)"
        )
        parser.add_argument(
            "--channel",
            default=Channel.FORM.value,
            choices=[channel.value for channel in CHANNELS],
            help="how it came, of text; what came as a file is an upload (default: form)",
        )
        parser.add_argument("--reference", default="", help="a case number, not a name; of text")
        parser.add_argument("--request-id", default="", help="to go on with what was interrupted")
        parser.add_argument("--dry-run", action="store_true", help="says what it would do")
        parser.add_argument("--yes", action="store_true", help="deletes without asking once more")
        parser.add_argument("--wait", action="store_true", help="follows the jobs to their end")
        parser.add_argument("--timeout", type=float, metavar="SECONDS", help="waits no longer")

    def handle(self, **options: Any) -> None:
        if sys.stderr.isatty():  # lines of the log would tear the bars
            logging.getLogger("jobs").setLevel(logging.WARNING)
        organization = find_organization(options["organization"])
        law = options["regulation"]
        if law and regulations.lookup(law) is None:
            known = ", ".join(regulations.codes())
            raise CommandError(f"{law} is not the code of a law. Known: {known}.")
        options["products"] = asked.chosen_products(organization, options["products"])
        read = asked.from_text if options["file"] == "-" else asked.from_file
        parts = read(organization, options)
        if options["wait"] and any(part.choice for part in parts):
            raise CommandError("Choices are on record at once: there is nothing to --wait for.")
        self._tell(parts)
        if options["dry_run"]:
            self.stdout.write("Nothing was made: leave --dry-run out to submit this.")
            return
        self._confirm(parts, options)
        made = self._submit(organization, parts)
        if options["wait"]:
            self._wait([one.request.pk for one in made], options["timeout"])

    def _tell(self, parts: Sequence[Part]) -> None:
        drafts = [part.request for part in parts if part.request]
        people = sum(part.people for part in parts)
        self.stdout.write(f"{_count(people, 'person', 'people')}, {_count(len(parts), 'request')}")
        for law in dict.fromkeys(draft.regulation for draft in drafts):
            self.stdout.write(f"  law       {law}")
        for action, number in actions_of(list(parts)).items():
            self.stdout.write(f"  {action:<9} {_count(number, 'job')}")
        codes = dict.fromkeys(code for draft in drafts for code in draft.products)
        if codes:
            self.stdout.write(f"  products  {', '.join(codes)}")
        for out, number in [(p.choice.opted_out, p.people) for p in parts if p.choice]:
            self.stdout.write(f"  {'opt-out' if out else 'opt-in':<9} {_count(number, 'choice')}")

    def _confirm(self, parts: Sequence[Part], options: dict[str, Any]) -> None:
        deletes = actions_of(list(parts)).get(Action.DELETE, 0)
        if not deletes or options["yes"]:
            return
        phrase = f"delete {_count(deletes, 'person', 'people')}"
        if not sys.stdin.isatty():
            raise CommandError(f"This will {phrase}: say --yes. Nothing was made.")
        self.stdout.write(f"Type “{phrase}” to go on: ", ending="")
        self.stdout.flush()
        if sys.stdin.readline().strip().lower() != phrase:
            raise CommandError("Nothing was made.")

    def _submit(self, organization: Organization, parts: Sequence[Part]) -> list[direct.Made]:
        first = parts[0].request or parts[0].choice
        several = len(parts) > 1
        if first and several:
            base = first.request_id.removesuffix("-1")
            self.stdout.write(f"If this is interrupted, go on with --request-id {base}")
        made = []
        try:
            with bar(len(parts), "submitting", "requests") as shown:
                for one in direct.submit(organization=organization, by=SYSTEM, parts=parts):
                    made.append(one)
                    shown.update()
        except direct.IdTaken as taken:
            raise CommandError(
                f"There is another request {taken.request_id}; choose another --request-id. "
                f"{_count(len(made), 'request')} of {len(parts)} stand."
            ) from None
        for one in made:
            told = " (made before)" if one.before else ""
            self.stdout.write(f"request {one.request.request_id}{told}")
        return made

    def _wait(self, requests: Sequence[int], timeout: float | None) -> None:
        total = following.jobs(requests)
        end = time.monotonic() + timeout if timeout else None
        with bar(total, "working", "jobs") as shown:
            while (done := following.closed(requests)) < total:
                shown.update(done - shown.n)
                if (end and time.monotonic() > end) or not following.moves(requests):
                    break
                time.sleep(EVERY)
            shown.update(done - shown.n)
        self._summary(following.endings(requests))
        complete = following.complete(requests)
        if complete < total:
            left = f", {total - done} are not over" if done < total else ""
            raise CommandError(f"{complete} of {_count(total, 'job')} completed{left}.")

    def _summary(self, endings: Sequence[following.Ending]) -> None:
        for one in endings:
            words = outcomes.MESSAGES.get(one.code, "")
            told = f"{one.code} {words}".strip() or "–"
            number = _count(one.responses, "job")
            self.stdout.write(
                f"{one.product:<20} {one.state:<10} {number:>12}  {one.records:>9} records  {told}"
            )


def _count(number: int, word: str, plural: str = "") -> str:
    return f"{number} {word if number == 1 else plural or word + 's'}"
