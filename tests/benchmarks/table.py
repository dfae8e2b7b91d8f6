"""One line of the table."""


def row(what: str, measured: str, goal: str) -> str:
    return f"{what:<58} {measured:>22}   {goal}"
