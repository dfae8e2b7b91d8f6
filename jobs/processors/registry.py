"""The kinds of processors. An explicit dictionary: a processor is one module or package, and a line
here."""

from collections.abc import MutableMapping

from jobs.processors.base import Processor
from jobs.processors.sql import SqlProcessor

PROCESSORS: MutableMapping[str, type[Processor]] = {SqlProcessor.kind: SqlProcessor}


def processor_class(kind: str) -> type[Processor]:
    """The processor of a kind; KeyError for one that this installation lacks."""
    return PROCESSORS[kind]
