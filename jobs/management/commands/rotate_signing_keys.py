"""Replaces one of the two keys that sign deliveries: the older one."""

from typing import Any

from django.core.management.base import BaseCommand

from jobs.events.signing import PATH, rotate


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        key = rotate()
        self.stdout.write(f"Key {key.slot} is new: {PATH % key.public_id}")
