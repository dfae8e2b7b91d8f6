"""Processes that are alive, and when they last said so."""

from django.db import models


class Heartbeat(models.Model):
    """`name` is a worker's ("work@host") or "sweep", for its last round."""

    name = models.CharField(max_length=200, primary_key=True)
    seen_at = models.DateTimeField()
