"""The four outcomes of a test as marks that differ in shape as well as color."""

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ichdesk.ui.theme import Palette

OUTCOME_WORDS = ("found", "missed", "false alarms", "rightly cleared")
"""In the order of `Outcomes.counts`."""
OUTCOME_TERMS = ("True positives", "False negatives", "False positives", "True negatives")

_DISK, _CROSS, _HOLE, _DOT, _STROKE = 0.85, 0.6, 0.42, 0.4, 0.22  # of the mark's size


def outcome_color(palette: Palette, outcome: int) -> QColor:
    """Color of an outcome, numbered as in `OUTCOME_WORDS`."""
    colors = (palette.accent, palette.error, palette.test, palette.line_strong)
    return QColor(colors[outcome])


def draw_marks(
    painter: QPainter, palette: Palette, outcome: int, centers: Sequence[QPointF], size_px: float
) -> None:
    """Draw an outcome's mark at each place: disk, cross, hollow square or dot.

    Few calls draw all of them: a wide pen makes the shape of each point.
    """
    color = outcome_color(palette, outcome)
    if outcome == 0:
        _points(painter, color, centers, _DISK * size_px)
    elif outcome == 1:
        painter.setPen(QPen(color, _STROKE * size_px))
        painter.drawLines(_crosses(centers, _CROSS * size_px / 2))
    elif outcome == 2:
        square = Qt.PenCapStyle.SquareCap
        _points(painter, color, centers, (_DISK - 0.1) * size_px, square)
        _points(painter, QColor(palette.card), centers, _HOLE * size_px, square)
    else:
        _points(painter, color, centers, _DOT * size_px)


def _points(
    painter: QPainter,
    color: QColor,
    centers: Sequence[QPointF],
    width_px: float,
    cap: Qt.PenCapStyle = Qt.PenCapStyle.RoundCap,
) -> None:
    painter.setPen(QPen(color, width_px, Qt.PenStyle.SolidLine, cap))
    painter.drawPoints(centers)


def _crosses(centers: Sequence[QPointF], arm_px: float) -> list[QLineF]:
    ends = (QPointF(arm_px, arm_px), QPointF(arm_px, -arm_px))
    return [QLineF(center - end, center + end) for center in centers for end in ends]
