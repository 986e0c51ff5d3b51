"""A button that is only an icon, with a name for the tooltip and for screen readers."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from ichdesk.ui.icons import icon
from ichdesk.ui.theme import Theme


class IconButton(QToolButton):
    """Follows the theme; named after what it does."""

    def __init__(self, theme: Theme, symbol: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._symbol = symbol
        self.setProperty("role", "icon")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self._show_icon)
        self._show_icon()

    def _show_icon(self) -> None:
        palette = self._theme.palette
        self.setIcon(icon(self._symbol, palette.text_soft, palette.disabled_text))
