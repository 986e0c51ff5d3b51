"""Panel: where the model looked in an image, and whether that means anything."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ichdesk.core.run import is_done
from ichdesk.session.session import Session
from ichdesk.ui.heat_maps.heat_view import HeatView
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Theme

_PLACE = "heat-maps"


@PANELS.register("heat-maps")
class HeatMapsPanel(Panel):
    """Test images and previews with maps for two classes and the randomized-weights check."""

    title = "Where it looked"
    order = 45
    help_text = (
        "Orange places raised the score of the class above that of the average training image, "
        "blue places lowered it; the colors add up to the difference. A map tells where the model "
        "got its numbers from, not why, and not whether it is right: in published tests heat maps "
        "of chest radiographs marked lesions poorly (Arun 2021). If it looks the same with random "
        "weights, it tells nothing of what was learned (Adebayo 2018)."
    )
    empty_text = "Train a model to see where in an image it looked."
    waiting_text = "This fills in when training has ended."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.heat: HeatView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def take_session(self, session: Session) -> None:
        """Show its images."""
        self.heat = HeatView(session, self.theme, _PLACE)
        self._column.addWidget(self.heat)

    def table_rows(self) -> list[list[str]]:
        """The images of the present page."""
        return self.heat.table_rows() if self.heat else []

    def refresh(self, view: RunView | None) -> bool:
        """Show a run that is done."""
        if self.heat is None or view is None or not is_done(view.run):
            return False
        self.heat.refresh(view)
        return True
