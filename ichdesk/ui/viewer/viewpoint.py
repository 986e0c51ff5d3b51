"""Zoom and pan: which part of a picture is seen, and where a point of the screen lies in it."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF

SMALLEST, LARGEST = 0.2, 40.0


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """What is seen of a picture, whatever its size: the next picture is seen the same way.

    Attributes:
        zoom: 1 shows the whole picture as large as fits.
        x: What lies in the middle of the pane, 0 the picture's left and 1 its right edge.
        y: The same, from top to bottom.
    """

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def box(self, size: QSizeF, pane: QRectF) -> QRectF:
        """Where the picture lies on the screen.

        Args:
            size: Of the picture in any unit of length, such as mm.
            pane: The part of the screen that it is for.
        """
        fit = min(pane.width() / size.width(), pane.height() / size.height())
        width, height = size.width() * fit * self.zoom, size.height() * fit * self.zoom
        middle = pane.center()
        return QRectF(middle.x() - self.x * width, middle.y() - self.y * height, width, height)

    def zoomed(self, factor: float, at: QPointF, size: QSizeF, pane: QRectF) -> "Viewpoint":
        """Larger or smaller; what lies under `at` stays there."""
        zoom = min(LARGEST, max(SMALLEST, self.zoom * factor))
        before = self.box(size, pane)
        after = Viewpoint(zoom, self.x, self.y).box(size, pane)
        there = _share(at, before)
        moved = QPointF(
            after.left() + there.x() * after.width(), after.top() + there.y() * after.height()
        )
        return Viewpoint(zoom, self.x, self.y).panned(at - moved, size, pane)

    def panned(self, by: QPointF, size: QSizeF, pane: QRectF) -> "Viewpoint":
        """Moved with the pointer; the middle of the pane stays on the picture."""
        box = self.box(size, pane)
        return Viewpoint(
            self.zoom,
            _inside(self.x - by.x() / box.width()),
            _inside(self.y - by.y() / box.height()),
        )


def pixel_at(point: QPointF, box: QRectF, rows: int, columns: int) -> tuple[int, int] | None:
    """Row and column, from 0, of the pixel under a point of the screen; None beside the picture."""
    there = _share(point, box)
    if not (0 <= there.x() < 1 and 0 <= there.y() < 1):
        return None
    return min(rows - 1, int(there.y() * rows)), min(columns - 1, int(there.x() * columns))


def _share(point: QPointF, box: QRectF) -> QPointF:
    return QPointF((point.x() - box.left()) / box.width(), (point.y() - box.top()) / box.height())


def _inside(share: float) -> float:
    return min(1.0, max(0.0, share))
