"""Pages and fragments as a browser gets them."""

from __future__ import annotations

from django.test import Client

FRAGMENT = {"HX-Request": "true"}


def read(client: Client, path: str = "/", **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()
