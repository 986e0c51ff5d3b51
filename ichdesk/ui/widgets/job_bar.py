"""The slim bar that says what is being read or written, how far it is, and cancels it."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from ichdesk.session.session import Session
from ichdesk.session.state import Change, JobState
from ichdesk.ui.theme import GRID_PX, Theme

_PATIENCE_MS = 150  # work that is shorter shows no bar, so that nothing flickers


class JobBar(QFrame):
    """Shows `session.job`; takes no room when there is none."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self.setProperty("role", "job")
        self.title_label = QLabel()
        self.percent_label = QLabel()
        self.percent_label.setMinimumWidth(5 * GRID_PX)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(GRID_PX // 2)
        self.progress.setAccessibleName("Progress")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setProperty("role", "link")
        self.cancel_button.clicked.connect(session.cancel_job)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID_PX, 4, GRID_PX, 4)
        row.setSpacing(GRID_PX)
        row.addWidget(self.title_label)
        row.addWidget(self.progress, 1)
        row.addWidget(self.percent_label)
        row.addWidget(self.cancel_button)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._show_if_busy)
        self.hide()

    def refresh(self, change: Change) -> None:
        """Show how far the work is."""
        if Change.JOB not in change:
            return
        job = self._session.job
        if job is None:
            self._patience.stop()
            self.hide()
            return
        self._show_state(job)
        if self.isHidden() and not self._patience.isActive():
            self._patience.start()

    def _show_if_busy(self) -> None:
        self.setVisible(self._session.job is not None)

    def _show_state(self, job: JobState) -> None:
        percent = 100 * job.done // job.total if job.total else None
        self.title_label.setText(job.title)
        self.percent_label.setText("" if percent is None else f"{percent} %")
        self.progress.setRange(0, job.total)
        self.progress.setValue(job.done)
        self.progress.setAccessibleDescription(job.title)
        self.cancel_button.setAccessibleName(f"Cancel: {job.title}")
