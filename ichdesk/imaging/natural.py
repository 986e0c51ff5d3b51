"""The order in which a person expects file names: 2 before 10."""

import re

_DIGITS = re.compile(r"([0-9]+)")


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key that compares runs of digits as numbers and ignores case."""
    parts = _DIGITS.split(name)
    return [
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part.casefold())
        for part in (p[:1000] for p in parts)
        if part
    ]
