"""Manual tasks: what people do at a product that no program reaches."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models.jobs import Job, ProductResponse
from jobs.models.products import Product
from jobs.models.tenancy import TenantModel
from jobs.rules.states import Action
from jobs.rules.task_answers import Refusal, TaskAnswer
from privacyportal.actors import Actor
from privacyportal.organizations.models import Member


class OutsideWorker(TenantModel):
    """Somebody without an account who sees to tasks, by a signed link that names `link_number`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"))
    link_number = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "email"], name="outside_worker_unique"),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="outside_worker_email_lower"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def actor(self) -> Actor:
        return Actor("link", str(self.public_id), self.email)


class ManualTask(TenantModel):
    """One product response that people see to. `public_id` is the response's, which a repeated
    attempt finds again. It is open until it has an `answer`, and over once the engine took that
    (`ended_at`) or the response ended without it; a retry opens it anew.

    Either a member has it, or somebody outside, or nobody. What was written with the answer is
    sealed with the request's key.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    product = models.ForeignKey(Product, models.PROTECT, db_index=False, related_name="+")
    job = models.ForeignKey(
        Job, models.PROTECT, db_constraint=False, db_index=False, related_name="tasks"
    )
    response = models.OneToOneField(
        ProductResponse, models.PROTECT, db_constraint=False, related_name="task"
    )
    action = models.CharField(max_length=20, choices=Action)
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    outsider = models.ForeignKey(OutsideWorker, models.PROTECT, null=True, related_name="tasks")
    due_on = models.DateField(_("due"))
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # whoever has it was written to
    reminded_on = models.DateField(null=True)  # and last reminded on this day
    answer = models.CharField(max_length=10, choices=TaskAnswer, blank=True, default="")
    refusal = models.CharField(max_length=12, choices=Refusal, blank=True, default="")
    records = models.PositiveIntegerField(default=0)
    words_sealed = models.BinaryField(null=True)
    answered_by = models.CharField(max_length=320, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(member=None) | models.Q(outsider=None), name="task_one_has_it"
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at=None)
                | ~models.Q(answer="") & models.Q(answered_at__isnull=False),
                name="task_answer_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "due_on", "id"],
                name="task_open_by_due",
                condition=models.Q(answer="", ended_at=None),
            ),
            models.Index(
                fields=["member", "due_on", "id"],
                name="task_open_of_member",
                condition=models.Q(answer="", ended_at=None, member__isnull=False),
            ),
            models.Index(
                fields=["outsider", "due_on", "id"],
                name="task_open_outside",
                condition=models.Q(answer="", ended_at=None, outsider__isnull=False),
            ),
            models.Index(
                fields=["organization", "due_on", "id"],
                name="task_open_of_nobody",
                condition=models.Q(answer="", ended_at=None, member=None, outsider=None),
            ),
            # How many each has at a product, to give the next in turn.
            models.Index(
                fields=["product", "outsider", "member"],
                name="task_open_in_turn",
                condition=models.Q(answer="", ended_at=None),
            ),
            models.Index(
                fields=["due_on", "id"],
                name="task_open_untold",
                condition=models.Q(answer="", ended_at=None, told_at=None),
            ),
            models.Index(
                fields=["product", "reminded_on", "due_on"],
                name="task_open_to_remind",
                condition=models.Q(answer="", ended_at=None),
            ),
            models.Index(fields=["product", "id"], name="task_of_product"),
            models.Index(
                fields=["organization", "-answered_at", "-id"],
                name="task_answered",
                condition=models.Q(answered_at__isnull=False),
            ),
            models.Index(
                fields=["member", "-answered_at", "-id"],
                name="task_answered_of_member",
                condition=models.Q(answered_at__isnull=False, member__isnull=False),
            ),
            models.Index(
                fields=["outsider", "-answered_at", "-id"],
                name="task_answered_outside",
                condition=models.Q(answered_at__isnull=False, outsider__isnull=False),
            ),
            models.Index(fields=["id"], name="task_not_ended", condition=models.Q(ended_at=None)),
            models.Index(
                fields=["answered_at"],
                name="task_to_be_taken",
                condition=models.Q(answered_at__isnull=False, ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def holder(self) -> Member | OutsideWorker | None:
        """Who has it."""
        return self.member or self.outsider

    @property
    def is_open(self) -> bool:
        return not self.answer and self.ended_at is None


class TaskFile(TenantModel):
    """A file that was found for an access, name and bytes sealed with the request's key. It goes
    into the package, and then is gone from here. Lists defer the body."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    task = models.ForeignKey(ManualTask, models.CASCADE, related_name="files")
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    name_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
