"""The window with heat maps as large as one wants them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.companion import Companion
from ichdesk.ui.panel_frame import PanelFrame
from ichdesk.ui.panels.heat_maps import HeatMapsPanel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Theme
from ichdesk.ui.under_the_hood import state_note
from ichdesk.ui.widgets.window_size import fit_screen

_SIZE_PX = (860, 820)
_MIN_SIZE_PX = (400, 480)
_CHANGES = Change.RUN | Change.PROJECT | Change.PREVIEW | Change.OBSERVATIONS


class _LargePanel(HeatMapsPanel):
    place = "heat-maps-window"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.larger_button.hide()


class HeatWindow(Companion):
    """The panel once more, as wide as the window, with an image of its own choice."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self.setWindowTitle(f"{HeatMapsPanel.title} - ICHDesk")
        self.panel = _LargePanel(theme)
        self.frame = PanelFrame(self.panel, session, theme)
        content = QFrame()
        content.setProperty("role", "panel")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.frame)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self.setMinimumSize(*_MIN_SIZE_PX)
        fit_screen(self, _SIZE_PX)
        self.refresh(~Change(0))

    def refresh(self, change: Change) -> None:
        """Show the session's run, if it is done."""
        if change & _CHANGES:
            view = RunView.of(self._session)
            self.frame.refresh(view, state_note(view)[0])
