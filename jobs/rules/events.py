"""Events of the contract (§12): their kinds, and how an event's id tells its batch."""

from uuid import UUID, uuid5

from django.db.models import IntegerChoices

PREFIX = "com.adobe.platform.gdpr."
# An event's id is its batch's, shifted, and its ordinal (from 1) within the batch.
ORDINAL_BITS = 20


class Kind(IntegerChoices):
    """What an event tells, as it is stored; `code` is the contract's word."""

    JOB_COMPLETE = 1, "jobcomplete"
    JOB_ERROR = 2, "joberror"
    PRODUCT_COMPLETE = 3, "productcomplete"
    PRODUCT_ERROR = 4, "producterror"

    @property
    def code(self) -> str:
        return f"{PREFIX}{self.label}"

    @property
    def of_job(self) -> bool:
        return self in (Kind.JOB_COMPLETE, Kind.JOB_ERROR)

    @property
    def status(self) -> str:
        """The last word of an event's message."""
        return "complete" if self in (Kind.JOB_COMPLETE, Kind.PRODUCT_COMPLETE) else "error"


CODES: dict[str, Kind] = {kind.code: kind for kind in Kind}


def public_id(about: UUID, kind: Kind, reopening: int) -> UUID:
    """The id that an event has for everybody, made of the public id of its job or response (which
    nobody can guess): the same whenever the event is read."""
    return uuid5(about, f"{kind.label} {reopening}")
