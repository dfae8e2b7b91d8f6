"""One line of the table."""


def row(what: str, measured: str, goal: str) -> str:
    return f"{what:<64} {measured:>18}   {goal}"
