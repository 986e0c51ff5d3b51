"""Pieces that stay whole, and how they fill pages one after another."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtGui import QPainter

WIDTH_PX, HEIGHT_PX = 793.7, 1122.5  # A4 at 96 px per inch
LEFT_PX, TOP_PX, BOTTOM_PX = 68.0, 56.0, 72.0
CONTENT_PX = WIDTH_PX - 2 * LEFT_PX

Paint = Callable[[QPainter, float], None]
"""Paints a piece with its upper edge at a height in px; from the left edge of the content."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is never broken between pages.

    Attributes:
        before_px: Room above it, unless it begins a page.
        keeps_next: Whether it must not be the last of a page.
        own_page: Whether it begins a page.
        heading: Repeated above it if it begins a page, as of a table.
    """

    height_px: float
    paint: Paint
    before_px: float = 0.0
    keeps_next: bool = False
    own_page: bool = False
    heading: "Piece | None" = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece and where its upper edge lies on its page."""

    piece: Piece
    y_px: float


def pages(pieces: Iterable[Piece]) -> list[list[Placed]]:
    """Pieces on pages; what keeps its next one goes with it, unless both together are too high."""
    found: list[list[Placed]] = [[]]
    y, bottom = TOP_PX, HEIGHT_PX - BOTTOM_PX
    for group in _groups(pieces):
        needed = sum(piece.before_px + piece.height_px for piece in group)
        if found[-1] and (y + needed > bottom or group[0].own_page):
            found.append([])
            y = TOP_PX
            if heading := group[0].heading:
                found[-1].append(Placed(heading, y))
                y += heading.height_px
        for piece in group:
            if found[-1]:
                y += piece.before_px
            if found[-1] and y + piece.height_px > bottom:  # the group is higher than a page
                found.append([])
                y = TOP_PX
            found[-1].append(Placed(piece, y))
            y += piece.height_px
    return found


def _groups(pieces: Iterable[Piece]) -> list[list[Piece]]:
    groups, going = list[list[Piece]](), list[Piece]()
    for piece in pieces:
        going.append(piece)
        if not piece.keeps_next:
            groups.append(going)
            going = []
    return [*groups, going] if going else groups
