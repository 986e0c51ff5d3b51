"""A short remark in a tinted box: out of date, canceled, failed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ichdesk.session.state import Level
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font


class Chip(QLabel):
    """Hidden while it has nothing to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._level = Level.WARNING
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(ui_font(SMALL_PX))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()
        self.hide()

    def say(self, text: str, level: Level = Level.WARNING) -> None:
        """Show a remark; "" hides the chip."""
        if level is not self._level:
            self._level = level
            self._apply_theme()
        if text != self.text():
            self.setText(text)
        self.setVisible(bool(text))

    def _apply_theme(self) -> None:
        palette = self._theme.palette
        color, tint = {
            Level.INFO: (palette.info, palette.info_soft),
            Level.WARNING: (palette.warning, palette.warning_soft),
            Level.ERROR: (palette.error, palette.error_soft),
        }[self._level]
        half = GRID_PX // 2
        self.setStyleSheet(
            f"color: {color}; background: {tint}; border-radius: {half}px;"
            f" padding: {half}px {GRID_PX}px;"
        )
