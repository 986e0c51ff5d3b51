"""The columns of the gallery side by side: a heading with figures, and below it the images."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from ichdesk.core.evaluation import Figure
from ichdesk.core.gallery import Column
from ichdesk.ui.gallery.answer_list import AnswerList
from ichdesk.ui.gallery.gallery_text import figure_text, listed_text
from ichdesk.ui.prediction_grid import Row
from ichdesk.ui.prediction_text import Names
from ichdesk.ui.theme import BODY_PX, GRID_PX, Theme, ui_font
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.elided_label import ElidedLabel

LINE_PX = 4
_MIN_WIDTH_PX = 136


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """What one column shows.

    Attributes:
        name: Of its class or classes.
        position: Of the class in the project, which gives the color; None for several.
        rows: The images that are listed.
    """

    column: Column
    name: str
    position: int | None
    rows: tuple[Row, ...]


class ColumnHeading(QWidget):
    """The color and the name of a class, its figures, and how many images are listed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.position: int | None = None
        self.name_label = ElidedLabel()
        self.name_label.setFont(ui_font(BODY_PX, bold=True))
        self.figure_label = CaptionLabel()
        self.listed_label = CaptionLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, LINE_PX + GRID_PX // 2, 0, 0)
        layout.setSpacing(2)
        for label in (self.name_label, self.figure_label, self.listed_label):
            layout.addWidget(label)
        layout.addStretch(1)
        theme.changed.connect(self._apply_theme)

    @property
    def color(self) -> str:
        """Of the class; several share the color of text."""
        palette = self._theme.palette
        return palette.text_soft if self.position is None else palette.class_color(self.position)

    def show_shelf(self, shelf: Shelf) -> None:
        """Show what stands above these images."""
        self.position = shelf.position
        self.name_label.setText(shelf.name)
        self.figure_label.say(f"{figure_text(shelf.column.accuracy)}")
        self.listed_label.say(listed_text(len(shelf.rows), shelf.column))
        self._apply_theme()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the color along the upper edge."""
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), LINE_PX, QColor(self.color))
        painter.end()

    def _apply_theme(self) -> None:
        self.name_label.setStyleSheet(f"color: {self.color};")
        self.update()


class GalleryColumns(QScrollArea):
    """As many columns as there are classes; each scrolls by itself, all of them sideways.

    Columns are as long as their classes are large, so each keeps its own place; that leaves the
    worst errors of all classes side by side wherever one looks in a single class.
    """

    view_requested = Signal(int, int)  # id of the class, position of the sample
    class_requested = Signal(int, int)
    menu_requested = Signal(object, object)  # the list, the point in it

    def __init__(self, theme: Theme, thumbnails: Thumbnails, picture_px: int) -> None:
        super().__init__()
        self._theme = theme
        self._thumbnails = thumbnails
        self._picture_px = picture_px
        self.headings: list[ColumnHeading] = []
        self.lists: list[AnswerList] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID_PX)
        self._grid.setVerticalSpacing(GRID_PX)
        self._grid.setRowStretch(1, 1)
        self.setWidget(inside)
        for background in (self.viewport(), inside):  # the window's shines through
            background.setAutoFillBackground(False)

    def show_shelves(self, shelves: list[Shelf], overall: Figure, names: Names) -> None:
        """Show these columns from left to right."""
        self._resize(len(shelves))
        for heading, view, shelf in zip(self.headings, self.lists, shelves, strict=True):
            heading.show_shelf(shelf)
            view.setAccessibleName(f"Test images of class {shelf.name}")
            view.setAccessibleDescription(
                f"{figure_text(shelf.column.accuracy)}. Enter shows an image large, Ctrl+Enter in "
                "its class."
            )
            view.show_column(shelf.column, overall, shelf.rows, names)

    def set_picture_px(self, side_px: int) -> None:
        """Show the pictures in another size."""
        self._picture_px = side_px
        self._fit()

    def _resize(self, count: int) -> None:
        while len(self.lists) > count:
            for widget in (self.headings.pop(), self.lists.pop()):
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
            self._grid.setColumnStretch(len(self.lists), 0)
            self._grid.setColumnMinimumWidth(len(self.lists), 0)
        while len(self.lists) < count:
            self._add()
        self._fit()

    def _add(self) -> None:
        number = len(self.lists)
        heading, view = ColumnHeading(self._theme), AnswerList(self._theme, self._thumbnails)
        view.resized.connect(self._fit)
        view.view_requested.connect(self._asks(view, self.view_requested))
        view.class_requested.connect(self._asks(view, self.class_requested))
        view.selection_changed.connect(lambda: self._on_selected(view))
        view.customContextMenuRequested.connect(lambda place: self.menu_requested.emit(view, place))
        self._grid.addWidget(heading, 0, number)
        self._grid.addWidget(view, 1, number)
        self._grid.setColumnStretch(number, 1)
        self._grid.setColumnMinimumWidth(number, _MIN_WIDTH_PX)
        self.headings.append(heading)
        self.lists.append(view)

    def _fit(self) -> None:
        width_px = min((view.maximumViewportSize().width() for view in self.lists), default=0)
        for view in self.lists:
            view.fit(self._picture_px, width_px)

    def _asks(self, view: AnswerList, signal: SignalInstance) -> Callable[[int], None]:
        def ask(row: int) -> None:
            if place := view.rows[row].place:
                signal.emit(place.class_id, place.index)

        return ask

    def _on_selected(self, view: AnswerList) -> None:
        """One image is selected in all columns together."""
        if view.selectionModel().hasSelection():
            for other in self.lists:
                if other is not view:
                    other.clearSelection()
