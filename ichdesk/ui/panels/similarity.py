"""Panel: a map on which images lie near each other that look alike to the model."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ichdesk.core.run import is_done
from ichdesk.core.similarity import map_table
from ichdesk.session.session import Session
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.similarity import map_text as say
from ichdesk.ui.similarity.image_list import ImageList
from ichdesk.ui.similarity.map_view import MapView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.point_layout import NOTHING

_MAP_PX = 320
_HOVER_PX = 96
_NEIGHBOR_PX = 72
_NEIGHBOR_ROWS = 2


@PANELS.register("similarity")
class SimilarityPanel(Panel):
    """The map, and the nearest neighbors of an image that one clicks on."""

    title = say.TITLE
    order = 90
    help_text = say.HELP
    empty_text = say.NO_RUN
    waiting_text = say.WAITING

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.map_view: MapView | None = None
        self._bridge = Bridge()
        self._thumbnails = Thumbnails(
            self._bridge.post, self.devicePixelRatioF(), side_px=_HOVER_PX
        )
        self.destroyed.connect(self._thumbnails.close)
        self.neighbors = ImageList(theme, self._thumbnails, _NEIGHBOR_PX, "Nearest neighbors")
        self.neighbors.setFixedHeight(_NEIGHBOR_ROWS * self.neighbors.cell_px.height())
        self.neighbors_label = CaptionLabel()
        self.larger_button = QPushButton("Larger…")
        self.larger_button.setProperty("role", "link")
        self.larger_button.setToolTip("Open the map in a window of its own")
        self.larger_button.clicked.connect(self._on_larger)
        self.neighbors.view_requested.connect(self._on_larger)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID_PX)
        self._column.addWidget(self.neighbors_label)
        self._column.addWidget(self.neighbors)

    @property
    def picture_height_px(self) -> int:
        """The map and what it shows, without what speaks to the pointer."""
        if self.map_view is None:
            return self.height()
        return self.map_view.mapTo(self, self.map_view.picture_area.bottomLeft()).y() + 1

    def take_session(self, session: Session) -> None:
        """Read its map."""
        view = self.map_view = MapView(session, self.theme, self._thumbnails, is_large=False)
        view.map.setFixedHeight(_MAP_PX)
        view.map.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        view.top_row.addWidget(self.larger_button)
        view.changed.connect(self._show_neighbors)
        view.map.opened.connect(self._on_larger)
        self._column.insertWidget(0, view)
        self._show_neighbors()

    def table_rows(self) -> list[list[str]]:
        """A row for each image."""
        shown = self.map_view.shown if self.map_view else None
        return map_table(shown, self.map_view.reading.names) if self.map_view and shown else []

    def refresh(self, view: RunView | None) -> bool:
        """Show the map of a run that has ended."""
        if self.map_view is None or view is None:
            return False
        self.map_view.refresh()
        return is_done(view.run)

    def _on_larger(self) -> None:
        self.companion_requested.emit("similarity")

    def _show_neighbors(self) -> None:
        view = self.map_view
        shown, row = (view.shown, view.single) if view else (None, NOTHING)
        near = shown.near(row) if shown and row != NOTHING else []
        self.neighbors.setVisible(bool(near))
        if view is None or shown is None or not near:
            self.neighbors_label.say("")
            return
        self.neighbors.show_images(view.reading.listed(near, row))
        self.neighbors_label.say(say.whose_neighbors_text(shown, row, view.reading.names))
