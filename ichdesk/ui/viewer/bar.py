"""The row of buttons above the picture."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from ichdesk.ui.theme import GRID_PX
from ichdesk.ui.viewer.commands import Commands
from ichdesk.ui.viewer.trail import Along

_NO_SERIES = "It is not known which series this image belongs to"
_ALONG_TIPS = {
    Along.CLASS: "Go through the images of the class (C)",
    Along.SERIES: "Go through the slices of the series, whatever classes they are in (C)",
}


class Bar(QFrame):
    """Buttons for the commands that are used most; the legend names the others.

    Attributes:
        along: The switch between class and series.
    """

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(GRID_PX, GRID_PX // 2, GRID_PX, GRID_PX // 2)
        self._row.setSpacing(GRID_PX // 4)
        self.along = {along: self._along_button(along) for along in Along}
        group = QButtonGroup(self)
        for button in self.along.values():
            group.addButton(button)
        self._add_gap()
        self._add(commands.previous)
        self._add(commands.next)
        self._add_gap()
        for action in commands.presets:
            self._add(action)
        self._add_gap()
        for action in (commands.invert, commands.fit, commands.reset):
            self._add(action)
        self._row.addStretch(1)
        for action in (commands.side_by_side, commands.overlays, commands.legend):
            self._add(action)

    def show_along(self, along: Along, *, has_series: bool) -> None:
        """Check the way that one goes, and offer the series if there is one."""
        self.along[along].setChecked(True)
        series = self.along[Along.SERIES]
        series.setEnabled(has_series)
        series.setToolTip(_ALONG_TIPS[Along.SERIES] if has_series else _NO_SERIES)

    def _along_button(self, along: Along) -> QToolButton:
        button = self._button()
        button.setText(along.value)
        button.setCheckable(True)
        button.setAccessibleName(f"Go through the {along.value.lower()}")
        button.setToolTip(_ALONG_TIPS[along])
        self._row.addWidget(button)
        return button

    def _add(self, action: QAction) -> None:
        button = self._button()
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        if not action.icon().isNull():
            has_name = action.iconText() != action.text()
            styles = Qt.ToolButtonStyle
            style = styles.ToolButtonTextBesideIcon if has_name else styles.ToolButtonIconOnly
            button.setToolButtonStyle(style)
        self._row.addWidget(button)

    def _button(self) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "option")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the picture
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)  # text in full
        return button

    def _add_gap(self) -> None:
        self._row.addSpacing(GRID_PX)
