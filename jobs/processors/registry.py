"""The kinds of processors: our own, one line each, and those of installed packages, which name a
Processor under the entry point group `privacyportal.processors`."""

from collections.abc import Iterator, MutableMapping
from importlib.metadata import entry_points

from jobs.processors.base import Processor
from jobs.processors.files import FilesProcessor
from jobs.processors.http import HttpProcessor
from jobs.processors.manual import ManualProcessor
from jobs.processors.opendsr import OpenDsrProcessor
from jobs.processors.sql import SqlProcessor
from jobs.processors.upstream import UpstreamProcessor
from jobs.rules import outcomes

GROUP = "privacyportal.processors"
OWN: tuple[type[Processor], ...] = (
    SqlProcessor,
    FilesProcessor,
    HttpProcessor,
    OpenDsrProcessor,
    UpstreamProcessor,
    ManualProcessor,
)
PROCESSORS: MutableMapping[str, type[Processor]] = {}


def register(processor: type[Processor]) -> None:
    """Makes a kind known, and the sentences of its outcomes. ValueError where the kind is taken."""
    if PROCESSORS.setdefault(processor.kind, processor) is not processor:
        raise ValueError(f"Two processors are called {processor.kind!r}.")
    outcomes.DETAILS.update(processor.sentences)


def processor_class(kind: str) -> type[Processor]:
    """The processor of a kind; KeyError for one that this installation lacks."""
    return PROCESSORS[kind]


def _installed() -> Iterator[type[Processor]]:
    for point in entry_points(group=GROUP):
        found = point.load()
        if not (isinstance(found, type) and issubclass(found, Processor)):
            raise TypeError(f"{point.value} of {point.dist} is not a Processor.")
        yield found


for one in (*OWN, *_installed()):
    register(one)
