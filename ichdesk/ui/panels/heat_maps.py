"""Panel: where the model looked in an image, and whether that means anything."""

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ichdesk.core.run import is_done
from ichdesk.session.session import Session
from ichdesk.ui.heat_maps.heat_view import HeatView
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Theme


@PANELS.register("heat-maps")
class HeatMapsPanel(Panel):
    """Test images and previews with maps for two classes and the randomized-weights check.

    Attributes:
        place: Its name, for the session's observations.
    """

    place: ClassVar[str] = "heat-maps"

    title = "Where it looked"
    order = 45
    help_text = (
        "Orange places raised the score of the class above that of the average training image, "
        "blue places lowered it; the colors add up to the difference. A map tells where the model "
        "got its numbers from, not why, nor whether it is right: in a published test such maps "
        "found lesions on chest radiographs far worse than networks trained for that (Arun 2021). "
        "If a map looks the same with random weights, it tells nothing of what was learned "
        "(Adebayo 2018)."
    )
    empty_text = "Train a model to see where in an image it looked."
    waiting_text = "This fills in when training has ended."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.heat: HeatView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.larger_button = QPushButton("Larger…")
        self.larger_button.setToolTip("Open heat maps in a window of their own")
        self.larger_button.clicked.connect(lambda: self.companion_requested.emit("heat-maps"))
        self._column.addWidget(self.larger_button, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def picture_height_px(self) -> int:
        """Without the button."""
        return self.heat.geometry().bottom() + 1 if self.heat else self.height()

    def take_session(self, session: Session) -> None:
        """Show its images."""
        self.heat = HeatView(session, self.theme, self.place)
        self.heat.opened.connect(self.larger_button.click)
        self._column.insertWidget(0, self.heat)

    def table_rows(self) -> list[list[str]]:
        """The images of the present page."""
        return self.heat.table_rows() if self.heat else []

    def refresh(self, view: RunView | None) -> bool:
        """Show a run that is done."""
        if self.heat is None or view is None or not is_done(view.run):
            return False
        self.heat.refresh(view)
        return True
