"""A button that asks the worker for a figure, how far it is, and why it cannot be asked for."""

from collections.abc import Callable

from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout, QWidget

from ichdesk.session.observations import Sight, Wish
from ichdesk.session.session import Session
from ichdesk.session.state import Level
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.chip import Chip


class ObserveBar(QWidget):
    """The button gives way to a progress bar and Cancel while there is more to come.

    Args:
        theme: Colors.
        place: Name under which the session keeps what is seen.
        text: Of the button, such as "Show the descent".
        unit: What is trained meanwhile, in the plural, such as "epochs".
        wish: Says what is wanted when the button is clicked.
    """

    def __init__(
        self,
        theme: Theme,
        place: str,
        text: str,
        unit: str,
        wish: Callable[[], Wish],
    ) -> None:
        super().__init__()
        self._place = place
        self._unit = unit
        self._wish = wish
        self._session: Session | None = None
        self.ask_button = QPushButton(text)
        self.progress_label = CaptionLabel()
        self.progress_bar = QProgressBar()
        self.progress_bar.setTextVisible(False)
        self.progress_bar.setFixedHeight(GRID_PX // 2)
        self.progress_bar.setAccessibleName(f"Progress: {text}")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setAccessibleName(f"Cancel: {text}")
        self.chip = Chip(theme)
        self.ask_button.clicked.connect(self._on_ask)
        self.cancel_button.clicked.connect(self._on_cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        for widget in (self.ask_button, self.cancel_button, self.progress_label):
            layout.addWidget(widget)
        layout.addWidget(self.progress_bar)
        layout.addWidget(self.chip)

    def take(self, session: Session) -> None:
        """Keep what the buttons act on."""
        self._session = session

    @property
    def sight(self) -> Sight | None:
        """What has come of the last wish."""
        return self._session.observations.sight(self._place) if self._session else None

    def refresh(self) -> None:
        """Show what goes, or why nothing can."""
        if self._session is None:
            return
        sight, problem = self.sight, self._session.observations.problem()
        going = sight is not None and sight.is_going
        had_focus = self.ask_button.hasFocus() or self.cancel_button.hasFocus()
        self.ask_button.setVisible(not going)
        self.ask_button.setEnabled(not problem)
        for shown in (self.progress_bar, self.cancel_button):
            shown.setVisible(going)
        if sight is not None and going:
            self._show_progress(sight)
        else:
            self.progress_label.say("")
        if had_focus:  # the two take turns in one place, and the focus stays there
            (self.cancel_button if going else self.ask_button).setFocus()
        ending = sight.ending if sight else ""
        self.chip.say(problem or ending, Level.INFO if problem else Level.WARNING)

    def ask(self) -> None:
        """Ask, as the button does."""
        self._on_ask()

    def _show_progress(self, sight: Sight) -> None:
        text = "Waiting until the training process is free"
        if sight.arrays:
            text = f"Trained {sight.done:,} of {sight.total:,} {self._unit}"
        elif sight.total:
            text = f"Computing features {sight.done:,} of {sight.total:,}"
        self.progress_label.say(text)
        self.progress_bar.setRange(0, sight.total)
        self.progress_bar.setValue(sight.done)

    def _on_ask(self) -> None:
        if self._session is not None:
            self._session.observations.ask(self._place, self._wish())

    def _on_cancel(self) -> None:
        if self._session is not None:
            self._session.observations.cancel(self._place)
