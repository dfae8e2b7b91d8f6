"""What submit_request is given: people from a file or as text, and how they are read. Its problems
are told together, each with its line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management import CommandError

from jobs.management.progress import bar
from jobs.models import Product
from jobs.rules import namespaces as rules
from jobs.rules import product_codes, regulations
from jobs.rules.states import Action
from jobs.services import namespaces, people_text, products, pseudonyms, submission
from jobs.services.drafts import PersonDraft, RequestDraft
from jobs.uploads import columns, direct
from jobs.uploads.files import LARGEST
from jobs.uploads.reading import facts_of
from jobs.uploads.report import Choices, Found, Part, Report
from privacyportal.keys.services import fingerprinter
from privacyportal.organizations.models import Organization

SHOWN = 200  # problems
PROMPT = """One person a line; an empty line ends. An e-mail address, or “namespace: value”,
several with commas between them. KEY | before them gives the person a key.
"""


def from_file(organization: Organization, options: dict[str, Any]) -> list[Part]:
    """Raises CommandError with everything that is wrong."""
    path = Path(options["file"])
    body = _bytes(path)
    choices = Choices(
        columns=_columns(organization, options["column"]),
        regulation=options["regulation"],
        products=options["products"] or _all_products(organization),
        action="+".join(options["actions"]),
    )
    with bar(100, f"reading {path.name}", "%") as shown:

        def tick(done: float) -> None:
            shown.update(done * 100 - shown.n)

        found = direct.read(
            organization=organization, name=path.name, body=body, choices=choices, tick=tick
        )
    _refuse(path.name, found)
    request_id = options["request_id"] or direct.own_request_id(path.name, body)
    return direct.numbered(found.parts, request_id or submission.new_request_id())


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            most = LARGEST // 2**20
            raise CommandError(f"{path} is larger than {most} MB. Make it several files.")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None


def _columns(organization: Organization, given: Sequence[str]) -> dict[str, str]:
    """Heading → meaning, of `--column heading=meaning`; an identity by its namespace alone."""
    known = {meaning.lower(): meaning for meaning in columns.meanings(facts_of(organization))}
    known |= {k.removeprefix(columns.IDENTITY): v for k, v in known.items()}
    said = {}
    for one in given:
        heading, _equals, word = one.rpartition("=")
        if not heading or (meaning := known.get(word.strip().lower())) is None:
            words = ", ".join(sorted({m.removeprefix(columns.IDENTITY) for m in known.values()}))
            raise CommandError(f"--column {one}: write heading=meaning, with one of {words}.")
        said[heading.strip()] = meaning
    return said


def _refuse(name: str, found: Found) -> None:
    report = found.report
    if report.problems:
        count = report.all_problems
        told = [
            f"  line {p.line or '–'}{f', {p.place}' if p.place else ''}: {p.sentence}"
            for p in report.problems[:SHOWN]
        ]
        more = [f"  … and {count - SHOWN} more"] if count > SHOWN else []
        head = f"{name} has {_counted(count, 'problem')}; nothing was made."
        raise CommandError("\n".join([head, *told, *more]))
    if not found.parts:
        raise CommandError("\n".join([f"{name} does not say everything.", *_asked(report)]))


def _asked(report: Report) -> Iterable[str]:
    for column in report.columns:
        if not column.sure:
            guess = f" (a guess: {column.meaning})" if column.meaning else ""
            samples = ", ".join(column.samples)
            yield f"  Column “{column.label}”: what is it?{guess} It holds {samples or 'nothing'}."
            yield f"    --column '{column.label}={column.meaning or 'ignore'}'"
    for name in report.missing:
        yield {
            "action": "  What is asked? --actions access delete",
            "regulation": "  Under which law? --regulation gdpr",
            "products": "  At which products? --products crm",
            "identity": "  No column is an identity: name one with --column 'heading=email'.",
        }[name]


def from_text(organization: Organization, options: dict[str, Any]) -> list[Part]:
    """Of standard input, or of a person at the terminal. Raises CommandError likewise."""
    problems = [
        *([] if options["regulation"] else ["Under which law? --regulation gdpr"]),
        *([] if options["actions"] else ["What is asked? --actions access delete"]),
    ]
    custom = namespaces.custom(organization)
    own = [*products.namespaces(organization), *(n.name for n in custom.values())]
    names = {rules.canonical(n): n for n in [*(n.name for n in rules.STANDARD), *own]}
    default = names.get(rules.canonical(options["namespace"]))
    if default is None:
        problems.append(f"{options['namespace']} is not a namespace: {', '.join(names.values())}.")
    if problems:
        raise CommandError("\n".join(problems))
    assert default is not None
    reading = people_text.read(_text(), default=default, own=own, custom=custom)
    problems = [str(problem) for problem in reading.problems[:SHOWN]]
    if problems or not reading.people:
        count = len(reading.problems)
        head = f"{_counted(count, 'problem')}; nothing was made." if count else "There is nobody."
        raise CommandError("\n".join([head, *(f"  {one}" for one in problems)]))
    part = Part(len(reading.people), request=_draft(organization, options, reading.people))
    return direct.numbered([part], options["request_id"] or submission.new_request_id())


def _text() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.read()
    sys.stderr.write(PROMPT)
    return "\n".join(iter(lambda: sys.stdin.readline().rstrip("\n"), ""))


def _draft(
    organization: Organization, options: dict[str, Any], people: Sequence[PersonDraft]
) -> RequestDraft:
    prints = fingerprinter(organization.pk)
    law = regulations.lookup(options["regulation"])
    assert law is not None
    actions = tuple(action for action in Action.values if action in options["actions"])
    return RequestDraft(
        regulation=law.code,
        regulation_given=options["regulation"],
        products=tuple(options["products"] or _all_products(organization)),
        people=tuple(
            PersonDraft(p.key or pseudonyms.pseudonym(prints, p.identities), actions, p.identities)
            for p in people
        ),
        channel=options["channel"],
        external_reference=options["reference"],
    )


def chosen_products(organization: Organization, given: Sequence[str]) -> list[str]:
    """As they are spelled. Raises CommandError."""
    own = _all_products(organization)
    known = product_codes.known(own)
    if unknown := [code for code in given if code.lower() not in known]:
        spelled = ", ".join(own) or "none yet, see add_product"
        raise CommandError(f"No such product: {', '.join(unknown)}. Known: {spelled}.")
    return list(dict.fromkeys(known[code.lower()] for code in given))


def _all_products(organization: Organization) -> list[str]:
    codes = Product.objects.for_organization(organization).order_by("code")
    return list(codes.values_list("code", flat=True))


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
