"""Which class each label of another model means, where the names do not tell."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ichdesk.ui.theme import CARD_GAP_PX, GRID_PX
from ichdesk.ui.widgets.caption_label import CaptionLabel

NO_CLASS = "none of them"
_WIDTH_PX = 440
_MOST_HEIGHT_PX = 320
_ASK = "Which class does each label of {} mean?"
_HOW = (
    "Labels of one class are added up. What the model gives to a label without a class is left "
    "out, and the rest is shared out again."
)
_UNSAID = "No label means {} yet, so the model could never say so."


class LabelDialog(QDialog):
    """A field for each label; accepted when the answers are to be compared.

    Args:
        name: Of the model.
        labels: Of the model, in its order.
        classes: Names of the classes.
        proposed: Place in `classes` for each label, or None.
    """

    def __init__(
        self,
        name: str,
        labels: Sequence[str],
        classes: Sequence[str],
        proposed: Sequence[int | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Labels of another model - ICHDesk")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._classes = tuple(classes)
        self.fields = tuple(self._made_field(place) for place in proposed)
        self.warning = CaptionLabel()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.compare_button = self.buttons.addButton(
            "Compare", QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out(name, labels)
        self._refresh()

    @property
    def mapping(self) -> tuple[int | None, ...]:
        """Place of the class of each label, or None."""
        return tuple(field.currentData() for field in self.fields)

    def _made_field(self, place: int | None) -> QComboBox:
        field = QComboBox()
        for number, name in enumerate(self._classes):
            field.addItem(name, number)
        field.addItem(NO_CLASS, None)
        field.setCurrentIndex(len(self._classes) if place is None else place)
        field.currentIndexChanged.connect(self._refresh)
        return field

    def _refresh(self) -> None:
        said = set(self.mapping)
        unsaid = [name for place, name in enumerate(self._classes) if place not in said]
        self.warning.say(_UNSAID.format(" or ".join(unsaid)) if unsaid else "")
        self.compare_button.setEnabled(len(unsaid) < len(self._classes))

    def _lay_out(self, name: str, labels: Sequence[str]) -> None:
        rows = QFrame()
        rows.setProperty("role", "panel")
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, GRID_PX, 0)
        grid.setSpacing(GRID_PX)
        for row, (label, field) in enumerate(zip(labels, self.fields, strict=True)):
            shown = QLabel(label)
            shown.setTextFormat(Qt.TextFormat.PlainText)
            shown.setWordWrap(True)
            field.setAccessibleName(f"Class of {label}")
            grid.addWidget(shown, row, 0)
            grid.addWidget(field, row, 1)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        scroll = QScrollArea()
        scroll.setWidget(rows)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFixedHeight(min(rows.sizeHint().height() + GRID_PX, _MOST_HEIGHT_PX))
        asked = QLabel(_ASK.format(name))
        asked.setTextFormat(Qt.TextFormat.PlainText)
        asked.setWordWrap(True)
        parts = QVBoxLayout(self)
        parts.setContentsMargins(*(CARD_GAP_PX,) * 4)
        parts.setSpacing(2 * GRID_PX)
        for widget in (asked, scroll, self.warning, CaptionLabel(_HOW), self.buttons):
            parts.addWidget(widget)
        self.setMinimumWidth(_WIDTH_PX)
