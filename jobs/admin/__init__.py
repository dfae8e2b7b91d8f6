"""Requests and what became of them, for the operator: to be read, but for acts on jobs, products
and webhooks and for namespaces. No value of an identity, no key of a person and no content is
shown: members reveal those, one at a time. The order here is that of the lists in their rooms."""

from jobs.admin import (  # noqa: F401  they register themselves
    requests,
    jobs,
    packages,
    people,
    products,
    files,
    webhooks,
    events,
    organizations,
    pages,
)
