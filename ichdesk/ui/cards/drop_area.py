"""The tile that takes images: a click or a key opens a dialog, a drop needs none."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ichdesk.ui.dropped import dropped_paths, dropped_project
from ichdesk.ui.icons import glyph
from ichdesk.ui.theme import BODY_PX, GRID_PX, RADIUS_PX, Theme, ui_font

_TEXT = "Choose images from your files,\nor drag & drop here"
_HEIGHT_PX = 12 * GRID_PX
_ICON_PX = 3 * GRID_PX


class DropArea(QAbstractButton):
    """Emits `clicked` to ask for a dialog, and `dropped` with paths.

    Its card takes drops anywhere and passes them on.
    """

    dropped = Signal(list)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marked = False
        self.setText(_TEXT)
        self.setAccessibleName("Choose images to try the model on")
        self.setFont(ui_font(BODY_PX, bold=True))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Room for the icon and two lines."""
        return QSize(240, _HEIGHT_PX)

    def take_drag(self, event: QDragEnterEvent) -> None:
        """Accept files, and show it; a project is left to the window, which opens it."""
        if dropped_paths(event.mimeData()) and not dropped_project(event.mimeData()):
            event.acceptProposedAction()
            self._mark(True)
        else:
            event.ignore()

    def leave_drag(self) -> None:
        """The files went elsewhere."""
        self._mark(False)

    def take_drop(self, event: QDropEvent) -> None:
        """Hand the files on."""
        self._mark(False)
        event.acceptProposedAction()
        self.dropped.emit(dropped_paths(event.mimeData()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the tile."""
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(palette.accent_soft if self.isDown() else palette.drop))
        marked = self._marked or self.hasFocus()
        painter.setPen(QPen(QColor(palette.accent), 2) if marked else Qt.PenStyle.NoPen)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, RADIUS_PX / 2, RADIUS_PX / 2)
        picture = glyph("folder-plus-outline", palette.accent, _ICON_PX, self.devicePixelRatioF())
        top_px = GRID_PX * 1.5
        painter.drawPixmap(round(box.center().x() - _ICON_PX / 2), round(top_px), picture)
        painter.setPen(QColor(palette.accent))
        below = box.adjusted(0, top_px + _ICON_PX, 0, -GRID_PX)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

    def _mark(self, marked: bool) -> None:
        self._marked = marked
        self.update()
