"""The viewer's window: goes through samples, follows edits, and decodes ahead."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ichdesk.core.project import Project
from ichdesk.imaging.step_text import steps_words
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.theme import Theme
from ichdesk.ui.viewer import trail as trails
from ichdesk.ui.viewer.bar import Bar
from ichdesk.ui.viewer.canvas import Canvas
from ichdesk.ui.viewer.commands import MOUSE, Commands, Moves
from ichdesk.ui.viewer.heights import read_heights
from ichdesk.ui.viewer.legend import Legend
from ichdesk.ui.viewer.overlays import Labels
from ichdesk.ui.viewer.picture import Picture, load_picture, load_seen
from ichdesk.ui.viewer.read_ahead import Post, Problem, ReadAhead
from ichdesk.ui.viewer.trail import Along, Trail
from ichdesk.ui.widgets.window_size import fit_screen

_SIZE_PX = (1100, 860)
_MIN_HEIGHT_PX = 480
_AHEAD = 3  # samples decoded in either direction
_SEEN_AHEAD = 1
_PATIENCE_MS = 150  # that the last picture stays on display while the next one is decoded
_LOADING = "Loading…"
_READY_MADE = "Ready-made: no image step changes it"
_CANNOT = "This image cannot be shown."


class ViewerWindow(QWidget):
    """Shows one sample large; not modal, and the project can be edited meanwhile.

    Args:
        session: Whose project is looked at.
        theme: Of the buttons; the picture is on black in every theme.
        post: Runs a function on the window's thread, from any thread.
    """

    closed = Signal()

    def __init__(self, session: Session, theme: Theme, post: Post) -> None:
        super().__init__()
        self._session = session
        self._trail: Trail | None = None
        self._direction = 1
        self._classes = session.project.classes
        self._steps = session.project.config.steps
        self._seen_digest = ""
        self._was_side_by_side = False
        self._heights: dict[str, float] = {}
        self._asked_heights: set[str] = set()
        self._pictures: ReadAhead[Picture] = ReadAhead(
            load_picture, lambda picture: picture.byte_count, post, self._show
        )
        self._seen: ReadAhead[QImage] = ReadAhead(
            partial(load_seen, steps=self._steps), QImage.sizeInBytes, post, self._show_seen
        )
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience_lost)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.canvas = Canvas()
        moves = Moves(self.step, self.to_end, self.switch_along, self.close, self.show_legend)
        self.commands = Commands(self, self.canvas, moves, theme)
        self.bar = Bar(self.commands)
        self.legend = Legend((*MOUSE, *self.commands.legend_rows))
        self._arrange()
        self.canvas.changed.connect(self._on_changed)
        self.canvas.steps_requested.connect(self.step)
        for along, button in self.bar.along.items():
            button.clicked.connect(partial(self.go_along, along))
        self._on_changed()

    def _arrange(self) -> None:
        self.legend.hide()
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(row, 1)
        self.setMinimumHeight(_MIN_HEIGHT_PX)  # the buttons say how wide
        fit_screen(self, _SIZE_PX)
        self.canvas.setFocus()

    # --- going through -----------------------------------------------------------------------

    @property
    def trail(self) -> Trail | None:
        """What it goes through, and where it is."""
        return self._trail

    @property
    def is_settled(self) -> bool:
        """Whether everything that is wanted has been decoded."""
        return self._pictures.is_idle and self._seen.is_idle

    def show_sample(self, class_id: int, index: int) -> None:
        """Look at a sample, and go through its class from there."""
        self._go(trails.class_trail(self._session.project, class_id, index))

    def step(self, by: int) -> None:
        """Go so many samples further, or back."""
        if self._trail is not None:
            self._direction = 1 if by > 0 else -1
            self._go(self._trail.moved(by))

    def to_end(self, last: bool) -> None:
        """Go to the last sample, or to the first."""
        if self._trail is not None:
            self.step(len(self._trail.stops) * (1 if last else -1))

    def go_along(self, along: Along) -> None:
        """Go through the class or the series of the present sample."""
        if self._trail is None or along is self._trail.along:
            return
        if along is Along.CLASS:
            self._go(trails.through_class(self._trail, self._session.project))
        elif self._trail.here.sample.series is not None:
            self._go(trails.through_series(self._trail, self._session.project, self._heights))

    def switch_along(self) -> None:
        """Change between class and series."""
        if self._trail is not None:
            is_class = self._trail.along is Along.CLASS
            self.go_along(Along.SERIES if is_class else Along.CLASS)

    def show_legend(self, shown: bool) -> None:
        """Show or hide what mouse and keys do."""
        self.legend.setVisible(shown)

    def refresh(self, change: Change) -> None:
        """Follow an edit of the project."""
        if Change.PROJECT not in change:
            return
        project = self._session.project
        if project.config.steps != self._steps:
            self._steps = project.config.steps
            self._seen.restart(partial(load_seen, steps=self._steps))
        if project.classes is not self._classes:
            self._classes = project.classes
            self._follow(project)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the threads."""
        self._patience.stop()
        self._pictures.close()
        self._seen.close()
        event.accept()
        self.closed.emit()

    # --- inside ------------------------------------------------------------------------------

    def _follow(self, project: Project) -> None:
        if self._trail is None:
            return
        after = trails.followed(self._trail, project, self._heights)
        if after is None:
            self.close()
        else:
            self._go(after)

    def _go(self, trail: Trail) -> None:
        self._trail = trail
        self.bar.show_along(trail.along, has_series=trail.here.sample.series is not None)
        self._learn_heights(trail.here.sample.series)
        self._pictures.want(trail.around(_AHEAD, self._direction))
        self._want_seen()
        self._show()

    def _want_seen(self) -> None:
        if self._trail is not None and self.canvas.side_by_side:
            self._seen.want(self._trail.around(_SEEN_AHEAD, self._direction))
        else:
            self._seen.want(())

    def _learn_heights(self, series: str | None) -> None:
        """Ask where the slices of a series lie, once."""
        if series is None:
            return
        samples = [s for bin_ in self._classes for s in bin_.samples if s.series == series]
        unknown = [s for s in samples if s.sha256 not in self._asked_heights]
        if unknown:
            self._asked_heights.update(s.sha256 for s in unknown)
            self._pictures.run(partial(read_heights, unknown), self._on_heights)

    def _on_heights(self, heights: dict[str, float]) -> None:
        self._heights |= heights
        if self._trail is not None and self._trail.along is Along.SERIES:
            self._go(trails.through_series(self._trail, self._session.project, self._heights))
        else:
            self._show()

    def _labels(self, trail: Trail) -> Labels:
        project, here = self._session.project, trail.here
        in_class = trails.through_class(trail, project) if trail.along is Along.SERIES else trail
        series = ""
        if here.sample.series is not None:
            slices = trails.through_series(trail, project, self._heights)
            series = f"Series: slice {slices.at + 1:,} of {len(slices.stops):,}"
        name = project.class_by_id(here.class_id).name
        if here.sample.is_test:
            name += " (test set)"
        return Labels(name, f"Image {in_class.at + 1:,} of {len(in_class.stops):,}", series)

    def _show(self) -> None:
        """Show the present sample if it is there; else let the last one stay for a moment."""
        if self._trail is None:
            return
        found = self._pictures.get(self._trail.here.sample)
        if found is None:
            if not self._patience.isActive():
                self._patience.start()
            return
        self._patience.stop()
        labels = self._labels(self._trail)
        self.setWindowTitle(f"{labels.class_name}, {labels.position.lower()} - ICHDesk viewer")
        if isinstance(found, Problem):
            self.canvas.show_message(f"{_CANNOT} {found.text}", labels)
        else:
            self.canvas.show_picture(found, labels)
        self._show_seen()

    def _show_seen(self) -> None:
        if self._trail is None or self.canvas.picture is None:
            return
        sample = self._trail.here.sample
        found = self._seen.get(sample)
        if found is None and sample.sha256 == self._seen_digest:
            return  # the steps have changed; what they made before stays until the new one is there
        self._seen_digest = sample.sha256
        is_hu = self.canvas.picture.hu is not None
        note = steps_words(self._steps) if is_hu else _READY_MADE
        self.canvas.show_seen(None if isinstance(found, Problem) else found, note)

    def _on_patience_lost(self) -> None:
        if self._trail is not None:
            self.canvas.show_message(_LOADING, self._labels(self._trail))

    def _on_changed(self) -> None:
        self.commands.refresh()
        if self.canvas.side_by_side is not self._was_side_by_side:
            self._was_side_by_side = self.canvas.side_by_side
            self._want_seen()
            self._show_seen()
