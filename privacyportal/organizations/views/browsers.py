"""Sessions as people read them: which browser, since when, and which one is this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from privacyportal.organizations.models import UserSession

# The first that occurs: browsers name those that they descend from, too.
BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari", "curl")
NAMES = {"Edg": "Edge", "OPR": "Opera", "Mac OS X": "macOS", "CrOS": "ChromeOS"}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux")


@dataclass(frozen=True, slots=True)
class Told:
    session: UserSession
    browser: str
    here: bool  # this page is read in it


def told(request: HttpRequest, found: Sequence[UserSession]) -> list[Told]:
    here = request.session.session_key
    return [Told(one, browser(one.browser), one.session_key == here) for one in found]


def browser(agent: str) -> str:
    """ "Firefox, Linux"; as much of it as is known."""
    known = [name for name in (_first(BROWSERS, agent), _first(SYSTEMS, agent)) if name]
    return ", ".join(known) or _("Unknown browser")


def _first(names: Iterable[str], agent: str) -> str:
    found = next((name for name in names if name in agent), "")
    return NAMES.get(found, found)
