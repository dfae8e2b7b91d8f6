"""Django admin, fitted: for the operator only, entered through the product's own sign-in, lists
that stay quick on large tables, and nothing that would break the truth of a record.

site.py is what is entered, lists.py what a list and a page of a thing are, changelist.py how far
a list looks, finding.py the search, links.py how things lead to each other, acts.py what is done
to several after a question, words.py what fields are called."""

from privacyportal.adminsite.acts import Act, Line, by_organization, each
from privacyportal.adminsite.filters import (
    OrganizationFilter,
    OrganizationIdFilter,
    one_of,
    whether,
)
from privacyportal.adminsite.links import Related
from privacyportal.adminsite.lists import PortalAdmin, ReadOnlyAdmin, actor
from privacyportal.adminsite.site import OperatorPage, OperatorSite
from privacyportal.adminsite.words import THINGS

__all__ = [
    "THINGS",
    "Act",
    "Line",
    "OperatorPage",
    "OperatorSite",
    "OrganizationFilter",
    "OrganizationIdFilter",
    "PortalAdmin",
    "ReadOnlyAdmin",
    "Related",
    "actor",
    "by_organization",
    "each",
    "one_of",
    "whether",
]
