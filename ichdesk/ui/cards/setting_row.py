"""A row of the Advanced settings: label, field, and the "?" that explains it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.help_button import HelpButton
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_FIELD_PX = 11 * GRID_PX


class SettingRow(QWidget):
    """Label and field side by side, or the field below the label where it needs the width."""

    def __init__(
        self, label: str, field: QWidget, help_text: str, theme: Theme, *, below: bool = False
    ) -> None:
        super().__init__()
        self.field = field
        self.help_button = HelpButton(help_text, label, theme)
        caption = QLabel(f"{label}:")
        caption.setBuddy(field)
        field.setAccessibleName(label)
        field.setAccessibleDescription(help_text)
        guard_wheel(field)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, GRID_PX // 2, 0, GRID_PX if below else GRID_PX // 2)
        grid.setHorizontalSpacing(GRID_PX)
        grid.setVerticalSpacing(GRID_PX // 2)
        grid.addWidget(caption, 0, 0)
        if below:
            grid.addWidget(field, 1, 0, 1, 3)
            grid.setColumnStretch(0, 1)
        else:
            grid.addWidget(field, 0, 1)
            grid.setColumnStretch(1, 1)
            field.setFixedWidth(_FIELD_PX)
            grid.setAlignment(field, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.help_button, 0, 2)
