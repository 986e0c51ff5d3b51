"""Text on a page: fonts, and a block of lines that knows its height."""

from dataclasses import dataclass
from functools import cache
from math import ceil

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPainter, QTextLayout, QTextOption

from ichdesk.report import look

_SCALE = 10  # layouts are made this much larger, as fonts have whole pixels only
_FAMILIES = (
    *("Segoe UI", "Helvetica Neue", "Roboto", "Noto Sans", "Arial"),
    *("Liberation Sans", "Nimbus Sans", "DejaVu Sans"),
)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute


@dataclass(frozen=True, slots=True)
class Type:
    """How text looks: its size, leading and color."""

    size_px: float
    color: str = look.TEXT
    bold: bool = False
    leading: float = 1.45


TITLE = Type(25, bold=True, leading=1.2)
HEADING = Type(17, look.ACCENT, bold=True, leading=1.25)
BODY = Type(13)
STRONG = Type(13, bold=True)
SOFT = Type(11.5, look.TEXT_SOFT, leading=1.4)
CELL = Type(12, leading=1.3)
DENSE = Type(11, leading=1.3)
CELL_HEAD = Type(12, bold=True, leading=1.3)
REMARK = Type(10.5, look.TEXT_SOFT, leading=1.3)
WARNING = Type(13, look.WARNING)
FOOT = Type(10, look.TEXT_SOFT, leading=1.3)
HUGE = Type(36, look.ACCENT, bold=True, leading=1.1)


def page_font(type_: Type) -> QFont:
    """The first family that is here, scaled; other scripts come from the system's other fonts."""
    font = QFont(_families())
    font.setPixelSize(round(_SCALE * type_.size_px))
    font.setWeight(QFont.Weight.DemiBold if type_.bold else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setFeature(QFont.Tag("liga"), 0)  # a search for "confidence" has to find it
    return font


class TextBlock:
    """Text broken into lines.

    Args:
        text: May have any characters; line breaks stay.
        type_: How it looks.
        width_px: Where it is broken, between words if it can be.
        right: Whether lines end at the right.

    Attributes:
        height_px: Of all lines.
        baseline_px: Of the first one, from the top.
    """

    def __init__(self, text: str, type_: Type, width_px: float, *, right: bool = False) -> None:
        self._type = type_
        self._layout = QTextLayout(text.replace("\n", "\u2028"), page_font(type_))
        option = QTextOption(_RIGHT if right else _LEFT)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self._layout.beginLayout()
        step = _SCALE * type_.size_px * type_.leading
        count, self.baseline_px = 0, 0.0
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(max(1.0, _SCALE * width_px))
            rest = step - line.ascent() - line.descent()
            line.setPosition(QPointF(0, count * step + rest / 2))
            self.baseline_px = self.baseline_px or (rest / 2 + line.ascent()) / _SCALE
            count += 1
        self._layout.endLayout()
        self.height_px = count * step / _SCALE

    @property
    def natural_width_px(self) -> float:
        """Of the longest line."""
        lines = (self._layout.lineAt(i) for i in range(self._layout.lineCount()))
        return ceil(max((line.naturalTextWidth() for line in lines), default=0.0)) / _SCALE

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Draw it with its upper left corner there."""
        painter.save()
        painter.translate(x, y)
        painter.scale(1 / _SCALE, 1 / _SCALE)
        painter.setPen(QColor(self._type.color))
        self._layout.draw(painter, QPointF(0, 0))
        painter.restore()


@cache
def _families() -> list[str]:
    known = set(QFontDatabase.families())
    own = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    return [*(family for family in _FAMILIES if family in known), own]
