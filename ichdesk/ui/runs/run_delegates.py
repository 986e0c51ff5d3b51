"""How the list of runs draws which runs are compared, and edits their names."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ichdesk.core.run_book import MAX_TITLE_LENGTH
from ichdesk.ui.runs.run_model import Index
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font

_BOX_PX = 18


class NameDelegate(QStyledItemDelegate):
    """Edits a name in a field that fits the row."""

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index
    ) -> QWidget:
        """A field that takes no more than can be kept."""
        field = QLineEdit(parent)
        field.setMaxLength(MAX_TITLE_LENGTH)
        field.setAccessibleName("Name of the run")
        field.setStyleSheet("padding: 0 2px;")
        return field


class TickDelegate(QStyledItemDelegate):
    """An empty box, or one with the letter of the run; a click anywhere in the cell ticks."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Only the background is the style's."""
        super().initStyleOption(option, index)
        option.text = ""
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row's background and the box."""
        super().paint(painter, option, index)
        palette, side = self._theme.palette, index.data()
        cell = QRectF(option.rect)
        box = QRectF(0, 0, _BOX_PX, _BOX_PX)
        box.moveCenter(cell.center())
        box.moveLeft(cell.left() + GRID_PX)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.accent if side else palette.line_strong), 1.5))
        painter.setBrush(QColor(palette.accent if side else palette.card))
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(ui_font(SMALL_PX, bold=True))
        painter.setPen(QColor(palette.on_accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, side)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """At least the box."""
        return super().sizeHint(option, index).expandedTo(QSize(_BOX_PX, _BOX_PX + 8))

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        _option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Tick on a click."""
        if event.type() is not QEvent.Type.MouseButtonRelease:
            return False
        return model.setData(index, None, Qt.ItemDataRole.CheckStateRole)
