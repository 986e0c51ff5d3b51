"""What the mouse and the keys do in the viewer, beside the picture."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ichdesk.ui.theme import CARD_PADDING_PX, GRID_PX, TITLE_PX, ui_font

_WIDTH_PX = 320
_KEYS_PX = 112


class Legend(QScrollArea):
    """Two columns: what to press, and what happens."""

    def __init__(self, rows: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Mouse and keys")
        self.setFixedWidth(_WIDTH_PX)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QFrame()
        page.setProperty("role", "panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(*(CARD_PADDING_PX,) * 4)
        column.setSpacing(GRID_PX)
        title = QLabel("Mouse and keys")
        title.setFont(ui_font(TITLE_PX))
        column.addWidget(title)
        column.addLayout(_grid(rows))
        column.addStretch(1)
        self.setWidget(page)


def _grid(rows: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(GRID_PX)
    grid.setVerticalSpacing(GRID_PX // 2)
    grid.setColumnStretch(1, 1)
    for number, (keys, what) in enumerate(rows):
        pressed, done = QLabel(keys), QLabel(what)
        pressed.setProperty("role", "soft")
        pressed.setFixedWidth(_KEYS_PX)
        for column, label in enumerate((pressed, done)):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(label, number, column, Qt.AlignmentFlag.AlignTop)
    return grid
