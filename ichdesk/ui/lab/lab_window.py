"""The window of the lab: the steps on the left, what they do to slices on the right."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ichdesk.imaging.step_text import steps_words
from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level
from ichdesk.ui.cards.training_status import TrainingStatus
from ichdesk.ui.lab.draft import Draft
from ichdesk.ui.lab.lab_text import (
    EMPTY,
    INTRO,
)
from ichdesk.ui.lab.preview_pane import PreviewPane
from ichdesk.ui.lab.step_form import StepForm
from ichdesk.ui.lab.step_list import StepList
from ichdesk.ui.run_comparison import Comparison
from ichdesk.ui.theme import CARD_GAP_PX, CARD_PADDING_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.empty_label import EmptyLabel
from ichdesk.ui.widgets.window_size import fit_screen

_APPLY_MS = 150  # the pictures follow the slider at once, the project when it rests
_SIZE_PX = (1280, 800)
_LEAST_PX = (840, 560)
_LEFT_PX = 344


class LabWindow(QDialog):
    """Edits the project's image steps; what fits together is the project's a moment later.

    Args:
        post: Runs a function on the window's thread, from any thread.
    """

    def __init__(
        self,
        session: Session,
        theme: Theme,
        post: Callable[[Callable[[], None]], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._applied = session.project.config.steps
        self.draft = Draft(self._applied)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Image steps")
        self.setMinimumSize(*_LEAST_PX)
        self.steps = StepList(self.draft, theme)
        self.form = StepForm(theme)
        self.chip = Chip(theme)
        self.preview = PreviewPane(session, theme, post)
        self.empty_label = EmptyLabel(EMPTY)
        self.train_button = QPushButton("Train Model")
        self.result_label = QLabel()
        self.changed_label = CaptionLabel()
        self.close_button = QPushButton("Close")
        for button in (self.train_button, self.close_button):
            button.setAutoDefault(False)  # Return in a number field must not press a button
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_APPLY_MS)
        self._lay_out()
        self._connect()
        fit_screen(self, _SIZE_PX)
        self.refresh(~Change(0))

    def refresh(self, change: Change) -> None:
        """Follow the session: its steps, if others were set elsewhere, its slices and its run."""
        if Change.PROJECT in change and self._session.project.config.steps != self._applied:
            self._applied = self._session.project.config.steps
            self._timer.stop()
            self.draft.take(self._applied)
        if Change.PROJECT in change:
            self._show_draft()
        has_ended = Change.RUN in change and not self._session.is_training
        if Change.PROJECT in change or has_ended:
            self.preview.refresh()
            self._right.setCurrentIndex(0 if self.preview.has_slices else 1)
            self.left.setEnabled(self.preview.has_slices)
        if change & (Change.PROJECT | Change.RUN | Change.WORKER):
            self._show_run()

    def apply(self) -> None:
        """Hand the steps to the project now, if they fit together."""
        self._timer.stop()
        if not self.draft.problem and self.draft.steps != self._applied:
            self._applied = self.draft.steps
            self._session.set_steps(self.draft.steps)

    def done(self, result: int) -> None:
        """Close, with everything applied and nothing left running."""
        self.apply()
        self.preview.close_threads()
        super().done(result)

    def changeEvent(self, event: QEvent) -> None:
        """Apply when the user turns to another window, where Train Model is."""
        if event.type() is QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.apply()
        super().changeEvent(event)

    def _show_draft(self) -> None:
        self.steps.refresh()
        self._show_values()

    def _show_values(self) -> None:
        """What depends on the values of the steps."""
        draft = self.draft
        self.form.show_step(draft.current)
        problem = draft.problem
        if problem:
            problem += f" Until then the project keeps: {steps_words(self._applied)}."
        self.chip.say(problem or draft.remark, Level.WARNING if problem else Level.INFO)
        self.preview.show_steps(self._applied if problem else draft.steps)

    def _show_run(self) -> None:
        session = self._session
        status = TrainingStatus.of(session, monotonic())
        is_waiting = self._timer.isActive()  # for the slider to rest; a click applies what is set
        button = "Train Model" if is_waiting else status.button
        self.train_button.setText("Training…" if status.active else button)
        trained = status.trained and not is_waiting
        self.train_button.setEnabled(not (status.active or status.problem or trained))
        self.train_button.setToolTip(status.problem)
        compared = Comparison.of(session.run, session.previous_run)
        if compared and compared.before:
            results = (compared.before, compared.now)
        else:
            results = (status.result, compared.problem if compared else "")
        self.result_label.setText("\n".join(filter(None, (status.phase, status.ending, *results))))
        self.changed_label.say(compared.details if compared else "")

    def _on_steps_changed(self) -> None:
        self._show_values()
        self.apply()

    def _on_value_changed(self, field: str, value: object) -> None:
        assert isinstance(value, float | str)
        self.draft.set_value(field, value)
        self.steps.refresh()
        self._show_values()
        self._timer.start()
        self._show_run()

    def _on_rest(self) -> None:
        self.apply()
        self._show_run()

    def _on_train(self) -> None:
        self.apply()
        self._session.train()

    def _connect(self) -> None:
        self._timer.timeout.connect(self._on_rest)
        self.steps.changed.connect(self._on_steps_changed)
        self.steps.selected.connect(lambda: self.form.show_step(self.draft.current))
        self.form.value_changed.connect(self._on_value_changed)
        self.train_button.clicked.connect(self._on_train)
        self.close_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        heading = QLabel("Image steps")
        heading.setFont(ui_font(TITLE_PX))
        intro = QLabel(INTRO)
        intro.setWordWrap(True)
        intro.setProperty("role", "soft")
        middle = QHBoxLayout()
        middle.setSpacing(CARD_GAP_PX)
        middle.addWidget(self._made_left())
        middle.addWidget(self._made_right(), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_GAP_PX,) * 4)
        column.setSpacing(GRID_PX)
        column.addWidget(heading)
        column.addWidget(intro)
        column.addSpacing(GRID_PX)
        column.addLayout(middle, 1)
        column.addWidget(separator())
        column.addLayout(self._made_footer())

    def _made_left(self) -> QWidget:
        self.left = QWidget()
        self.left.setFixedWidth(_LEFT_PX)
        form_area = QScrollArea()
        form_area.setWidget(self.form)
        form_area.setWidgetResizable(True)
        form_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        form_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(CARD_PADDING_PX - GRID_PX // 2)
        column.addWidget(self.steps)
        column.addWidget(self.chip)
        column.addWidget(form_area, 1)
        return self.left

    def _made_right(self) -> QWidget:
        right = QWidget()
        self._right = QStackedLayout(right)
        self._right.addWidget(self.preview)
        self._right.addWidget(self.empty_label)
        return right

    def _made_footer(self) -> QHBoxLayout:
        texts = QVBoxLayout()
        texts.setSpacing(GRID_PX // 2)
        self.result_label.setWordWrap(True)
        texts.addWidget(self.result_label)
        texts.addWidget(self.changed_label)
        row = QHBoxLayout()
        row.setSpacing(CARD_PADDING_PX)
        row.addWidget(self.train_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        return row
