"""How the picture of a sample is drawn in a list: on black, with its selection and its focus."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from ichdesk.core.samples import Sample
from ichdesk.ui.icons import glyph
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Palette, ui_font
from ichdesk.ui.thumbnails import Thumbnails

_BROKEN_PX = 3 * GRID_PX
_BADGE_PX = 18
_CHECK_PX = 12


def paint_picture(painter: QPainter, box: QRect, sample: Sample, thumbnails: Thumbnails) -> None:
    """The picture if it is there, or a sign that it cannot be decoded."""
    painter.fillRect(box, QColor("#000000"))  # images stand on true black in both themes
    picture = thumbnails[sample]
    if picture is not None:
        painter.drawPixmap(box, picture)
    elif sample in thumbnails:
        ratio = painter.device().devicePixelRatioF()
        broken = glyph("image-broken-variant", "#9AA0A6", _BROKEN_PX, ratio)
        painter.drawPixmap(box.center() - QPoint(_BROKEN_PX // 2, _BROKEN_PX // 2), broken)


def paint_selection(painter: QPainter, box: QRect, palette: Palette) -> None:
    """A frame and a check mark."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(palette.accent), 3))
    painter.drawRect(box.adjusted(1, 1, -2, -2))
    badge = QRect(box.right() - _BADGE_PX - 1, box.top() + 2, _BADGE_PX, _BADGE_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.accent))
    painter.drawEllipse(badge)
    ratio = painter.device().devicePixelRatioF()
    check = glyph("check-bold", palette.on_accent, _CHECK_PX, ratio)
    painter.drawPixmap(badge.topLeft() + QPoint(3, 3), check)
    painter.restore()


def paint_focus(painter: QPainter, box: QRect, palette: Palette) -> None:
    """A dotted frame where the keyboard is."""
    painter.setPen(QPen(QColor(palette.accent), 2, Qt.PenStyle.DotLine))
    painter.drawRect(box.adjusted(5, 5, -5, -5))


def paint_line(
    painter: QPainter, line: QRect, text: str, color: str, *, bold: bool = False
) -> None:
    """One small line of text, which ends in "…" where it does not fit."""
    font = ui_font(SMALL_PX, bold=bold)
    one_line = " ".join(text.split())  # a name may contain a line break
    elided = Qt.TextElideMode.ElideRight
    shown = QFontMetricsF(font).elidedText(one_line, elided, line.width())
    painter.setFont(font)
    painter.setPen(QColor(color))
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
