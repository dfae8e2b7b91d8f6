"""Files that people send: never written to the disk in clear, whatever their size."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest

AROUND = 64 * 1024  # of a body, beside its files


class InMemory(MemoryFileUploadHandler):
    """Takes files up to `most` bytes together; of a body that is larger nothing is kept."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most = most

    def handle_raw_input(
        self, input_data: object, META: object, content_length: int, *rest: object
    ) -> None:
        self.activated = content_length <= self.most + AROUND


def in_memory(request: HttpRequest, most: int) -> None:
    """Before anything reads the body: also the check against forged forms does."""
    handlers: list[Any] = [InMemory(request, most)]
    request.upload_handlers = handlers


def too_large(request: HttpRequest, most: int) -> bool:
    return int(request.META.get("CONTENT_LENGTH") or 0) > most + AROUND
