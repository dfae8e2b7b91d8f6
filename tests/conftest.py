"""What every test begins with."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import translation


@pytest.fixture(autouse=True)
def _language_of_the_installation() -> Iterator[None]:
    """A page that was read in another language leaves it active in this process."""
    yield
    translation.activate(settings.LANGUAGE_CODE)
