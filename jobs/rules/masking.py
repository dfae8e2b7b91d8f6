"""Masked values: enough to tell one from another, not enough to know the person.

The first letter of each part, the last two digits, five dots whatever the length.
"""

import re

DOTS = "•••••"
PARTS = re.compile(r"[^\W_]+")
LEAST = 6  # characters of a value that may show two digits


def mask(value: str) -> str:
    """`oluwaseun@richardson.example` is `o•••••@r•••••.example`, `+46 70 123 45 67` `+•••••67`."""
    local, at, domain = value.strip().rpartition("@")
    if at and local and "." in domain:
        host, _, top = domain.rpartition(".")
        return f"{local[0]}{DOTS}@{host[:1]}{DOTS}.{top}"
    initials = [part[0] for part in PARTS.findall(value) if part[0].isalpha()]
    digits = [character for character in value if character.isdigit()]
    end = "".join(digits[-2:]) if len(digits) > 2 and len(value.strip()) >= LEAST else ""
    if not initials or len(digits) > len(value) // 2:
        return f"{'+' if value.strip().startswith('+') else ''}{DOTS}{end}"
    return " ".join(f"{initial}{DOTS}" for initial in initials[:3]) + end
