"""Sensitivity, specificity and predictive values, each with its counts and 95 % interval."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.core.evaluation import Interval
from ichdesk.core.operating_point import Outcomes, Share
from ichdesk.ui.theme import BODY_PX, GRID_PX, SMALL_PX, Theme, ui_font

_RATES = ("Sensitivity", "Specificity", "PPV", "NPV")
_HEADINGS = ("", "X OF N", "VALUE", "95 % CI")
_ROW_PX = 3.25 * GRID_PX
_DASH = "–"


class RatesTable(QWidget):
    """Four rows, drawn at once so that they follow a slider."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[tuple[str, ...], ...] = (_HEADINGS,)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Rates with their 95 % intervals")
        theme.changed.connect(self.update)

    def show_rates(self, outcomes: Outcomes, intervals: Sequence[Interval]) -> None:
        """Show the rates of other counts; the intervals are in the order of the rows."""
        shares = (outcomes.sensitivity, outcomes.specificity, outcomes.ppv, outcomes.npv)
        told = zip(_RATES, shares, intervals, strict=True)
        rows = (_HEADINGS, *((name, *_texts(share, ends)) for name, share, ends in told))
        if rows != self._rows:
            self._rows = rows
            said = (f"{name} {of} = {value} ({ends})" for name, of, value, ends in rows[1:])
            self.setAccessibleDescription(", ".join(said))
            self.update()

    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The table as it stands, headings first."""
        return self._rows

    def sizeHint(self) -> QSize:
        """Five lines, and as wide as they need."""
        return QSize(34 * GRID_PX, round(5 * _ROW_PX))

    def minimumSizeHint(self) -> QSize:
        """Its size."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the lines, the figures flush right."""
        painter = QPainter(self)
        palette = self._theme.palette
        ends_px = self._column_ends_px()
        for number, row in enumerate(self._rows):
            painter.setFont(ui_font(BODY_PX if number else SMALL_PX))
            y_px = number * _ROW_PX
            painter.fillRect(QRectF(0, y_px + _ROW_PX - 1, self.width(), 1), QColor(palette.line))
            painter.setPen(QColor(palette.text))
            vertical = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y_px, self.width(), _ROW_PX), vertical, row[0])
            for text, end_px in zip(row[1:], ends_px, strict=True):
                box = QRectF(0, y_px, end_px, _ROW_PX)
                painter.drawText(box, vertical | Qt.AlignmentFlag.AlignRight, text)
        painter.end()

    def _column_ends_px(self) -> tuple[float, float, float]:
        metrics = QFontMetricsF(ui_font(BODY_PX))
        interval_px = metrics.horizontalAdvance("0.00–0.00") + 1.5 * GRID_PX
        value_px = metrics.horizontalAdvance("0.00") + 2.5 * GRID_PX
        right_px = float(self.width())
        return right_px - interval_px - value_px, right_px - interval_px, right_px


def _texts(share: Share, interval: Interval) -> tuple[str, str, str]:
    successes, n = share
    if interval is None:
        return "0 of 0", _DASH, _DASH
    low, high = interval
    return f"{successes:,} of {n:,}", f"{successes / n:.2f}", f"{low:.2f}–{high:.2f}"
