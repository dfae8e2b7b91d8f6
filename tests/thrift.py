"""A pytest plugin: what tests do thousands of times and prove once is made cheap. Nothing here
changes what the product does, only how often and how dearly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from whitenoise.middleware import WhiteNoiseMiddleware


@pytest.fixture(scope="session", autouse=True)
def _passwords_cost_little() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
            patch.setattr(Argon2PasswordHasher, name, value)
        yield


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_up_once() -> Iterator[None]:
    """Each `Client()` makes its own middleware, which reads the whole folder when it begins."""
    look_up = WhiteNoiseMiddleware.update_files_dictionary
    known: dict[tuple[str, str], dict[str, Any]] = {}

    def remember(self: Any, root: str, prefix: str) -> None:
        if (root, prefix) not in known:
            look_up(self, root, prefix)
            known[root, prefix] = dict(self.files)
        self.files.update(known[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "update_files_dictionary", remember)
        yield
