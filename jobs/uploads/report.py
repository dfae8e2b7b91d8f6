"""What is found in a file, and what a person says of it: both are kept sealed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from jobs.rules.namespaces import Custom
from jobs.services.drafts import IdentityDraft, RequestDraft
from privacyportal.keys.services import Fingerprinter
from privacyportal.sentences import Sentence

MOST_PROBLEMS = 10_000  # that are told; further ones are counted
MOST_PEOPLE = 100_000  # of one file

encode = msgspec.json.Encoder(order="deterministic").encode


class Problem(msgspec.Struct, frozen=True):
    """What is wrong and what to do; `line` 0 is the file as a whole, `place` a column or a path."""

    line: int
    place: str
    value: str
    sentences: list[Sentence]

    @property
    def sentence(self) -> str:
        return " ".join(map(str, self.sentences))


class Column(msgspec.Struct, frozen=True):
    """A column of a CSV file. `meaning` is key, action, regulation, products, ignore, an identity's
    namespace as `identity:Email`, or "" where nobody knows yet; `sure` where its heading says so.
    Of its values the first few, masked, and how many there are."""

    label: str
    meaning: str
    sure: bool
    samples: list[str]
    filled: int


class Choices(msgspec.Struct, frozen=True):
    """What a person said of a file: label → meaning of its columns, and what holds for lines that
    do not say it themselves. It outlives the file: one that replaces it is read alike."""

    columns: dict[str, str] = {}
    regulation: str = ""
    products: list[str] = []
    action: str = ""  # access, delete, access+delete, opt-out-of-sale, opt-in


class Report(msgspec.Struct):
    """What was found. `choice` is "out" or "in" of a file that records choices; `missing` names
    what the page has to ask."""

    problems: list[Problem] = []
    more: int = 0
    lines: int = 0
    encoding: str = ""
    delimiter: str = ""
    columns: list[Column] = []
    missing: list[str] = []
    choice: str = ""
    people: int = 0
    merged: int = 0
    actions: dict[str, int] = {}
    regulations: list[str] = []
    products: list[str] = []

    def problem(self, line: int, place: str, value: str, *sentences: Sentence) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(line, place, value, list(sentences)))
        else:
            self.more += 1

    @property
    def all_problems(self) -> int:
        return len(self.problems) + self.more


class ChoiceDraft(msgspec.Struct, frozen=True):
    """One choice of sale, of any number of identities."""

    opted_out: bool
    identities: tuple[IdentityDraft, ...]
    request_id: str


class Part(msgspec.Struct, frozen=True):
    """What becomes one request."""

    people: int
    request: RequestDraft | None = None
    choice: ChoiceDraft | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file is read against. `own` are namespaces that products use, besides registered
    ones; `may_choose` who may record choices of sale; `known` is what was said of such columns."""

    organization_id: str
    products: list[str]
    namespaces: Custom
    own: list[str]
    prints: Fingerprinter
    may_choose: bool = False
    known: Callable[[Sequence[str]], Choices] = lambda labels: Choices()


@dataclass
class Found:
    """What a file says: its report, and the parts of it where there is nothing to ask or mend."""

    report: Report
    parts: list[Part] = field(default_factory=list)
