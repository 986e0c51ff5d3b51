"""The map with its colors, its legend and its words, as the panel and the window have it."""

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ichdesk.core.similarity import SimilarityMap
from ichdesk.session.session import Session
from ichdesk.session.state import Level
from ichdesk.ui.similarity import map_text as say
from ichdesk.ui.similarity.coloring import ColorBy, coloring
from ichdesk.ui.similarity.map_reading import MapReading
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.point_layout import NOTHING
from ichdesk.ui.widgets.point_legend import PointLegend
from ichdesk.ui.widgets.point_map import PointMap
from ichdesk.ui.widgets.point_picture import Points

_TOLD_LINES = 2
_LINE_PX = 2 * GRID_PX


class MapView(QWidget):
    """Asks for the map when it is seen for the first time, if there can be one.

    Args:
        thumbnails: Of the picture beside a point.
        is_large: Whether it has room for everything side by side; then a drag selects, too.
    """

    changed = Signal()  # the map, or where its images are

    def __init__(
        self,
        session: Session,
        theme: Theme,
        thumbnails: Thumbnails,
        *,
        is_large: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnails = thumbnails
        self._is_flat = False  # the user wants PCA though there is t-SNE
        self.reading = MapReading(session)
        self.map = PointMap(theme, has_lasso=is_large)
        self.map.setAccessibleName(f"{say.TITLE}; arrow keys go from image to image")
        self.map.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.color_choice = ChoiceField(theme)
        self.color_choice.offer([(by.value, by.name) for by in ColorBy], ColorBy.CLASS.name)
        self.color_choice.setAccessibleName("What colors tell")
        self.arrange_button = QPushButton(say.ARRANGE)
        self.arrange_button.setAutoDefault(False)
        self.top_row = QHBoxLayout()  # for a button of who shows it, too
        self.legend = PointLegend(theme)
        self.state_label = CaptionLabel()
        self.told_label = CaptionLabel(say.HINT)
        self.told_label.setMinimumHeight(_TOLD_LINES * _LINE_PX)  # so that nothing jumps
        self.told_label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.chip = Chip(theme)
        self._lay_out(is_large)
        self._connect()
        self.refresh()

    @property
    def shown(self) -> SimilarityMap | None:
        """The map so far."""
        return self.reading.shown

    @property
    def is_tsne(self) -> bool:
        """Whether images are arranged by neighbors."""
        return self.shown is not None and self.shown.tsne is not None and not self._is_flat

    @property
    def single(self) -> int:
        """The only selected image, or `NOTHING`."""
        chosen = self.map.selected
        return chosen[0] if len(chosen) == 1 else NOTHING

    @property
    def picture_area(self) -> QRect:
        """What belongs on a picture: the map and what it shows, not what speaks to the pointer."""
        last = self.state_label if self.shown else self.chip
        return QRect(0, 0, self.width(), last.geometry().bottom() + 1)

    def refresh(self) -> None:
        """Show what the session has."""
        if not self.reading.refresh():
            self._show_words()
            return
        if (run := self.reading.run) is not None:
            self._thumbnails.set_steps(run.config.steps)
        self._show_points()
        self._show_words()
        self._show_links()
        self._on_pointed(self.map.told)
        self.changed.emit()

    # --- showing -----------------------------------------------------------------------------

    def _show_points(self) -> None:
        shown, reading = self.shown, self.reading
        self.map.setEnabled(shown is not None)
        if shown is None:
            self.map.clear()
            self.legend.show_marks(())
            return
        by = ColorBy[self.color_choice.currentData()]
        kinds, marks = coloring(by, shown, reading.gone, reading.classes, self._theme.palette)
        places = shown.tsne if self.is_tsne and shown.tsne is not None else shown.pca
        self.map.show_points(Points(places, kinds, marks))
        self.legend.show_marks(marks)

    def _show_words(self) -> None:
        shown, sight, problem = self.shown, self.reading.sight, self.reading.problem
        self.state_label.say(say.layout_text(shown, is_tsne=self.is_tsne) if shown else "")
        ending = sight.ending if sight and not self.reading.is_arranging else ""
        progress = say.progress_text(sight)
        self.chip.say(progress or ending or ("" if shown else problem), _level(bool(progress)))
        text = self._arrange_text()
        self.arrange_button.setText(text)
        is_busy = sight is not None and sight.is_going and not self.reading.is_arranging
        needs_worker = text in {say.SHOW, say.ARRANGE} and not self.reading.is_arranged
        self.arrange_button.setEnabled(not is_busy and not (needs_worker and bool(problem)))

    def _arrange_text(self) -> str:
        if self.reading.is_arranging:
            return say.STOP
        if self.shown is None:
            return say.SHOW
        return say.FLATTEN if self.is_tsne and self.reading.is_arranged else say.ARRANGE

    def _show_links(self) -> None:
        near = self.shown.near(self.single) if self.shown and self.single != NOTHING else []
        self.map.show_links(self.single, near)

    def _picture(self, row: int) -> QPixmap | None:
        return self._thumbnails[self.shown.images[row].sample] if self.shown else None

    # --- what the user does ------------------------------------------------------------------

    def _on_arrange(self) -> None:
        text, self._is_flat = self.arrange_button.text(), False
        if text == say.STOP:
            self.reading.stop()
        elif text == say.SHOW:
            self.reading.ask()
        elif text == say.FLATTEN:
            self._is_flat = True
        elif not self.reading.is_arranged:
            self.reading.ask(tsne=True)
        self._show_points()
        self._show_words()

    def _on_pointed(self, row: int) -> None:
        shown = self.shown
        if shown is None or row == NOTHING:
            self._thumbnails.want(id(self), ())
            self.told_label.say("" if shown is None else say.HINT)
            self.map.setAccessibleDescription("")
            return
        self._thumbnails.want(id(self), [shown.images[row].sample])
        self.told_label.say(self.reading.told(row))
        self.map.setAccessibleDescription(self.told_label.text())

    def _on_painted(self) -> None:
        if self.shown is None and self.reading.sight is None:
            # not while it is painted: what one asks for is told to all views at once
            QTimer.singleShot(0, self, self.reading.ask_first)

    def _on_selected(self) -> None:
        self._show_links()
        self.changed.emit()

    def _on_color(self) -> None:
        self.color_choice.setToolTip(self.color_choice.currentText())
        self._show_points()

    # --- parts -------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.map.picture_of = self._picture
        self.map.pointed.connect(self._on_pointed)
        self.map.selection_changed.connect(self._on_selected)
        self.map.painted.connect(self._on_painted)
        self.color_choice.activated.connect(self._on_color)
        self.arrange_button.clicked.connect(self._on_arrange)
        self._thumbnails.ready.connect(self.map.update)
        self._theme.changed.connect(self._show_points)

    def _lay_out(self, is_large: bool) -> None:
        caption = QLabel("Colors")
        caption.setProperty("role", "soft")
        caption.setBuddy(self.color_choice)
        self.top_row.setSpacing(GRID_PX)
        self.top_row.addWidget(caption)
        self.top_row.addWidget(self.color_choice, 0 if is_large else 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(self.top_row)
        column.addWidget(self.map, 1)
        for widget in (self.legend, self.state_label, self.told_label, self.chip):
            column.addWidget(widget)
        if is_large:
            self.color_choice.setMinimumContentsLength(len(ColorBy.SPLIT.value))
            self.top_row.addWidget(self.arrange_button)
            self.top_row.addStretch(1)
        else:
            column.addWidget(self.arrange_button)


def _level(is_progress: bool) -> Level:
    return Level.INFO if is_progress else Level.WARNING
