"""The white tile at the top left: main menu, name of the app, and the lesson if there is one."""

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from ichdesk.ui.theme import GRID_PX, Theme, ui_font
from ichdesk.ui.widgets.icon_button import IconButton

WIDTH_PX = 264
HEIGHT_PX = 56
_MARK_PX = 22


class AppBar(QFrame):
    """Hamburger button, word mark, and a button for projects that have a lesson."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("role", "appbar")
        self.setFixedSize(WIDTH_PX, HEIGHT_PX)
        self.menu: QMenu | None = None
        self.button = IconButton(theme, "menu", "Main menu")
        self.button.setIconSize(QSize(24, 24))
        self.button.clicked.connect(self.open_menu)
        self.mark = QLabel("ICHDesk")
        self.mark.setFont(ui_font(_MARK_PX, bold=True))
        self.lesson_button = QPushButton("Lesson")
        self.lesson_button.setAccessibleName("Open lesson")
        self.lesson_button.setProperty("role", "link")
        self.lesson_button.setToolTip("Open lesson: a page for the teacher about this project")
        self.lesson_button.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID_PX, 0, GRID_PX, 0)
        row.setSpacing(GRID_PX // 2)
        row.addWidget(self.button)
        row.addWidget(self.mark)
        row.addStretch()
        row.addWidget(self.lesson_button)
        theme.changed.connect(self._show_colors)
        self._show_colors()

    def set_menu(self, menu: QMenu) -> None:
        """Give the button its menu."""
        self.menu = menu
        menu.setMinimumWidth(WIDTH_PX)

    def open_menu(self) -> None:
        """Show the menu right below the tile."""
        if self.menu is not None:
            self.menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _show_colors(self) -> None:
        self.mark.setStyleSheet(f"color: {self._theme.palette.accent};")
