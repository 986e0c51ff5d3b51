"""What one sets before a run is repeated, the button that does it, and how far it is."""

from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ichdesk.session.luck import MAX_REPEATS, MIN_REPEATS, Going, Luck
from ichdesk.session.state import Level
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.fields import WholeField
from ichdesk.ui.widgets.wheel_guard import guard_wheel

KINDS = {False: "Other split", True: "Same split, other start"}
_TIPS = {
    False: "Hold out other images each time, and start from other random weights",
    True: "Hold out the images of this run each time; only the random start differs",
}
_FIXED = "The test set is fixed, so only the random start can differ."
_REPEATS = 10


class LuckControls(QWidget):
    """Kind and number of repetitions, a button that turns into a progress bar with Cancel."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._luck: Luck | None = None
        self.kind_buttons = {same: _kind_button(same) for same in KINDS}
        self.kind_buttons[False].setChecked(True)
        self.fixed_label = CaptionLabel()
        self.number_field = WholeField(theme, MIN_REPEATS, MAX_REPEATS)
        self.number_field.setValue(_REPEATS)
        self.number_field.setAccessibleName("Number of seeds")
        guard_wheel(self.number_field)
        self.train_button = QPushButton()
        self.progress_label = CaptionLabel()
        self.progress_bar = QProgressBar()
        self.progress_bar.setTextVisible(False)
        self.progress_bar.setFixedHeight(GRID_PX // 2)
        self.progress_bar.setAccessibleName("Progress of the repetition")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setAccessibleName("Cancel the repetition")
        self.chip = Chip(theme)
        self.number_field.valueChanged.connect(self._show_number)
        self.train_button.clicked.connect(self._on_train)
        self.cancel_button.clicked.connect(self._on_cancel)
        self._show_number()
        self._lay_out()

    def take(self, luck: Luck) -> None:
        """Keep what the buttons act on."""
        self._luck = luck
        self.refresh()

    def refresh(self) -> None:
        """Show what goes, or why nothing can."""
        if self._luck is None:
            return
        going, problem = self._luck.going, self._luck.problem
        had_focus = self.train_button.hasFocus() or self.cancel_button.hasFocus()
        for widget in (self.train_button, self.number_field, *self.kind_buttons.values()):
            widget.setEnabled(going is None and not problem)
        is_fixed = self._luck.is_test_fixed
        if is_fixed:
            self.kind_buttons[False].setEnabled(False)
            self.kind_buttons[True].setChecked(True)
        self.fixed_label.say(_FIXED if is_fixed else "")
        self.train_button.setVisible(going is None)
        for shown in (self.progress_bar, self.cancel_button):
            shown.setVisible(going is not None)
        self.progress_label.say("")
        if going:
            self._show_progress(going, len(self._luck.results(going.same_split)))
        if had_focus:  # the two take turns in one place, and the focus stays there
            (self.cancel_button if going else self.train_button).setFocus()
        ending = self._luck.ending
        self.chip.say(problem or ending, Level.INFO if problem else Level.WARNING)

    def _show_progress(self, going: Going, done: int) -> None:
        text = f"Trained {done} of {going.wanted} times"
        done_of, total = done, going.wanted
        if not going.images_total:
            text, total = "Waiting until the training process is free", 0
        elif going.images < going.images_total:
            text = f"Computing features {going.images:,} of {going.images_total:,}"
            done_of, total = going.images, going.images_total
        self.progress_label.say(text)
        self.progress_bar.setRange(0, total)
        self.progress_bar.setValue(done_of)
        self.cancel_button.setText("Canceling…" if going.is_canceling else "Cancel")
        self.cancel_button.setEnabled(not going.is_canceling)

    def _show_number(self) -> None:
        self.train_button.setText(f"Train again with {self.number_field.value()} seeds")

    def _on_train(self) -> None:
        if self._luck is not None:
            self._luck.start(self.number_field.value(), self.kind_buttons[True].isChecked())

    def _on_cancel(self) -> None:
        if self._luck is not None:
            self._luck.cancel()

    def _lay_out(self) -> None:
        kinds, kind_row, number_row = QButtonGroup(self), QHBoxLayout(), QHBoxLayout()
        for button in self.kind_buttons.values():
            kinds.addButton(button)
            kind_row.addWidget(button)
        kind_row.addStretch(1)
        number_row.addWidget(self.number_field)
        number_row.addWidget(self.train_button, 1)
        number_row.addWidget(self.cancel_button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addLayout(kind_row)
        layout.addWidget(self.fixed_label)
        layout.addLayout(number_row)
        layout.addWidget(self.progress_label)
        layout.addWidget(self.progress_bar)
        layout.addWidget(self.chip)


def _kind_button(same_split: bool) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "option")
    button.setText(KINDS[same_split])
    button.setToolTip(_TIPS[same_split])
    button.setAccessibleDescription(_TIPS[same_split])
    button.setCheckable(True)
    return button
