"""Names and numbers as a report writes them."""

import unicodedata

from ichdesk.core.evaluation import Figure

DASH = "–"
GONE = "\N{REPLACEMENT CHARACTER}"
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LONGEST = 60
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_NO_TEXT = {"Cc", "Cs"}  # control characters, and halves of characters


def shown(name: str) -> str:
    """A name of any origin on one line, without what would turn the text around it."""
    text = " ".join(name.translate(_TURNS).split())
    return "".join(GONE if unicodedata.category(c) in _NO_TEXT else c for c in text)


def isolated(name: str) -> str:
    """A name inside other text: Arabic or Hebrew in it leaves the order of the rest alone."""
    return short(name, _LONGEST)


def quoted(name: str) -> str:
    """A name in quotes."""
    return f"“{isolated(name)}”"


def short(name: str, width: int) -> str:
    """A name that is about as wide as so many small letters at most."""
    text, used = shown(name), 0.0
    for index, letter in enumerate(text):
        used += _width(letter)
        if used > width:
            return _apart(f"{text[: max(index - 1, 1)].rstrip()}…")
    return _apart(text)


def _width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 2.0
    return 1.4 if letter.isupper() or letter in "mw@%" else 1.0


def _apart(text: str) -> str:
    turns = any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)
    return f"{_ISOLATE}{text}{_END}" if turns else text


def listed(words: list[str]) -> str:
    """One and another, or one, another and a third."""
    return " and ".join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:])


def percent(share: float) -> str:
    """A probability in whole percent; what is not quite certain is not called 100 %."""
    if 0.995 <= share < 1:
        return "over 99 %"
    return "under 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def count_text(figure: Figure) -> str:
    """What a figure rests on: "8 of 10", or "10" where it is no share."""
    return f"{figure.n:,}" if figure.hits is None else f"{figure.hits:,} of {figure.n:,}"


def interval_text(figure: Figure) -> str:
    """The 95 % interval of a figure: "0.49–0.94"."""
    return DASH if figure.interval is None else "{:.2f}–{:.2f}".format(*figure.interval)


def value_text(figure: Figure) -> str:
    """A figure by itself: "0.80"."""
    return DASH if figure.value is None else f"{figure.value:.2f}"


def stacked(figure: Figure) -> str:
    """A figure for a narrow cell: its value, what it rests on, its interval."""
    if figure.value is None:
        return DASH
    n = count_text(figure) if figure.hits is not None else f"n = {count_text(figure)}"
    return f"{value_text(figure)}\n{n}\n{interval_text(figure)}"
