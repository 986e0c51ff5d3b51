"""The black surface of the viewer: a picture, beside it what the network sees, and the mouse."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from ichdesk.ui.theme import DARK, GRID_PX
from ichdesk.ui.viewer import overlays
from ichdesk.ui.viewer.drag import Does, Drag, meaning
from ichdesk.ui.viewer.gray_window import AS_IT_IS, START_HU, GrayWindow
from ichdesk.ui.viewer.overlays import Labels
from ichdesk.ui.viewer.picture import Picture, Renderer
from ichdesk.ui.viewer.viewpoint import Viewpoint, pixel_at

_BLACK = "#000000"  # images stand on true black in both themes
_GAP_PX = GRID_PX // 4
_WHEEL_STEP = 120  # eighths of a degree, one notch
_WHEEL_TO_DOUBLE_ZOOM = 480
_SMALLEST_PX = 240
_SQUARE = QSizeF(1, 1)  # what the network sees


class Canvas(QWidget):
    """Draws pictures through a window and answers the mouse; the keys are the window's.

    Attributes:
        view: Zoom and pan, kept from picture to picture.
        inverted: Black and white are exchanged.
        shows_overlays: Whether the corners say something.
        side_by_side: Whether the right half shows what the network sees.
    """

    changed = Signal()  # the window, or something else that buttons show
    steps_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = Viewpoint()
        self.inverted = False
        self.shows_overlays = True
        self.side_by_side = False
        self._hu_window, self._gray_window = START_HU, AS_IT_IS
        self._picture: Picture | None = None
        self._seen: QImage | None = None
        self._seen_note = ""
        self._message = ""
        self._labels = Labels()
        self._renderer = Renderer()
        self._rendered: QImage | None = None
        self._drag: Drag | None = None
        self._pointer: QPointF | None = None
        self._wheel = 0
        self._shows_focus = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(_SMALLEST_PX, _SMALLEST_PX)

    # --- what is shown -----------------------------------------------------------------------

    @property
    def picture(self) -> Picture | None:
        """The picture on display."""
        return self._picture

    @property
    def seen(self) -> QImage | None:
        """What the network sees of it, if that is known."""
        return self._seen

    @property
    def message(self) -> str:
        """What is said instead of a picture."""
        return self._message

    @property
    def labels(self) -> Labels:
        """What the upper left corner says."""
        return self._labels

    def show_picture(self, picture: Picture, labels: Labels) -> None:
        """Show a picture through the window that pictures of its kind were last shown through."""
        self._message = ""
        self._labels = labels
        if picture is not self._picture:
            self._picture = picture
            self._rendered = None
        self._describe()
        self.changed.emit()
        self.update()

    def show_message(self, text: str, labels: Labels) -> None:
        """Say why there is no picture."""
        self._picture, self._rendered, self._seen = None, None, None
        self._message = text
        self._labels = labels
        self._describe()
        self.changed.emit()
        self.update()

    def show_seen(self, image: QImage | None, note: str = "") -> None:
        """Show what the network sees, 224 x 224 px, and a remark; None while it is worked out."""
        if image is not self._seen or note != self._seen_note:
            self._seen, self._seen_note = image, note
            self.update()

    @property
    def through(self) -> GrayWindow:
        """The window in force."""
        is_ready_made = self._picture is not None and self._picture.hu is None
        return self._gray_window if is_ready_made else self._hu_window

    def set_window(self, through: GrayWindow) -> None:
        """Show values through another window."""
        if self._picture is None or through == self.through:
            return
        if self._picture.hu is None:
            self._gray_window = through
        else:
            self._hu_window = through
        self._rendered = None
        self.update(self.panes()[0].toAlignedRect())
        self.changed.emit()

    def set_inverted(self, inverted: bool) -> None:
        """Exchange black and white."""
        self.inverted = inverted
        self._rendered = None
        self._refresh()

    def set_view(self, view: Viewpoint) -> None:
        """Zoom and pan."""
        self.view = view
        self._refresh()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Larger or smaller around a point, else around the middle of the picture's pane."""
        if self._picture is not None:
            pane = self.panes()[0]
            at = pane.center() if at is None else at
            self.set_view(self.view.zoomed(factor, at, self._picture.size, pane))

    def fit(self) -> None:
        """Show the whole picture."""
        self.set_view(Viewpoint())

    def set_shows_overlays(self, shown: bool) -> None:
        """Show or hide the corners; what the picture is not for stays."""
        self.shows_overlays = shown
        self._refresh()

    def set_side_by_side(self, shown: bool) -> None:
        """Give the right half to what the network sees."""
        self.side_by_side = shown
        self._refresh()

    def reset(self) -> None:
        """Window, zoom, pan and inversion as at first."""
        self._hu_window, self._gray_window = START_HU, AS_IT_IS
        self.view = Viewpoint()
        self.set_inverted(False)

    def _refresh(self) -> None:
        self.update()
        self.changed.emit()

    # --- geometry ----------------------------------------------------------------------------

    def panes(self) -> list[QRectF]:
        """The part for the picture, and with the two side by side the one for the network's."""
        whole = QRectF(self.rect())
        if not self.side_by_side:
            return [whole]
        left_px = (self.width() - _GAP_PX) // 2
        left = QRectF(0, 0, left_px, whole.height())
        return [
            left,
            QRectF(left_px + _GAP_PX, 0, whole.width() - left_px - _GAP_PX, left.height()),
        ]

    def picture_box(self) -> QRectF:
        """Where the whole picture would lie, in the widget's pixels; empty without picture."""
        if self._picture is None:
            return QRectF()
        return self.view.box(self._picture.size, self.panes()[0])

    @property
    def zoom_percent(self) -> float:
        """Pixels of the screen for each column of the picture."""
        if self._picture is None:
            return 0.0
        screen_px = self.picture_box().width() * self.devicePixelRatioF()
        return 100 * screen_px / self._picture.columns

    @property
    def pixel_under_pointer(self) -> tuple[int, int] | None:
        """Row and column from 0."""
        picture, pointer = self._picture, self._pointer
        if picture is None or pointer is None or not self.panes()[0].contains(pointer):
            return None
        return pixel_at(pointer, self.picture_box(), picture.rows, picture.columns)

    @property
    def pointer_lines(self) -> list[str]:
        """Row and column, counted from 1 as DICOM does, and the value there."""
        pixel = self.pixel_under_pointer
        if self._picture is None or pixel is None:
            return []
        row, column = pixel
        place = f"Row {row + 1}, column {column + 1}"
        return [self._picture.value_text(row, column), place]

    # --- mouse -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to window, pan or zoom."""
        does = meaning(event.button(), event.modifiers())
        if self._picture is None or self._drag is not None or does is None:
            return
        place, panes = event.position(), self.panes()
        is_seen = len(panes) == 2 and panes[1].contains(place)
        pane, size = (panes[1], _SQUARE) if is_seen else (panes[0], self._picture.size)
        self._drag = Drag(does, event.button(), place, pane, size, self.through, self.view)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it, and read the value under the pointer."""
        place, drag = event.position(), self._drag
        self._point_at(place)
        if drag is None or self._picture is None:
            return
        if drag.does is Does.WINDOW:
            self.set_window(drag.window_at(place))
        else:
            self.set_view(drag.view_at(place))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        if self._drag is not None and event.button() is self._drag.button:
            self._drag = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Down is the next slice; with Ctrl it zooms."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(2 ** (turned / _WHEEL_TO_DOUBLE_ZOOM), event.position())
            return
        self._wheel -= turned  # touch pads send many small turns
        steps = int(self._wheel / _WHEEL_STEP)
        self._wheel -= steps * _WHEEL_STEP
        if steps:
            self.steps_requested.emit(steps)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Read the value under the pointer."""
        super().enterEvent(event)
        self._point_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Read none."""
        super().leaveEvent(event)
        self._point_at(None)

    def _point_at(self, place: QPointF | None) -> None:
        self._pointer = place
        if self.shows_overlays:
            pane = self.panes()[0]
            height_px = 3 * overlays.LINE_PX + overlays.MARGIN_PX
            corner = QRectF(pane.left(), pane.bottom() - height_px, pane.width() / 2, height_px)
            self.update(corner.toAlignedRect())

    # --- focus -------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus where the keyboard brought it."""
        super().focusInEvent(event)
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._shows_focus = event.reason() in by_key
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show none."""
        super().focusOutEvent(event)
        self._shows_focus = False
        self.update()

    # --- drawing -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pictures and what is said about them."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(_BLACK))
        panes = self.panes()
        self._paint_picture(painter, panes[0])
        if self.side_by_side:
            self._paint_seen(painter, panes[1])
            painter.fillRect(QRectF(panes[0].right(), 0, _GAP_PX, self.height()), QColor(DARK.line))
        if self._shows_focus:
            painter.setPen(QPen(QColor(DARK.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_picture(self, painter: QPainter, pane: QRectF) -> None:
        painter.save()
        painter.setClipRect(pane)
        if self._picture is None:
            overlays.paint_message(painter, pane, self._message)
        else:
            if self._rendered is None:
                self._rendered = self._renderer.image(
                    self._picture, self.through, inverted=self.inverted
                )
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.picture_box(), self._rendered)
        if self.shows_overlays:
            overlays.paint_corners(painter, pane, self._corners())
        overlays.paint_purpose(painter, pane)
        painter.restore()

    def _corners(self) -> overlays.Corners:
        about = self._labels.lines()
        if self._picture is None:
            return {overlays.TOP_LEFT: about}
        shown = [
            overlays.window_line(self.through, self._picture),
            f"Zoom {self.zoom_percent:,.0f} %",
        ]
        if self.inverted != self._picture.is_inverted:
            shown.insert(0, "Inverted")
        return {
            overlays.TOP_LEFT: about,
            overlays.TOP_RIGHT: overlays.size_lines(self._picture),
            overlays.BOTTOM_LEFT: self.pointer_lines,
            overlays.BOTTOM_RIGHT: shown,
        }

    def _paint_seen(self, painter: QPainter, pane: QRectF) -> None:
        painter.save()
        painter.setClipRect(pane)
        if self._seen is not None:
            # every pixel is to be seen as a square, for the network has no more than these
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(self.view.box(_SQUARE, pane), self._seen)
        if self.shows_overlays:
            lines = overlays.seen_lines(self._seen, self._seen_note)
            overlays.paint_corners(painter, pane, {overlays.TOP_LEFT: lines})
        painter.restore()

    def _describe(self) -> None:
        labels = self._labels
        self.setAccessibleName(f"{labels.position} of class {labels.class_name}")
        kind = self._message
        if self._picture is not None:
            kind = ", ".join(overlays.size_lines(self._picture))
        self.setAccessibleDescription(f"{kind}. {overlays.PURPOSE}.")
