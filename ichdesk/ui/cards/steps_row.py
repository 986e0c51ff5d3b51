"""The row of the Training card that names the image steps and opens their lab."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ichdesk.core.project import Project
from ichdesk.core.steps import DEFAULT_STEPS
from ichdesk.imaging.step_text import steps_words
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.row_button import RowButton


class StepsRow(QWidget):
    """Hidden while a project has nothing that steps apply to."""

    clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = RowButton(theme, "Image steps", "tune-variant")
        self.button.clicked.connect(self.clicked)
        self.steps_label = CaptionLabel()
        self.steps_label.setContentsMargins(GRID_PX, 0, GRID_PX, GRID_PX)
        rows = QVBoxLayout()
        rows.setContentsMargins(GRID_PX, GRID_PX // 2, GRID_PX, GRID_PX // 2)
        rows.setSpacing(0)
        rows.addWidget(self.button)
        rows.addWidget(self.steps_label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(separator())
        column.addLayout(rows)

    def refresh(self, project: Project) -> None:
        """Show the steps of a project."""
        steps = project.config.steps
        has_slices = any(bin_.has_slices for bin_ in project.classes)
        is_shown = has_slices or steps != DEFAULT_STEPS
        self.setVisible(is_shown)
        if is_shown:  # the plug-ins are not loaded before they are needed
            self.steps_label.say(steps_words(steps))
            self.button.setAccessibleDescription(steps_words(steps))
