"""The test images that one of two runs gets right and the other wrong."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ichdesk.core.notes import counted
from ichdesk.core.steps import Steps
from ichdesk.session.jobs import Post
from ichdesk.ui.prediction_grid import PredictionGrid, Row
from ichdesk.ui.prediction_text import Names
from ichdesk.ui.theme import BODY_PX, GRID_PX, Theme, ui_font
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.caption_label import CaptionLabel

_PICTURE_PX = 128
_HEIGHT_PX = 24 * GRID_PX  # a row of pictures with their texts


class SideList(QWidget):
    """A heading, and the images with the wrong answer of the other run below each.

    Args:
        right: "A" or "B", the run that is right; `wrong` the other one.
        post: Runs a function on the window's thread, from any thread.
    """

    view_requested = Signal(int, int)  # id of the class, position of the sample

    def __init__(self, theme: Theme, right: str, wrong: str, post: Post) -> None:
        super().__init__()
        self._right = right
        # its own pictures, as they pass through the image steps of the run that is wrong
        self.thumbnails = Thumbnails(post, self.devicePixelRatioF(), side_px=_PICTURE_PX)
        self.title = QLabel()
        self.title.setFont(ui_font(BODY_PX, bold=True))
        self.caption = CaptionLabel(f"Below each picture: what {wrong} said.")
        self.grid = PredictionGrid(theme, self.thumbnails)
        self.grid.setAccessibleName(f"Test images that only {right} gets right")
        self.empty = CaptionLabel("None.")
        self.grid.view_requested.connect(self._on_view)
        self._lay_out()

    def show_rows(self, rows: tuple[Row, ...], of: int, names: Names, steps: Steps) -> None:
        """List these, of so many images, as they look after these image steps."""
        self.thumbnails.set_steps(steps)
        self.title.setText(f"Right only in {self._right}: {len(rows):,} of {counted(of, 'image')}")
        self.grid.show_rows(rows, names)
        self.caption.setVisible(bool(rows))
        self.grid.setVisible(bool(rows))
        self.empty.setVisible(not rows)

    def close_pictures(self) -> None:
        """End the threads that decode."""
        self.thumbnails.close()

    def _on_view(self, row: int) -> None:
        if place := self.grid.rows[row].place:
            self.view_requested.emit(place.class_id, place.index)

    def _lay_out(self) -> None:
        self.grid.setFixedHeight(_HEIGHT_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX // 2)
        for widget in (self.title, self.caption, self.grid, self.empty):
            column.addWidget(widget)
