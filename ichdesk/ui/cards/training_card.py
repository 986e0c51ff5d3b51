"""The Training card: train, watch how far it is, read what came out, change the settings."""

from time import monotonic

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from ichdesk.core.config import TrainConfig
from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level
from ichdesk.ui.cards.advanced_settings import AdvancedSettings
from ichdesk.ui.cards.steps_row import StepsRow
from ichdesk.ui.cards.training_status import TrainingStatus, device_text
from ichdesk.ui.run_comparison import Comparison
from ichdesk.ui.theme import CARD_PADDING_PX, GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import Card
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.row_button import RowButton

WIDTH_PX = 256
_BAR_PX = 4
_STEPS = 1000  # of the progress bar


class TrainingCard(Card):
    """Shows `TrainingStatus` and passes clicks to the session."""

    under_the_hood_requested = Signal()
    image_steps_requested = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Training", parent)
        self._session = session
        self._canceled_id: int | None = None
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName("Training")
        self.train_button = QPushButton("Train Model")
        self.phase_label = CaptionLabel()
        self.progress_bar = QProgressBar(maximum=_STEPS, textVisible=False)
        self.remaining_label = CaptionLabel()
        self.cancel_button = QPushButton("Cancel")
        self.stale_chip = Chip(theme)
        self.ending_chip = Chip(theme)
        self.result_label = CaptionLabel()
        self.result_label.setProperty("role", "")  # a result, not a caption
        self.split_label = CaptionLabel()
        self.comparison_label = CaptionLabel()
        self.problem_label = CaptionLabel()
        self.device_label = CaptionLabel()
        self.advanced_button = RowButton(theme, "Advanced", "chevron-down", prominent=True)
        self.advanced_button.setCheckable(True)
        self.settings = AdvancedSettings(session, theme)
        self.reset_button = RowButton(theme, "Reset Defaults", "history")
        self.steps_row = StepsRow(theme)
        self.hood_button = RowButton(theme, "Under the hood", "chart-box-outline")
        self.progress_bar.setFixedHeight(_BAR_PX)
        self._lay_out()
        self._connect()
        self._on_advanced_toggled(False)
        self.refresh(~Change(0))

    def refresh(self, change: Change) -> None:
        """Show the session as it is now."""
        if change & (Change.PROJECT | Change.WORKER | Change.BACKBONES):
            self.settings.refresh()
            config = self._session.project.config
            self.reset_button.setEnabled(config != TrainConfig(steps=config.steps))
            self.steps_row.refresh(self._session.project)
        if change & (Change.PROJECT | Change.RUN | Change.WORKER):
            self._show_status(TrainingStatus.of(self._session, monotonic()))
            self.settings.refresh_lock()
        elif Change.PREPARATION in change:
            self.device_label.say(device_text(self._session))
        self.settings.features.refresh_chooser(change)

    def _show_status(self, status: TrainingStatus) -> None:
        had_focus = self.train_button.hasFocus() or self.cancel_button.hasFocus()
        self.train_button.setText(status.button)
        self.train_button.setEnabled(not status.problem and not status.trained)
        self.train_button.setToolTip(status.problem)
        self.train_button.setVisible(not status.active)
        self.cancel_button.setVisible(status.active)
        run = self._session.run
        canceling = run is not None and run.request_id == self._canceled_id
        self.cancel_button.setText("Canceling…" if canceling else "Cancel")
        self.cancel_button.setEnabled(not canceling)
        if had_focus:  # the two take turns in one place, and the focus stays there
            (self.cancel_button if status.active else self.train_button).setFocus()
        self._show_progress(status)
        self.stale_chip.say(status.stale)
        failed = run is not None and run.error is not None
        self.ending_chip.say(status.ending, Level.ERROR if failed else Level.INFO)
        self.result_label.say(status.result)
        self.split_label.say(status.split)
        compared = Comparison.of(run, self._session.previous_run)
        self.comparison_label.say(compared.short_text if compared else "")
        self.problem_label.say(status.problem)
        self.device_label.say(device_text(self._session))

    def _show_progress(self, status: TrainingStatus) -> None:
        self.phase_label.say(status.phase)
        self.remaining_label.say(status.remaining)
        self.remaining_label.setVisible(status.active)  # keeps its line, so nothing jumps
        self.progress_bar.setVisible(status.active)
        if status.active:
            known = status.progress is not None
            self.progress_bar.setMaximum(_STEPS if known else 0)
            self.progress_bar.setValue(round(_STEPS * (status.progress or 0.0)))

    def _connect(self) -> None:
        self.train_button.clicked.connect(self._session.train)
        self.cancel_button.clicked.connect(self._on_cancel)
        self.advanced_button.toggled.connect(self._on_advanced_toggled)
        self.reset_button.clicked.connect(self._session.reset_config)
        self.hood_button.clicked.connect(self.under_the_hood_requested)
        self.steps_row.clicked.connect(self.image_steps_requested)

    def _on_cancel(self) -> None:
        run = self._session.run
        self._canceled_id = run.request_id if run else None
        self._session.cancel_training()
        self._show_status(TrainingStatus.of(self._session, monotonic()))

    def _on_advanced_toggled(self, opened: bool) -> None:
        self.settings.setVisible(opened)
        self.reset_button.setVisible(opened)
        self.advanced_button.setAccessibleDescription("Open" if opened else "Closed")
        self.advanced_button.set_symbol("chevron-up" if opened else "chevron-down")

    def _lay_out(self) -> None:
        for widget in (
            self.train_button,
            self.cancel_button,
            self.phase_label,
            self.progress_bar,
            self.remaining_label,
            self.stale_chip,
            self.ending_chip,
            self.result_label,
            self.split_label,
            self.comparison_label,
            self.problem_label,
            self.device_label,
        ):
            self.body.addWidget(widget)
        self.body.setContentsMargins(CARD_PADDING_PX, 0, CARD_PADDING_PX, CARD_PADDING_PX)
        self._add_rows(self.advanced_button, self.settings, self.reset_button)
        self._column.addWidget(self.steps_row)
        self._add_rows(self.hood_button)

    def _add_rows(self, *rows: QWidget) -> None:
        section = self.add_section()
        section.setContentsMargins(GRID_PX, GRID_PX // 2, GRID_PX, GRID_PX // 2)
        section.setSpacing(0)
        for row in rows:
            section.addWidget(row)
