"""What batches came to, for the health of products: written once for each, kept for some days."""

from django.db import models


class WorkedBatch(models.Model):
    """One batch at one product: how long it took and what its responses became. It has no part in
    the truth; one that is lost with a worker is missed by nobody."""

    organization_id = models.BigIntegerField()
    product_id = models.BigIntegerField()
    ended_at = models.DateTimeField()
    seconds = models.FloatField()
    complete = models.PositiveIntegerField(default=0)
    error = models.PositiveIntegerField(default=0)
    later = models.PositiveIntegerField(default=0)  # to be tried or asked again

    class Meta:
        indexes = [
            models.Index(
                fields=["product_id", "-ended_at"],
                include=["seconds", "complete", "error", "later"],
                name="worked_batch_newest",
            ),
            models.Index(fields=["ended_at"], name="worked_batch_oldest"),
        ]
