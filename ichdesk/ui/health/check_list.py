"""The checks as a list: what was looked at, and how it came out as icon and word."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ichdesk.core.data_health import Check
from ichdesk.ui.health.health_text import SYMBOLS, WORST_FIRST, state_color
from ichdesk.ui.icons import ICON_PX, glyph
from ichdesk.ui.picture_cell import paint_line
from ichdesk.ui.theme import GRID_PX, RADIUS_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.thumbnail_list import Index

_ROW_PX = 6 * GRID_PX
_WIDTH_PX = 30 * GRID_PX


class CheckList(QListView):
    """One check is always chosen while there are any."""

    chosen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._own = ""  # key of what the user chose
        self._model = _Checks(self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setProperty("role", "strip")
        self.setAccessibleName("Checks")
        self.setFixedWidth(_WIDTH_PX)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.selectionModel().currentChanged.connect(self._on_current)
        theme.changed.connect(self.viewport().update)

    @property
    def check(self) -> Check | None:
        """The one that is chosen."""
        row = self.currentIndex().row()
        return self._model.checks[row] if 0 <= row < len(self._model.checks) else None

    def show_checks(self, checks: tuple[Check, ...]) -> None:
        """List these; a choice of the user's stays, otherwise the first of the worst is chosen."""
        key = self._own
        if [c.key for c in checks] != [c.key for c in self._model.checks]:
            self._model.reset(checks)
        else:
            self._model.checks = checks
            self.viewport().update()
        if checks and key not in {check.key for check in checks}:
            key = min(checks, key=lambda check: WORST_FIRST.index(check.state)).key
        self._choose(key)

    def choose(self, key: str) -> None:
        """Choose a check, as a click on it does."""
        self._own = key
        self._choose(key)

    def _choose(self, key: str) -> None:
        for row, check in enumerate(self._model.checks):
            if check.key == key:
                own = self._own
                self.setCurrentIndex(self._model.index(row))
                self._own = own  # it was not the user who chose

    def _on_current(self) -> None:
        self._own = self.check.key if self.check else self._own
        self.chosen.emit()


class _Checks(QAbstractListModel):
    """Rows are checks."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.checks: tuple[Check, ...] = ()

    def reset(self, checks: tuple[Check, ...]) -> None:
        """Take other rows."""
        self.beginResetModel()
        self.checks = checks
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Number of checks."""
        return 0 if parent is not None and parent.isValid() else len(self.checks)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """What is read out for a check."""
        check = self.checks[index.row()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{check.title}: {check.state.value}. {check.text}"
        return check.title if role == Qt.ItemDataRole.DisplayRole else None


class _Delegate(QStyledItemDelegate):
    """Draws icon, title and state."""

    def __init__(self, view: CheckList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """The same for every check."""
        return QSize(_WIDTH_PX - 2 * GRID_PX, _ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | Index
    ) -> None:
        """Draw one row."""
        view = self._view
        palette, check = view.theme.palette, view._model.checks[index.row()]
        box = option.rect.adjusted(2, 2, -2, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.accent_soft))
            painter.drawRoundedRect(box, RADIUS_PX, RADIUS_PX)
        if index == view.currentIndex() and view.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        color = state_color(check.state, palette)
        ratio = painter.device().devicePixelRatioF()
        top = box.top() + (box.height() - ICON_PX) // 2
        painter.drawPixmap(
            box.left() + GRID_PX, top, glyph(SYMBOLS[check.state], color, ICON_PX, ratio)
        )
        left = box.left() + ICON_PX + 2 * GRID_PX + GRID_PX // 2
        line = QRect(left, box.top() + 4, box.right() - left - GRID_PX, 2 * GRID_PX + 4)
        painter.setFont(ui_font(bold=is_chosen))
        painter.setPen(QColor(palette.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, check.title)
        lower = QRect(left, line.bottom(), line.width(), 2 * GRID_PX)
        painter.setFont(ui_font(SMALL_PX))
        paint_line(painter, lower, check.state.value, color)
        painter.restore()
