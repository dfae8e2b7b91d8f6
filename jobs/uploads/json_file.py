"""JSON: the body of POST /jobs (contract §3), of as many people as a file may have. The rules are
those of the API's parser; here its problems get their lines."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext_noop as _
from msgspec.structs import replace

from jobs.api import parse as contract
from jobs.services import submission
from jobs.services.drafts import MAX_PEOPLE, RequestDraft
from jobs.uploads.csv_rows import Tick
from jobs.uploads.files import Unreadable, text_of
from jobs.uploads.json_lines import lines_of
from jobs.uploads.report import MOST_PEOPLE, MOST_PROBLEMS, Facts, Found, Part, Report
from privacyportal.api.jsonin import decode
from privacyportal.api.problems import Invalid
from privacyportal.sentences import said

# Where those of the API speak of calls, these are for readers of a page.
SENTENCES = {
    "other_organization": _("This is not the id of your organization."),
    "organization_missing": _(
        "One context must have the namespace imsOrgID and your organization's id."
    ),
    "unknown_regulation": _("No such law. Use the code of one, such as gdpr or ccpa."),
}


def read_json(body: bytes, facts: Facts, tick: Tick) -> Found:
    """What the file says, with the parts that would become requests where nothing is wrong."""
    report = Report()
    try:
        text = text_of(body)
    except Unreadable as error:
        report.problem(0, "", "", error.sentence)
        return Found(report)
    report.encoding = text.encoding
    tick(0)
    against = contract.Facts(
        facts.organization_id, facts.products, facts.namespaces, most_people=MOST_PEOPLE
    )
    try:
        tree = decode(text.text.encode("utf-8", "surrogatepass"))
        tick(0.3)
        draft = contract.parse(tree, against, reported=MOST_PROBLEMS)
    except Invalid as error:
        _tell(error, text.text, report, tick)
        return Found(report)
    report.people = report.lines = len(draft.people)
    return Found(report, _parts(draft))


def _tell(error: Invalid, text: str, report: Report, tick: Tick) -> None:
    tick(0.6)
    problems = error.problems
    malformed = {problem.code for problem in problems} & {"malformed_json", "too_deep"}
    lines = {} if malformed else lines_of(text, {problem.path for problem in problems})
    for problem in problems:
        instead = SENTENCES.get(problem.code)
        told = said(instead) if instead else said(problem.text, **problem.params)
        report.problem(lines.get(problem.path, 0), problem.path, "", told)
    report.more = problems.more


def _parts(draft: RequestDraft) -> list[Part]:
    """A thousand people each; an id that the file gives is kept, with a number if need be."""
    people = draft.people
    starts = range(0, len(people), MAX_PEOPLE)
    given = draft.request_id
    ids = [f"{given}-{n}" if len(starts) > 1 else given for n, _s in enumerate(starts, start=1)]
    return [
        Part(
            len(people[start : start + MAX_PEOPLE]),
            request=replace(
                draft,
                people=people[start : start + MAX_PEOPLE],
                channel="upload",
                request_id=id_ if given else submission.new_request_id(),
            ),
        )
        for start, id_ in zip(starts, ids, strict=True)
    ]


def actions_of(parts: list[Part]) -> dict[str, int]:
    """Action → people."""
    return dict(
        Counter(
            action
            for part in parts
            if part.request
            for person in part.request.people
            for action in person.actions
        )
    )
