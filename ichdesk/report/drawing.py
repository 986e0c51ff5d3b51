"""A figure as a list of marks, which HTML writes as SVG and PDF paints as vectors."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ichdesk.report import look

LABEL_PX = 11.0

Point: TypeAlias = tuple[float, float]


class Anchor(StrEnum):
    """Which part of a label its place is; the words are SVG's."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points (x, y) in px; y grows downward."""

    points: tuple[Point, ...]
    color: str
    width_px: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle by its upper left corner."""

    corner: Point
    width_px: float
    height_px: float
    fill: str


@dataclass(frozen=True, slots=True)
class Disk:
    """A filled circle."""

    center: Point
    radius_px: float
    fill: str


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text; `place` lies on its baseline. A turned one reads from bottom to top."""

    place: Point
    text: str
    color: str = look.TEXT
    anchor: Anchor = Anchor.START
    size_px: float = LABEL_PX
    bold: bool = False
    turned: bool = False


Mark: TypeAlias = Line | Box | Disk | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks in the order of drawing, on paper.

    Attributes:
        alt: What it shows, for who cannot see it.
    """

    width_px: float
    height_px: float
    marks: tuple[Mark, ...]
    alt: str
