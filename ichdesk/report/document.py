"""A report as sections of blocks, the same for the page and for the PDF."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ichdesk.report.drawing import Drawing


class Tone(StrEnum):
    """How a paragraph speaks."""

    PLAIN = "plain"
    SOFT = "soft"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Bullets:
    """Points in a list."""

    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """The number that people look for first, and what it is."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """Empty lines for the student to write on."""

    label: str
    lines: int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; further lines of a cell are remarks on its first one.

    Attributes:
        caption: Says what it shows.
        head: Headings of the columns; () for pairs of a name and what is to be said of it.
        widths: Share of the page's width for each column; they add up to 1.
        numbers_from: The first column of numbers, which stand on the right.
        total: Whether the last row sums up the others.
        dense: Whether many rows have to share a page.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numbers_from: int = 99
    total: bool = False
    dense: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """Drawings side by side."""

    drawings: tuple[Drawing, ...]
    caption: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with lines of text below.

    Attributes:
        jpeg: b"" if there is none any more.
        alt: What it is, for who cannot see it.
    """

    jpeg: bytes
    lines: tuple[str, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Small pictures in rows of `COLUMNS`."""

    pictures: tuple[Picture, ...]
    caption: str


COLUMNS = 6

Block: TypeAlias = Paragraph | Bullets | Headline | Field | Table | Figure | Pictures


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part; `key` names it in links, `own_page` says where it begins on paper."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    own_page: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """All of it; `notice` also stands at the foot of every page."""

    title: str
    subtitle: str
    notice: str
    sections: tuple[Section, ...]
