"""The panel on the right that shows what a training run did, one figure under another."""

from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ichdesk.core.split_facts import split_text
from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.panel_frame import PanelFrame
from ichdesk.ui.run_comparison import Comparison
from ichdesk.ui.run_text import STALE_TEXT, accuracy_text, caution_text, ending_text, phase_text
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import BODY_PX, CARD_PADDING_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.icon_button import IconButton

WIDTH_PX = 416
MIN_WIDTH_PX = 352
_AT_THE_TOP = 3  # panels that fill a large screen; the others follow a moment later
_CHANGES = Change.RUN | Change.PROJECT | Change.PREVIEW | Change.OBSERVATIONS
_EMPTY_TEXT = "Train a model; then this panel shows what it learned and where it errs."


class UnderTheHood(QFrame):
    """Summary of the run and every registered panel, live while training."""

    close_requested = Signal()
    images_requested = Signal(object)  # as of a panel
    companion_requested = Signal(str)
    report_requested = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(MIN_WIDTH_PX)
        self.setAccessibleName("Under the hood")
        self.close_button = IconButton(theme, "close", "Close Under the hood")
        self.close_button.clicked.connect(self.close_requested)
        self.contents_button = IconButton(theme, "format-list-bulleted", "Go to a figure")
        self.contents_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.contents_button.setMenu(self._contents())
        self.report_button = QPushButton("Report…")
        self.report_button.setProperty("role", "link")
        self.report_button.setToolTip("Write this training up, as a web page and as a PDF")
        self.report_button.clicked.connect(self.report_requested)
        self.accuracy_label = QLabel()
        self.accuracy_label.setFont(ui_font(BODY_PX, bold=True))
        self.accuracy_label.setWordWrap(True)
        self.split_label = CaptionLabel()
        self.caution_label = CaptionLabel()
        self.before_label = QLabel()
        self.before_label.setWordWrap(True)
        self.comparison_label = CaptionLabel()
        self.runs_button = QPushButton("Runs…")
        self.runs_button.setProperty("role", "link")
        self.runs_button.setToolTip("All trainings of the project, any two of them side by side")
        self.runs_button.clicked.connect(lambda: self.companion_requested.emit("runs"))
        self.state_chip = Chip(theme)
        self._theme = theme
        self._coming = _kinds()
        self._frames: list[PanelFrame] = []
        self._late: list[PanelFrame] = []  # out of sight, and not told yet what has changed
        self._idle = QTimer(self)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._catch_up)
        self._lay_out()

    @property
    def frames(self) -> list[PanelFrame]:
        """All panels in their frames, in order, up to date."""
        while self.make_next():
            pass
        while self._late:
            self._bring_up_to_date(self._late[0])
        return self._frames

    def make_soon(self) -> None:
        """Make all panels, one after another, while nothing else is to be done."""
        self._idle.start()

    def rest(self) -> None:
        """Do nothing until it is shown."""
        self._idle.stop()

    def make_next(self) -> bool:
        """Make one more panel; False if there is none left to make."""
        if not self._coming:
            return False
        panel = self._coming.pop(0)(self._theme)
        panel.images_requested.connect(self.images_requested)
        panel.companion_requested.connect(self.companion_requested)
        frame = PanelFrame(panel, self._session, self._theme)
        for widget in (separator(), frame):
            self._column.insertWidget(self._column.count() - 1, widget)  # above the stretch
            widget.show()
        self._frames.append(frame)
        self._late.append(frame)
        return True

    def refresh(self, change: Change) -> None:
        """Show the session's run; a hidden panel catches up when it is shown."""
        if self.isVisible() and change & _CHANGES:
            self._show_run()

    def sizeHint(self) -> QSize:
        """The width that the window gives it at first."""
        return QSize(WIDTH_PX, super().sizeHint().height())

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up, first of all with what is at the top."""
        super().showEvent(event)
        while len(self._frames) < _AT_THE_TOP and self.make_next():
            pass
        self._show_run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self.rest()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_requested.emit()
        else:
            super().keyPressEvent(event)

    def _show_run(self) -> None:
        view = RunView.of(self._session)
        run = view.run if view else None
        accuracy = accuracy_text(run) if run else ""
        self.accuracy_label.setText(accuracy or ("" if run else _EMPTY_TEXT))
        self.accuracy_label.setVisible(bool(self.accuracy_label.text()))
        self.split_label.say(split_text(run.split) if run and run.split else "")
        self.caution_label.say(caution_text(run) if run else "")
        compared = Comparison.of(run, self._session.previous_run)
        self.before_label.setText(compared.problem or compared.before if compared else "")
        self.before_label.setVisible(compared is not None)
        self.comparison_label.say(compared.details if compared else "")
        self.runs_button.setVisible(bool(self._session.runs))
        note, level = state_note(view)
        self.state_chip.say(note, level)
        self.report_button.setEnabled(self._session.finished_run is not None)
        self._late = list(self._frames)
        self._show_what_is_seen()
        self._idle.start()

    def _show_what_is_seen(self) -> None:
        """Bring the panels in sight up to date; there is no time for the others at 30 a second."""
        for frame in [late for late in self._late if not late.visibleRegion().isEmpty()]:
            self._bring_up_to_date(frame)

    def _catch_up(self) -> None:
        """Bring one more panel up to date, or make one, while nothing else is to be done."""
        if self._late and self.isVisible():
            self._bring_up_to_date(self._late[0])
        elif not self.make_next():
            self._idle.stop()

    def _bring_up_to_date(self, frame: PanelFrame) -> None:
        self._late.remove(frame)
        view = RunView.of(self._session)
        frame.refresh(view, state_note(view)[0])

    def _contents(self) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName("Figures")
        for place, kind in enumerate(_kinds()):
            menu.addAction(kind.title, partial(self._go_to, place))
        return menu

    def _go_to(self, place: int) -> None:
        """Bring a panel to the top, with the keyboard at its first button."""
        frame = self.frames[place]
        bar = self.scroll_area.verticalScrollBar()
        QTimer.singleShot(0, self, lambda: bar.setValue(frame.y()))  # once all have their place
        button = frame.copy_button if frame.copy_button.isEnabled() else frame.help_button
        button.setFocus(Qt.FocusReason.TabFocusReason)

    def _lay_out(self) -> None:
        title = QLabel("Under the hood")
        title.setFont(ui_font(TITLE_PX))
        header = QHBoxLayout()
        header.setContentsMargins(CARD_PADDING_PX, GRID_PX, GRID_PX, GRID_PX)
        header.addWidget(title, 1)
        for button in (self.report_button, self.contents_button, self.close_button):
            header.addWidget(button)
        summary = QVBoxLayout()
        summary.setContentsMargins(CARD_PADDING_PX, GRID_PX, CARD_PADDING_PX, CARD_PADDING_PX)
        summary.setSpacing(GRID_PX)
        for widget in (
            self.accuracy_label,
            self.split_label,
            self.caution_label,
            self.before_label,
            self.comparison_label,
            self.state_chip,
        ):
            summary.addWidget(widget)
        summary.addWidget(self.runs_button, alignment=Qt.AlignmentFlag.AlignLeft)
        content = QFrame()
        content.setProperty("role", "panel")
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(summary)
        self._column.addStretch(1)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidget(content)
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll_area.verticalScrollBar().valueChanged.connect(self._show_what_is_seen)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(header)
        outer.addWidget(separator())
        outer.addWidget(self.scroll_area, 1)


def state_note(view: RunView | None) -> tuple[str, Level]:
    """What to bear in mind about a run that is not simply done."""
    if view is None:
        return "", Level.INFO
    if view.run.is_active:
        return f"{phase_text(view.run)}: the figures still change.", Level.INFO
    if ending := ending_text(view.run):
        return ending, Level.ERROR if view.run.error else Level.INFO
    return (f"{STALE_TEXT}.", Level.WARNING) if view.is_stale else ("", Level.INFO)


def _kinds() -> list[type[Panel]]:
    return sorted((PANELS[name] for name in PANELS), key=lambda kind: kind.order)
