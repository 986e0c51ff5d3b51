"""Number and choice fields with the solid arrow block of the original."""

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from ichdesk.ui.theme import GRID_PX, Theme

BLOCK_PX = 3 * GRID_PX
_ARROW_PX = 4.0
_TEXT_MARGIN_PX = 4
_INSET_PX = 2  # inside the frame, which a focused field draws 2 px wide

# Qt finds the arrows where the sheet puts them; `ArrowBlock` draws over them.
_SHEET = f"""
QAbstractSpinBox {{ padding: 2px {BLOCK_PX}px 2px 2px; min-height: {3 * GRID_PX - 4}px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    subcontrol-origin: border; width: {BLOCK_PX}px; border: none; }}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
QComboBox {{ padding: 2px 0 2px 6px; min-height: {3 * GRID_PX - 4}px; }}
QComboBox::drop-down {{
    subcontrol-origin: border; subcontrol-position: right; width: {BLOCK_PX}px; border: none; }}
"""


class ArrowBlock:
    """Draws the block at the right end of a field: two arrows to step, or one to open."""

    arrows: ClassVar[tuple[int, ...]]  # 1 points up, -1 down
    theme: Theme

    def _paint_block(self, field: QWidget) -> None:
        palette = self.theme.palette
        enabled = field.isEnabled()
        painter = QPainter(field)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.accent if enabled else palette.disabled))
        inset = _INSET_PX
        left_px = field.width() - BLOCK_PX
        block = QRectF(left_px, inset, BLOCK_PX - inset, field.height() - 2 * inset)
        painter.drawRoundedRect(block, 2, 2)
        painter.setBrush(QColor(palette.on_accent if enabled else palette.disabled_text))
        part_px = block.height() / len(self.arrows)
        for index, direction in enumerate(self.arrows):
            center = QPointF(block.center().x(), block.top() + part_px * (index + 0.5))
            painter.drawPolygon(_triangle(center, direction))
        painter.end()


def _triangle(center: QPointF, direction: int) -> QPolygonF:
    tip = QPointF(0, -direction * _ARROW_PX / 2)
    base = [QPointF(side * _ARROW_PX, direction * _ARROW_PX / 2) for side in (-1, 1)]
    return QPolygonF([center + point for point in (tip, *base)])


class StepperMixin(ArrowBlock):
    """Arrow block for spin boxes."""

    arrows = (1, -1)

    def set_up(self, field: QAbstractSpinBox, theme: Theme) -> None:
        """Style a field; its class calls this last in its constructor."""
        self.theme = theme
        field.setStyleSheet(_SHEET)
        field.lineEdit().setTextMargins(_TEXT_MARGIN_PX, 0, 0, 0)
        theme.changed.connect(field.update)


class WholeField(StepperMixin, QSpinBox):
    """Whole numbers up to 2**31 - 1."""

    def __init__(self, theme: Theme, low: int, high: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(low, high)
        self.setKeyboardTracking(False)
        self.set_up(self, theme)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, then the block."""
        super().paintEvent(event)
        self._paint_block(self)


class LargeWholeField(StepperMixin, QDoubleSpinBox):
    """Whole numbers beyond those of `WholeField`."""

    def __init__(self, theme: Theme, low: int, high: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(0)
        self.setRange(low, high)
        self.setKeyboardTracking(False)
        self.set_up(self, theme)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, then the block."""
        super().paintEvent(event)
        self._paint_block(self)


class ChoiceField(ArrowBlock, QComboBox):
    """A choice among texts; it becomes as narrow as its place asks."""

    arrows = (-1,)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setStyleSheet(_SHEET)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(3)
        theme.changed.connect(self.update)

    def offer(self, choices: list[tuple[str, object]], current: object) -> None:
        """Offer (text, value) and show the current value; an unchanged list stays as it is."""
        if choices != [(self.itemText(i), self.itemData(i)) for i in range(self.count())]:
            self.clear()
            for text, data in choices:
                self.addItem(text, data)
        self.setCurrentIndex(next(i for i, (_, data) in enumerate(choices) if data == current))
        self.setToolTip(self.currentText())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, then the block."""
        super().paintEvent(event)
        self._paint_block(self)
