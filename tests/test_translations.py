"""Every sentence of a page stands in the catalogue of each language, and means the same there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOT = Path(__file__).parent.parent
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACES = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(folder(language) / "django.po"))


def folder(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated_or_doubtful(language: str) -> None:
    entries = catalogue(language)

    assert [entry.msgid for entry in entries.untranslated_entries()] == []
    assert [entry.msgid for entry in entries.fuzzy_entries()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_for_a_value_is_kept(language: str) -> None:
    wrong = []
    for entry in catalogue(language):
        wanted = set(PLACES.findall(entry.msgid)) | set(PLACES.findall(entry.msgid_plural))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text and not set(PLACES.findall(text)) <= wanted:
                wrong.append(entry.msgid)
        if not entry.msgid_plural and set(PLACES.findall(entry.msgstr)) != wanted:
            wrong.append(entry.msgid)

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = polib.mofile(str(folder(language) / "django.mo"))

    def told(entries: polib.POFile | polib.MOFile) -> dict[tuple[str, str], object]:
        return {
            (entry.msgctxt or "", entry.msgid): entry.msgstr_plural or entry.msgstr
            for entry in entries
        }

    assert told(compiled) == told(catalogue(language))


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_code_is_missing(language: str, tmp_path: Path) -> None:
    """As `make messages` would find them, in a copy."""
    copy = tmp_path / "copy"
    for name in ("privacyportal", "jobs", "consent", "templates", "manage.py"):
        place = ROOT / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, _made(copy) / name)
    arguments = ["--locale", language, "--no-obsolete", "--no-location"]

    subprocess.run(
        [sys.executable, "manage.py", "makemessages", *arguments],
        cwd=copy, check=True, capture_output=True,
    )  # fmt: skip

    fresh = polib.pofile(
        str(copy / "privacyportal" / "locale" / language / "LC_MESSAGES/django.po")
    )
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue(language)}
    found = {(entry.msgctxt, entry.msgid) for entry in fresh}
    assert found - known == set()
    assert known - found == set()


def _made(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    return path
