"""The gray canvas: class cards on the left, training and preview beside them, lines between."""

from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.cards.add_class_card import AddClassCard
from ichdesk.ui.cards.class_card import ClassCard
from ichdesk.ui.cards.preview_card import PreviewCard
from ichdesk.ui.cards.test_bucket import TestBucket
from ichdesk.ui.cards.test_card import TestCard
from ichdesk.ui.cards.training_card import TrainingCard
from ichdesk.ui.connectors import paint_curve, paint_shadow
from ichdesk.ui.dropped import dropped_paths, dropped_project
from ichdesk.ui.layout import COLUMN_TOP_PX, MARGIN_PX, STICKY_MARGIN_PX, Columns, sticky_y
from ichdesk.ui.theme import CARD_GAP_PX, Theme
from ichdesk.ui.thumbnails import Thumbnails


class Canvas(QScrollArea):
    """Scrolls the surface that holds the cards."""

    def __init__(
        self, session: Session, theme: Theme, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Project")
        self.surface = Surface(session, theme, thumbnails)
        self.setWidget(self.surface)
        self.viewport().setAutoFillBackground(False)
        self.surface.size_changed.connect(self._place_cards)
        self.verticalScrollBar().valueChanged.connect(self._place_cards)
        self.verticalScrollBar().setSingleStep(CARD_GAP_PX)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def refresh(self, change: Change) -> None:
        """Hand a change to the cards."""
        self.surface.refresh(change)

    def show_sample(self, class_id: int, index: int) -> None:
        """Bring a sample of a class into view and select it, on whatever card it is."""
        for bucket in self.surface.buckets:
            if bucket.class_id == class_id and index in bucket.strip.positions:
                bucket.strip.go_to(index)
                self.ensureWidgetVisible(bucket, 0, CARD_GAP_PX)

    def show_test_set(self) -> None:
        """Bring the card of the test set into view, empty or not."""
        card = self.surface.test_card
        card.ask_for()
        self._place_cards()
        self.ensureWidgetVisible(card, 0, CARD_GAP_PX)
        card.menu_button.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._place_cards()

    def _place_cards(self) -> None:
        # messages push the canvas down, and then less of it lies below the app bar
        top_px = max(MARGIN_PX, COLUMN_TOP_PX - self.y())
        self.surface.place_cards(self.viewport().size(), self.verticalScrollBar().value(), top_px)

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.surface.isAncestorOf(new):
            card = self.surface.card_of(new)
            self.ensureWidgetVisible(card or new, 0, CARD_GAP_PX)


class Surface(QWidget):
    """Holds the cards, places them and draws what lies between them."""

    size_changed = Signal()
    first_painted = Signal()
    view_requested = Signal(int, int)  # id of the class, position of the sample

    def __init__(self, session: Session, theme: Theme, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._thumbnails = thumbnails
        self._was_painted = False
        self.setAcceptDrops(True)
        self.class_cards: dict[int, ClassCard] = {}
        self.add_card = AddClassCard(theme, self)
        self.add_card.clicked.connect(self._on_add_class)
        self.test_card = TestCard(session, theme, thumbnails, self)
        self.test_card.view_requested.connect(self.view_requested)
        self.test_card.need_changed.connect(self._show_test_card)
        self.training_card = TrainingCard(session, theme, self)
        self.preview_card = PreviewCard(session, theme, self)
        theme.changed.connect(self.update)
        self._sync_class_cards()
        self._show_test_card()

    def refresh(self, change: Change) -> None:
        """Keep the cards of classes that are still there, add and remove the others."""
        if Change.PROJECT in change:
            self._sync_class_cards()
        for card in self.class_cards.values():
            card.refresh(change)
        self.test_card.refresh(change)
        self.training_card.refresh(change)
        self.preview_card.refresh(change)
        if Change.PROJECT in change:
            self.size_changed.emit()
            self.update()

    def card_of(self, widget: QWidget) -> ClassCard | None:
        """The class card that a widget is a part of."""
        return next((c for c in self.class_cards.values() if c.isAncestorOf(widget)), None)

    @property
    def buckets(self) -> tuple[ClassCard | TestBucket, ...]:
        """Everything that has a row of samples: the classes, and their parts of the test set."""
        return *self.class_cards.values(), *self.test_card.buckets.values()

    def request_view(self) -> None:
        """Ask for the sample that the keyboard is at, else a selected one, else the first."""
        filled = [bucket for bucket in self.buckets if bucket.strip.samples]
        filled.sort(key=lambda b: (not b.strip.hasFocus(), not b.strip.has_selection))
        if filled:
            strip = filled[0].strip
            position = strip.positions[max(0, strip.view_row)]
            self.view_requested.emit(filled[0].class_id, position)

    def place_cards(self, view: QSize, scroll_px: int, top_px: int) -> None:
        """Lay everything out for a visible part of this size at this scroll position.

        Args:
            view: Size of the visible part.
            scroll_px: How much of the surface is above it.
            top_px: Free room above the first class card.
        """
        height_px = view.height()
        columns = Columns.fit(view.width())
        left_column: list[QWidget] = [*self.class_cards.values(), self.add_card]
        if not self.test_card.isHidden():
            left_column.append(self.test_card)
        heights = [_least_height(widget) for widget in left_column]
        column_px = sum(heights) + CARD_GAP_PX * (len(heights) - 1)
        sticky: tuple[tuple[QWidget, int, int], ...] = (
            (self.training_card, columns.training_x, columns.training),
            (self.preview_card, columns.preview_x, columns.preview),
        )
        for card, _, width in sticky:
            if card.width() != width or card.minimumWidth() != width:
                card.setFixedWidth(width)
        sticky_heights = [_height_for(card, width) for card, _, width in sticky]
        left_px = column_px + top_px + MARGIN_PX
        surface_px = max(height_px, left_px, *(px + 2 * STICKY_MARGIN_PX for px in sticky_heights))
        self.resize(columns.total, surface_px)
        y_px = top_px
        if left_px < height_px:
            y_px = max(y_px, (height_px - column_px) // 2)
        for card, card_px in zip(left_column, heights, strict=True):
            card.setGeometry(columns.classes_x, y_px, columns.classes, card_px)
            y_px += card_px + CARD_GAP_PX
        for (card, x_px, width), card_px in zip(sticky, sticky_heights, strict=True):
            sticky_px = sticky_y(card_px, scroll_px, height_px, surface_px)
            card.setGeometry(x_px, sticky_px, width, card_px)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Lay out again when a card wants another size."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.size_changed.emit()
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw shadows and connectors."""
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        training, preview = self.training_card.geometry(), self.preview_card.geometry()
        target = QPointF(training.left(), training.center().y())
        for card in self.class_cards.values():
            box = card.geometry()
            start = QPointF(box.right() + 1, box.center().y())
            paint_curve(painter, start, target, palette, enabled=card.is_enabled_class)
        level_px = min(max(target.y(), preview.top() + 24), preview.bottom() - 24)
        paint_curve(
            painter,
            QPointF(training.right() + 1, target.y()),
            QPointF(preview.left(), level_px),
            palette,
        )
        shown = [] if self.test_card.isHidden() else [self.test_card]
        for widget in (*self.class_cards.values(), *shown, self.training_card, self.preview_card):
            paint_shadow(painter, widget.geometry(), palette)
        painter.end()
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.first_painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Images and folders that miss every card become a class."""
        mime = event.mimeData()
        if dropped_paths(mime) and dropped_project(mime) is None:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Make a class of what was dropped."""
        if paths := dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self._session.import_files(paths)

    def _on_add_class(self) -> None:
        class_id = self._session.add_class()
        if class_id in self.class_cards:
            self.class_cards[class_id].title.edit()

    def _sync_class_cards(self) -> None:
        wanted = [bin_.id for bin_ in self._session.project.classes]
        if wanted == list(self.class_cards):
            return
        for class_id in set(self.class_cards) - set(wanted):
            self._remove_card(self.class_cards.pop(class_id))
        self.class_cards = {
            class_id: self.class_cards.get(class_id) or self._new_card(class_id)
            for class_id in wanted
        }
        self._order_tabs()

    def _show_test_card(self) -> None:
        """Show the card of the test set while there is a reason to."""
        card = self.test_card
        had_focus = card.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        card.setVisible(card.is_needed)
        if had_focus and card.isHidden():
            self.add_card.setFocus()
        self._order_tabs()
        self.size_changed.emit()

    def _new_card(self, class_id: int) -> ClassCard:
        card = ClassCard(self._session, self._theme, self._thumbnails, class_id, self)
        card.view_requested.connect(self.view_requested)
        card.show()
        return card

    def _remove_card(self, card: ClassCard) -> None:
        had_focus = card.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        card.hide()
        card.deleteLater()
        if had_focus:
            self.add_card.setFocus()

    def _order_tabs(self) -> None:
        """Tab goes through the classes, adds one, tests, then trains, then tries."""
        cards = (
            *self.class_cards.values(),
            self.add_card,
            self.test_card,
            self.training_card,
            self.preview_card,
        )
        stops = [stop for card in cards for stop in _tab_stops(card)]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)


def _least_height(card: QWidget) -> int:
    hints = card.sizeHint(), card.minimumSizeHint(), card.minimumSize()
    return max(size.height() for size in hints)


def _height_for(card: QWidget, width_px: int) -> int:
    layout = card.layout()
    if layout is not None and layout.hasHeightForWidth():
        return layout.totalHeightForWidth(width_px)
    return card.sizeHint().height()


def _tab_stops(card: QWidget) -> list[QWidget]:
    """A card's controls in the order of their places."""
    inside = [w for w in card.findChildren(QWidget) if w.window() is card.window()]
    stops = [w for w in inside if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    if card.focusPolicy() & Qt.FocusPolicy.TabFocus:
        stops.insert(0, card)
    return stops
