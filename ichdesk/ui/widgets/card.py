"""The white rounded frame that holds a class, the training settings or the preview."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ichdesk.ui.theme import CARD_PADDING_PX, GRID_PX, TITLE_PX, Theme, ui_font


class Card(QFrame):
    """A card with a title row and a body; the canvas draws its shadow.

    Attributes:
        header: Row of the title; more controls may follow the title.
        title_label: The title, hidden when it is "".
        body: The card's first section, below the title.
    """

    def __init__(self, theme: Theme, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.title_label = QLabel(title)
        self.title_label.setFont(ui_font(TITLE_PX))
        self.title_label.setVisible(bool(title))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.header = QHBoxLayout()
        self.header.setContentsMargins(CARD_PADDING_PX, 12, GRID_PX, 12)
        self.header.setSpacing(GRID_PX)
        self.header.addWidget(self.title_label)
        self._column.addLayout(self.header)
        self.body = self._section()
        self.body.setContentsMargins(CARD_PADDING_PX, 0, CARD_PADDING_PX, CARD_PADDING_PX)

    def add_section(self) -> QVBoxLayout:
        """Append a line from edge to edge and, below it, a padded column for more widgets."""
        self._column.addWidget(separator())
        return self._section()

    def _section(self) -> QVBoxLayout:
        section = QVBoxLayout()
        section.setContentsMargins(*(CARD_PADDING_PX,) * 4)
        section.setSpacing(GRID_PX)
        self._column.addLayout(section)
        return section


def separator() -> QFrame:
    """A horizontal line in the theme's line color."""
    line = QFrame()
    line.setProperty("role", "separator")
    line.setFixedHeight(1)
    return line
