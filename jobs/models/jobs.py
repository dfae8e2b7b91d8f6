"""Jobs and their product responses: the hot tables of the engine."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jobs.models.products import Product
from jobs.models.requests import PrivacyRequest
from jobs.models.subjects import DataSubject, RequestSubject
from jobs.models.tenancy import TenantModel
from jobs.rules.states import CLOSED, Action, JobState, State, Step


class Job(TenantModel):
    """One person, one action, of a request. Regulation and times stand here again so that lists
    are one index scan. No index knows the state: taking a job up moves nothing in them.

    A child hangs from its `parent`, which is never a child itself; `has_children` spares the
    roll-up of all others the look for children."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(PrivacyRequest, models.PROTECT, related_name="jobs", db_index=False)
    request_subject = models.ForeignKey(
        RequestSubject, models.PROTECT, related_name="jobs", db_constraint=False, db_index=False
    )
    data_subject = models.ForeignKey(
        DataSubject, models.PROTECT, related_name="jobs", db_constraint=False, db_index=False
    )
    action = models.CharField(_("action"), max_length=20, choices=Action)
    state = models.CharField(_("status"), max_length=12, choices=JobState)
    regulation = models.CharField(_("regulation"), max_length=40)
    due_on = models.DateField(_("due"))
    created_at = models.DateTimeField(_("submitted"))
    modified_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # closed in error; nothing for other jobs
    records_found = models.BigIntegerField(default=0)
    # How often it was opened again: each time has events of its own. The database's default, since
    # rows come by COPY.
    reopening = models.PositiveSmallIntegerField(default=0, db_default=0)
    submitted_by_id = models.CharField(max_length=64)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="children",
        db_constraint=False,
        db_index=False,
    )
    has_children = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["complete", "error"], closed_at__isnull=False)
                | Q(state__in=["submitted", "processing"], closed_at__isnull=True),
                name="job_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="error", failed_at__isnull=False)
                | ~Q(state="error") & Q(failed_at__isnull=True),
                name="job_failed_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="job_newest"),
            models.Index(
                fields=["organization", "regulation", "-created_at", "-id"],
                # Whether it is closed and whether in error, so that a status is counted without
                # the rows. Both stand in conditions below, and so cost no more writes here.
                include=["closed_at", "failed_at"],
                name="job_newest_by_regulation",
            ),
            models.Index(
                fields=["organization", "submitted_by_id", "-created_at", "-id"],
                name="job_newest_by_submitter",
            ),
            models.Index(
                fields=["organization", "due_on", "id"],
                include=["regulation"],  # open jobs are counted by law without the rows
                name="job_open_by_due",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(fields=["id"], name="job_open", condition=Q(closed_at__isnull=True)),
            # A request's progress is counted without the rows, as above.
            models.Index(
                fields=["request", "id"],
                include=["closed_at", "failed_at"],
                name="job_by_request",
            ),
            models.Index(
                fields=["organization", "request"],
                name="job_open_by_request",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(fields=["data_subject", "id"], name="job_by_person"),
            models.Index(
                fields=["organization", "-created_at", "-id"],
                name="job_in_error",
                condition=Q(failed_at__isnull=False),
            ),
            models.Index(
                fields=["organization", "regulation", "closed_at"],
                include=["failed_at"],  # what closed in a day is counted without the rows
                name="job_closed",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["parent", "id"], name="job_children", condition=Q(parent__isnull=False)
            ),
            models.Index(
                fields=["parent"],
                name="job_open_children",
                condition=Q(parent__isnull=False, closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def action_name(self) -> str:
        """What is asked, in the reader's words."""
        if self.action == Action.OPT_OUT and not self.request.opted_out:
            return str(_("Opt back in to sale"))
        return str(Action(self.action).label)


class ProductResponse(TenantModel):
    """One job at one product: the unit of fan-out, and the queue.

    `gate` is shared by the responses of one person of a request at one product where a delete waits
    for accesses. `begun` is what an attempt told before a destructive commit (an Outcome as JSON).
    Foreign keys to the tree's inner edges have no constraint: they cost a third of a submission.
    """

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)  # the assignment's id
    job = models.ForeignKey(Job, models.PROTECT, related_name="responses")
    request_subject = models.ForeignKey(
        RequestSubject, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        related_name="responses",
        db_constraint=False,
        db_index=False,
    )
    product_code = models.CharField(max_length=100)
    action = models.CharField(max_length=20, choices=Action)
    step = models.CharField(max_length=10, choices=Step, default=Step.PROCESS)
    state = models.CharField(max_length=10, choices=State)
    sort_key = models.DateField()
    gate = models.BigIntegerField(null=True)
    not_before = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)  # claims
    tries = models.PositiveIntegerField(default=0)  # answers of `process`
    lease_losses = models.PositiveIntegerField(default=0)
    begun = models.JSONField(null=True)
    reference = models.CharField(max_length=500, blank=True, default="")
    pending_until = models.DateTimeField(null=True)
    settings_number = models.PositiveIntegerField(null=True)
    outcome_code = models.CharField(max_length=10, blank=True, default="")
    outcome_detail = models.CharField(max_length=100, blank=True, default="")
    outcome_params = models.JSONField(default=dict)
    records_found = models.BigIntegerField(default=0)
    processed = models.JSONField(default=list)  # positions of identities
    ignored = models.JSONField(default=list)
    processed_at = models.DateTimeField(null=True)
    modified_at = models.DateTimeField()
    reopening = models.PositiveSmallIntegerField(default=0, db_default=0)  # as of a job

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="response_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="working", lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state="working") & Q(lease_token__isnull=True, lease_until__isnull=True)),
                name="response_working_is_leased",
            ),
            models.CheckConstraint(
                condition=~Q(state="later") | Q(not_before__isnull=False),
                name="response_later_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(CLOSED)) | ~Q(outcome_code=""),
                name="response_closed_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["product", "action", "step", "sort_key", "id"],
                name="response_due",
                condition=Q(state="due"),
            ),
            models.Index(fields=["not_before"], name="response_later", condition=Q(state="later")),
            # For a product's leases and, read whole, for those that are over: never more than what
            # all workers hold, and a renewal changes nothing in it.
            models.Index(
                fields=["product", "id"], name="response_by_lease", condition=Q(state="working")
            ),
            models.Index(fields=["gate"], name="response_gate", condition=Q(gate__isnull=False)),
            models.Index(
                fields=["organization", "job"], name="response_held", condition=Q(state="held")
            ),
            models.Index(
                fields=["product", "reference"],
                name="response_pending",
                condition=Q(state="later") & ~Q(reference=""),
            ),
            # A product's errors, counted and walked when they are retried.
            models.Index(
                fields=["product", "id"], name="response_in_error", condition=Q(state="error")
            ),
        ]
