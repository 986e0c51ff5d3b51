"""A button that is only an icon, with a name for the tooltip and for screen readers."""

import qtawesome
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from ichdesk.ui.theme import GRID_PX, Theme

ICON_PX = 20
_BUTTON_PX = 4 * GRID_PX


class IconButton(QToolButton):
    """Follows the theme; named after what it does."""

    def __init__(
        self, theme: Theme, icon: str, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setAutoRaise(True)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setFixedSize(_BUTTON_PX, _BUTTON_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        if icon != self._icon:
            self._icon = icon
            self._apply_theme()

    def _apply_theme(self) -> None:
        palette = self._theme.palette
        self.setIcon(
            qtawesome.icon(
                self._icon, color=palette.text_soft, color_disabled=palette.disabled_text
            )
        )
