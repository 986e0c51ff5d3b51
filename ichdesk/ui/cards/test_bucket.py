"""The part of the test set's card that belongs to one class."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ichdesk.core.notes import counted
from ichdesk.session.session import Session
from ichdesk.ui.cards.drop_highlight import DropHighlight
from ichdesk.ui.cards.sample_row import Bucket, SampleRow
from ichdesk.ui.theme import CARD_PADDING_PX, GRID_PX, Theme
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.elided_label import ElidedLabel

_EDGE_PX = 4
_FAINT = 0.35  # of the color of a disabled class


class TestBucket(QWidget):
    """Name and number of a class's test images, and the images."""

    __test__ = False  # no test, whatever its name begins with

    def __init__(
        self, session: Session, theme: Theme, thumbnails: Thumbnails, class_id: int
    ) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self.class_id = class_id
        self._index = 0
        self.title_label = ElidedLabel()
        self.row = SampleRow(session, theme, thumbnails, Bucket(class_id, is_test=True))
        self.strip, self.upload = self.row.strip, self.row.upload
        inside = QVBoxLayout()
        inside.setContentsMargins(CARD_PADDING_PX, 12, GRID_PX, 12)
        inside.setSpacing(GRID_PX)
        inside.addWidget(self.title_label)
        inside.addWidget(self.row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(separator())
        column.addLayout(inside)
        self.drop_label = DropHighlight(self, self.row.offer, self.row.take)
        theme.changed.connect(self.update)
        self.refresh()

    def refresh(self) -> None:
        """Re-read the class."""
        bin_ = self._session.project.class_by_id(self.class_id)
        self._index = self._session.project.classes.index(bin_)
        self.row.refresh()
        state = "" if bin_.enabled else " (disabled)"
        self.title_label.setText(f"{bin_.name}{state}: {counted(self.row.count, 'test image')}")
        self.title_label.setEnabled(bin_.enabled)
        self.setAccessibleName(f"Test images of class {bin_.name}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the class's color along the left edge."""
        painter = QPainter(self)
        color = QColor(self._theme.palette.class_color(self._index))
        if not self.title_label.isEnabled():
            color.setAlphaF(_FAINT)
        painter.fillRect(QRectF(0, 0, _EDGE_PX, self.height()), color)
        painter.end()
