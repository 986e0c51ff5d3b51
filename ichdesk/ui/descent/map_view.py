"""Where points of a plane lie on a picture of it."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from ichdesk.ui.descent.ways import Ground


@dataclass(frozen=True, slots=True)
class MapView:
    """A ground in a box of a widget, its highest y at the top."""

    ground: Ground
    box: QRectF

    def place(self, x: float, y: float) -> QPointF:
        """Where a point of the plane lies, maybe outside the box."""
        (left, width), (low, height) = self._spans()
        across, up = (x - left) / width, (y - low) / height
        return QPointF(
            self.box.left() + across * self.box.width(), self.box.bottom() - up * self.box.height()
        )

    def point(self, place: QPointF) -> tuple[float, float]:
        """The point of the plane at a place."""
        (left, width), (low, height) = self._spans()
        across = (place.x() - self.box.left()) / self.box.width()
        up = (self.box.bottom() - place.y()) / self.box.height()
        return left + across * width, low + up * height

    def nearest(self, place: QPointF, margin_px: float) -> QPointF:
        """The place in the box that is nearest, so far from its border."""
        box = self.box.adjusted(margin_px, margin_px, -margin_px, -margin_px)
        x = min(max(place.x(), box.left()), box.right())
        return QPointF(x, min(max(place.y(), box.top()), box.bottom()))

    def _spans(self) -> tuple[tuple[float, float], tuple[float, float]]:
        x, y = self.ground.x, self.ground.y
        return (float(x[0]), float(x[-1] - x[0])), (float(y[0]), float(y[-1] - y[0]))
