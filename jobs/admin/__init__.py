"""Requests and what became of them, for the operator: to be read, but for acts on jobs, products
and webhooks and for namespaces. No value of an identity, no key of a person and no content is
shown: members reveal those, one at a time. Lists stand in their rooms as they are imported here."""

# isort: off
from jobs.admin import requests, jobs, packages, notes, people, products, tasks, files, webhooks
from jobs.admin import events, organizations, pages

__all__ = [
    "events",
    "files",
    "jobs",
    "notes",
    "organizations",
    "packages",
    "pages",
    "people",
    "products",
    "requests",
    "tasks",
    "webhooks",
]
