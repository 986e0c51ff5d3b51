"""What one format is for, what goes into it, and how it is written."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ichdesk.protocol.messages import FormatInfo
from ichdesk.ui.theme import BODY_PX, GRID_PX, ui_font
from ichdesk.ui.widgets.card import separator

NOTE = "For teaching, not for diagnosis."
PACKINGS = {False: "One zip file", True: "A folder"}
_TIPS = {
    False: "Easy to send and to keep; unpack it before use",
    True: "Ready for use where it is; a new folder is made",
}

Contents = list[tuple[str, str]]
"""Names and texts of what goes into a file."""


class FormatPane(QScrollArea):
    """Shows one format; as many files it asks for a zip or a folder.

    Attributes:
        packing_buttons: By whether it becomes a folder.
        contents_labels: Name and text of each row of what goes in.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title_label = _text_label()
        self.title_label.setFont(ui_font(BODY_PX, bold=True))
        self.purpose_label = _text_label()
        self.contents_labels: list[tuple[QLabel, QLabel]] = []
        self.note_label = _text_label(NOTE)
        self.note_label.setFont(ui_font(BODY_PX, bold=True))
        self.packing = QWidget()
        self.packing_buttons = {is_folder: _packing_button(is_folder) for is_folder in PACKINGS}
        self.packing_buttons[False].setChecked(True)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "page")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the keyboard scrolls it
        self.setAccessibleName("About the format")
        self._lay_out()

    @property
    def is_folder(self) -> bool:
        """Whether a format of several files becomes a folder."""
        return self.packing_buttons[True].isChecked()

    def show_format(self, info: FormatInfo | None) -> None:
        """Show what a format is for."""
        self.title_label.setText(info.title if info else "")
        self.purpose_label.setText(info.purpose if info else "")
        self.packing.setVisible(info is not None and not info.suffix)
        self.setAccessibleDescription(info.purpose if info else "")

    def show_contents(self, contents: Contents) -> None:
        """Show what goes in, a row for each."""
        while len(self.contents_labels) < len(contents):
            self._add_row()
        for row, (head, said) in enumerate(self.contents_labels):
            name, text = contents[row] if row < len(contents) else ("", "")
            for label, words in ((head, name), (said, text)):
                label.setText(words)
                label.setVisible(bool(name))

    def _add_row(self) -> None:
        head, said, row = QLabel(), _text_label(), len(self.contents_labels)
        head.setProperty("role", "soft")
        self._rows.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(said, row, 1)
        self.contents_labels.append((head, said))

    def _lay_out(self) -> None:
        buttons = QButtonGroup(self)
        row = QHBoxLayout(self.packing)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        head = QLabel("Written as")
        head.setProperty("role", "soft")
        row.addWidget(head)
        for button in self.packing_buttons.values():
            buttons.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(2 * GRID_PX)
        self._rows.setVerticalSpacing(GRID_PX)
        self._rows.setColumnStretch(1, 1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(*(GRID_PX,) * 4)
        column.setSpacing(GRID_PX)
        column.addWidget(self.title_label)
        column.addWidget(self.purpose_label)
        column.addWidget(self.packing)
        column.addWidget(separator())
        column.addLayout(self._rows)
        column.addWidget(self.note_label)
        column.addStretch(1)
        self.setWidget(inside)
        inside.setAutoFillBackground(False)  # what the line above switches on
        self.viewport().setAutoFillBackground(False)


def _text_label(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _packing_button(is_folder: bool) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "option")
    button.setText(PACKINGS[is_folder])
    button.setToolTip(_TIPS[is_folder])
    button.setAccessibleDescription(_TIPS[is_folder])
    button.setCheckable(True)
    return button
