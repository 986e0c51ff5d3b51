"""The texts in the corners of a picture, readable on black and on bone."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from ichdesk.ui.theme import BODY_PX, DARK, GRID_PX, ui_font
from ichdesk.ui.viewer.gray_window import GrayWindow
from ichdesk.ui.viewer.picture import Picture

PURPOSE = "For teaching, not for diagnosis"
NO_HU = "Picture without Hounsfield units"
LINE_PX = BODY_PX + GRID_PX // 2 + 2
MARGIN_PX = GRID_PX
_SHADE_OPACITY = 0.66  # white on white bone still has 7:1
_PAD_PX = GRID_PX // 2

_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_TOP, _BOTTOM = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
_CENTER = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of a sample besides its pixels; "" for what is not."""

    class_name: str = ""
    position: str = ""
    series: str = ""


def size_lines(picture: Picture) -> list[str]:
    """What kind of picture it is, its size and the distance of its pixels."""
    size = f"{picture.columns:,} × {picture.rows:,} px"
    if picture.hu is None:
        return [NO_HU, size]
    row_mm, column_mm = picture.spacing_mm or (1.0, 1.0)
    return [size, f"{column_mm:.3g} × {row_mm:.3g} mm per px"]


def window_line(through: GrayWindow, picture: Picture) -> str:
    """The window in the words of its values."""
    if picture.hu is None:
        return f"Gray {through.low:.0f} to {through.high:.0f}"
    name = f"{through.preset.name}   " if through.preset else ""
    return f"{name}W {through.width:,.0f}   L {through.level:,.0f}"


def paint_overlays(
    painter: QPainter,
    pane: QRectF,
    corners: Sequence[tuple[Qt.AlignmentFlag, Sequence[str]]],
) -> None:
    """Draw lines of text into corners; those at the bottom leave the lowest line free.

    Args:
        painter: Of the widget.
        pane: The part of the widget with the picture.
        corners: Alignment and lines of each.
    """
    for side, lines in corners:
        for number, line in enumerate(lines):
            _paint_line(painter, _line_box(pane, side, number, len(lines)), side, line)


def paint_purpose(painter: QPainter, pane: QRectF) -> None:
    """Say at the lower edge what the picture is not for."""
    side = _BOTTOM | _CENTER
    box = QRectF(pane.left(), pane.bottom() - LINE_PX - MARGIN_PX, pane.width(), LINE_PX)
    _paint_line(painter, box, side, PURPOSE)


def paint_message(painter: QPainter, pane: QRectF, text: str) -> None:
    """A sentence in the middle, for want of a picture."""
    painter.setFont(ui_font(BODY_PX))
    painter.setPen(QColor(DARK.text))
    middle = pane.adjusted(3 * GRID_PX, 0, -3 * GRID_PX, 0)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(middle, int(flags), text)


def _line_box(pane: QRectF, side: Qt.AlignmentFlag, number: int, count: int) -> QRectF:
    if side & _TOP:
        top_px = pane.top() + MARGIN_PX + number * LINE_PX
    else:
        top_px = pane.bottom() - MARGIN_PX - (count + 1 - number) * LINE_PX
    return QRectF(pane.left() + MARGIN_PX, top_px, pane.width() - 2 * MARGIN_PX, LINE_PX)


def _paint_line(painter: QPainter, box: QRectF, side: Qt.AlignmentFlag, line: str) -> None:
    font = ui_font(BODY_PX)
    metrics = QFontMetricsF(font)
    most_px = box.width() - 2 * _PAD_PX
    if not side & _CENTER:
        most_px = most_px / 2 - _PAD_PX  # the other corner has the other half
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


TOP_LEFT, TOP_RIGHT = _TOP | _LEFT, _TOP | _RIGHT
BOTTOM_LEFT, BOTTOM_RIGHT = _BOTTOM | _LEFT, _BOTTOM | _RIGHT
