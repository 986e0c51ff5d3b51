"""Asks another model about the test images of the run in use, from the window of runs."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ichdesk.session.session import Session
from ichdesk.session.trials import Trial
from ichdesk.ui.icons import icon
from ichdesk.ui.runs.label_dialog import LabelDialog
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.file_dialogs import ask_open_path

MODEL_KINDS = "Models (*.ichmodel *.ichdesk *.zip);;All files (*)"
_PURPOSE = (
    "Ask another model about the test images of the run in use: a model file, the trained model of "
    "another project, or one from Teachable Machine"
)


class TrialBar(QWidget):
    """A button; while a model is asked, what it does and a way to stop it.

    Attributes:
        dialog: Asks what labels mean, while that is needed.
    """

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self.dialog: LabelDialog | None = None
        self.button = QPushButton("Compare a model…")
        self.state_label = CaptionLabel()
        self.state_label.setWordWrap(False)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setProperty("role", "link")
        for button in (self.button, self.cancel_button):
            button.setAutoDefault(False)
        self.button.clicked.connect(self._on_clicked)
        self.cancel_button.clicked.connect(session.trials.cancel)
        theme.changed.connect(self._apply_theme)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        for widget in (self.state_label, self.cancel_button, self.button):
            row.addWidget(widget)
        self._apply_theme()

    def refresh(self) -> None:
        """Show how far the model is; ask what its labels mean when it has answered."""
        trial, problem = self._session.trials.trial, self._session.trials.problem
        is_asking = trial is not None and trial.answer is None
        self.state_label.say(_progress(trial) if is_asking and trial else "")
        self.cancel_button.setVisible(is_asking)
        self.button.setVisible(not is_asking)
        self.button.setEnabled(not problem)
        self.button.setToolTip(problem or _PURPOSE)
        if trial is None or trial.answer is None:
            self._close_dialog()
        elif self.dialog is None:
            self._open_dialog(trial, trial.answer.labels)

    def _open_dialog(self, trial: Trial, labels: tuple[str, ...]) -> None:
        names = trial.run.names
        self.dialog = LabelDialog(trial.name, labels, names, trial.proposed, self.window())
        self.dialog.accepted.connect(self._on_accepted)
        self.dialog.rejected.connect(self._on_rejected)
        self.dialog.open()

    def _close_dialog(self) -> None:
        if self.dialog is not None:
            dialog, self.dialog = self.dialog, None
            dialog.close()

    def _on_clicked(self) -> None:
        if path := ask_open_path(self, "Choose a model to compare with", MODEL_KINDS):
            self._session.trials.start(path)

    def _on_accepted(self) -> None:
        if self.dialog is not None:
            dialog, self.dialog = self.dialog, None
            self._session.trials.keep(dialog.mapping)

    def _on_rejected(self) -> None:
        if self.dialog is not None:
            self.dialog = None
            self._session.trials.cancel()

    def _apply_theme(self) -> None:
        palette = self._theme.palette
        self.button.setIcon(icon("file-compare", palette.accent, palette.disabled_text))


def _progress(trial: Trial) -> str:
    if not trial.total:
        return f"Loading {trial.name}…"
    return f"Asking {trial.name}: {trial.done:,} of {trial.total:,} images"
