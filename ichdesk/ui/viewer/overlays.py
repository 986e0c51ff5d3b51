"""The texts in the corners of a picture, readable on black and on bone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from ichdesk.ui.theme import BODY_PX, DARK, GRID_PX, ui_font
from ichdesk.ui.viewer.gray_window import GrayWindow
from ichdesk.ui.viewer.picture import Picture

PURPOSE = "For teaching, not for diagnosis"
NO_HU = "Picture without Hounsfield units"
_SEEN = "What the network sees"
LINE_PX = BODY_PX + GRID_PX // 2 + 2
MARGIN_PX = GRID_PX
_SHADE_OPACITY = 0.66  # white on white bone still has 7:1
_PAD_PX = GRID_PX // 2

_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_TOP, _BOTTOM = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
_CENTER = Qt.AlignmentFlag.AlignHCenter
TOP_LEFT, TOP_RIGHT = _TOP | _LEFT, _TOP | _RIGHT
BOTTOM_LEFT, BOTTOM_RIGHT = _BOTTOM | _LEFT, _BOTTOM | _RIGHT
Corners = Mapping[Qt.AlignmentFlag, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of a sample besides its pixels; "" for what is not."""

    class_name: str = ""
    position: str = ""
    series: str = ""

    def lines(self) -> list[str]:
        """Those that say something."""
        return [line for line in (self.class_name, self.position, self.series) if line]


def size_lines(picture: Picture) -> list[str]:
    """What kind of picture it is, its size and the distance of its pixels."""
    size = f"{picture.columns:,} × {picture.rows:,} px"
    if picture.hu is None:
        return [NO_HU, size]
    if picture.spacing_mm is None:
        return [size]
    row_mm, column_mm = picture.spacing_mm
    each = f"{column_mm:.3g}" if row_mm == column_mm else f"{column_mm:.3g} × {row_mm:.3g}"
    width_mm, height_mm = picture.columns * column_mm, picture.rows * row_mm
    return [size, f"{each} mm per px", f"{width_mm:,.0f} × {height_mm:,.0f} mm"]


def seen_lines(image: QImage | None, note: str) -> list[str]:
    """What the pane beside the picture is, and how it was made."""
    size = [] if image is None else [f"{image.width()} × {image.height()} px"]
    return [_SEEN, *size, *([note] if note else [])]


def window_line(through: GrayWindow, picture: Picture) -> str:
    """The window in the words of its values."""
    if picture.hu is None:
        return f"Gray {through.low:.0f} to {through.high:.0f}"
    name = f"{through.preset.name}   " if through.preset else ""
    return f"{name}W {through.width:,.0f}   L {through.level:,.0f}"


def paint_corners(painter: QPainter, pane: QRectF, corners: Corners) -> None:
    """Draw lines of text into corners; those at the bottom leave the lowest line free.

    Args:
        painter: Of the widget.
        pane: The part of the widget with the picture.
        corners: The lines of each.
    """
    for side in corners:
        opposite = _from_edge(side ^ (_LEFT | _RIGHT), corners)
        for number, line in enumerate(_from_edge(side, corners)):
            beside = opposite[number] if number < len(opposite) else ""
            _paint_line(painter, _line_box(pane, side, number), side, line, beside)


def paint_purpose(painter: QPainter, pane: QRectF) -> None:
    """Say at the lower edge what the picture is not for."""
    side = _BOTTOM | _CENTER
    box = QRectF(pane.left(), pane.bottom() - LINE_PX - MARGIN_PX, pane.width(), LINE_PX)
    _paint_line(painter, box, side, PURPOSE, "")


def paint_message(painter: QPainter, pane: QRectF, text: str) -> None:
    """A sentence in the middle, for want of a picture."""
    painter.setFont(ui_font(BODY_PX))
    painter.setPen(QColor(DARK.text))
    middle = pane.adjusted(3 * GRID_PX, 0, -3 * GRID_PX, 0)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(middle, int(flags), text)


def _from_edge(side: Qt.AlignmentFlag, corners: Corners) -> list[str]:
    """The lines of a corner, the one at the edge first."""
    lines = list(corners.get(side, ()))
    return lines if side & _TOP else lines[::-1]


def _line_box(pane: QRectF, side: Qt.AlignmentFlag, number: int) -> QRectF:
    if side & _TOP:
        top_px = pane.top() + MARGIN_PX + number * LINE_PX
    else:
        top_px = pane.bottom() - MARGIN_PX - (number + 2) * LINE_PX
    return QRectF(pane.left() + MARGIN_PX, top_px, pane.width() - 2 * MARGIN_PX, LINE_PX)


def _paint_line(
    painter: QPainter, box: QRectF, side: Qt.AlignmentFlag, line: str, beside: str
) -> None:
    """A line on a shade; it gives way to what stands beside it, but keeps half of the width."""
    font = ui_font(BODY_PX)
    metrics = QFontMetricsF(font)
    taken_px = metrics.horizontalAdvance(beside) + 4 * _PAD_PX if beside else 0.0
    most_px = box.width() - 2 * _PAD_PX - min(taken_px, box.width() / 2)
    text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, most_px)
    width_px = metrics.horizontalAdvance(text) + 2 * _PAD_PX
    left_px = box.left()
    if side & _CENTER:
        left_px += (box.width() - width_px) / 2
    elif side & _RIGHT:
        left_px += box.width() - width_px
    shade = QColor(0, 0, 0)
    shade.setAlphaF(_SHADE_OPACITY)
    painter.fillRect(QRectF(left_px, box.top(), width_px, box.height()), shade)
    painter.setFont(font)
    painter.setPen(QColor(DARK.text))
    base_px = box.top() + (box.height() + metrics.ascent() - metrics.descent()) / 2
    painter.drawText(QPointF(left_px + _PAD_PX, base_px), text)
