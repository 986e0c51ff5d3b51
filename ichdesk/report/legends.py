"""What figures share: their sizes, their titles, and the keys of their legends."""

from ichdesk.report import look
from ichdesk.report.drawing import Label, Line, Mark

HALF_PX, FULL_PX = 320.0, 656.0
TITLE_Y_PX = 14.0
DOT_PX = 3.5


def title(text: str) -> Mark:
    """At the upper left corner."""
    return Label((0, TITLE_Y_PX), text, look.TEXT, size_px=12, bold=True)


def subtitle(text: str) -> Mark:
    """Below the title."""
    return Label((0, TITLE_Y_PX + 17), text, look.TEXT_SOFT)


def key(color: str, text: str, x: float, y: float, *, dashed: bool = False) -> list[Mark]:
    """A short line as in the figure, and what it means."""
    line = Line(((x, y), (x + 18, y)), color, 1.8, dashed)
    return [line, Label((x + 24, y + 4), text, look.TEXT_SOFT)]
