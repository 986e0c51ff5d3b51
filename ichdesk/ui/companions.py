"""The windows beside the main one: made when asked for, told of changes, closed with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QWidget

from ichdesk.session.jobs import Post
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.companion import Companion
from ichdesk.ui.settings import Settings
from ichdesk.ui.theme import Theme
from ichdesk.ui.widgets.window_size import fit_screen

if TYPE_CHECKING:
    from ichdesk.ui.cell_images import CellImages
    from ichdesk.ui.lab.lab_window import LabWindow
    from ichdesk.ui.viewer.viewer_window import ViewerWindow

    Window = Companion | LabWindow | ViewerWindow

W = TypeVar("W", bound="Window")
_STATE = Qt.WindowState


@dataclass(frozen=True, slots=True)
class Entry:
    """A companion that the View menu opens.

    Attributes:
        text: Of the menu; `keys` its shortcut, `symbol` its icon.
        make: Makes it; the module is imported only then, as the start must not wait for it.
    """

    text: str
    keys: str
    symbol: str
    make: Callable[[Session, Theme, Post], Companion]


def _gallery(session: Session, theme: Theme, post: Post) -> Companion:
    from ichdesk.ui.gallery.gallery_window import GalleryWindow  # noqa: PLC0415 - when asked for

    return GalleryWindow(session, theme, post)


def _runs(session: Session, theme: Theme, post: Post) -> Companion:
    from ichdesk.ui.runs.runs_window import RunsWindow  # noqa: PLC0415 - when asked for

    return RunsWindow(session, theme, post)


def _similarity(session: Session, theme: Theme, post: Post) -> Companion:
    from ichdesk.ui.similarity.similarity_window import (  # noqa: PLC0415 - when asked for
        SimilarityWindow,
    )

    return SimilarityWindow(session, theme, post)


def _health(session: Session, theme: Theme, post: Post) -> Companion:
    from ichdesk.ui.health.health_window import HealthWindow  # noqa: PLC0415 - when asked for

    return HealthWindow(session, theme, post)


def _heat_maps(session: Session, theme: Theme, _: Post) -> Companion:
    from ichdesk.ui.heat_maps.heat_window import HeatWindow  # noqa: PLC0415 - when asked for

    return HeatWindow(session, theme)


ENTRIES: Mapping[str, Entry] = {
    "runs": Entry("&Runs", "Ctrl+R", "history", _runs),
    "gallery": Entry("&Gallery by class", "Ctrl+G", "view-grid-outline", _gallery),
    "heat-maps": Entry("&Where it looked", "Ctrl+K", "fire", _heat_maps),
    "similarity": Entry("Si&milarity map", "Ctrl+Shift+M", "chart-scatter-plot", _similarity),
    "health": Entry("&Data health", "Ctrl+Shift+H", "stethoscope", _health),
}
"""By name, in the order of the menu."""


class Companions(QObject):
    """All companions, each at most once.

    Args:
        post: Runs a function on the window's thread, from any thread.
        show_in_class: Brings a sample into view in its card: id of the class, position in it.
        settings: Remember how large the user made each of them.
    """

    def __init__(
        self,
        session: Session,
        theme: Theme,
        post: Post,
        show_in_class: Callable[[int, int], None],
        settings: Settings,
    ) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._post = post
        self._show_in_class = show_in_class
        self._settings = settings
        self._open: dict[str, Window] = {}
        self._first_sizes: dict[str, tuple[int, int]] = {}

    def show(self, name: str) -> Companion:
        """Show the companion of a menu entry."""
        make = ENTRIES[name].make
        window = self._window(name, lambda: self._linked(make(*self._parts)))
        self._bring_up(name, window)
        return window

    def show_cell_images(self, cell: tuple[int, int] | None) -> None:
        """Show the test images of a cell of the confusion matrix, or with None all errors."""
        window = self._window("cell-images", self._new_cell_images)
        window.show_cell(cell)
        self._bring_up("cell-images", window)

    def show_image_steps(self, parent: QWidget) -> None:
        """Show the lab of image steps."""
        window = self._window("image-steps", lambda: self._new_lab(parent))
        self._bring_up("image-steps", window)

    def show_sample(self, class_id: int, index: int) -> None:
        """Show a sample large; there is one viewer for all windows."""
        window = self._window("viewer", self._new_viewer)
        window.show_sample(class_id, index)
        self._bring_up("viewer", window)

    def get(self, name: str) -> "Window | None":
        """A companion, while it is open."""
        return self._open.get(name)

    def refresh(self, change: Change) -> None:
        """Tell all that are open what has changed."""
        for window in list(self._open.values()):
            window.refresh(change)

    def close(self) -> None:
        """Close all, with nothing left running."""
        for window in list(self._open.values()):
            window.close()

    @property
    def _parts(self) -> tuple[Session, Theme, Post]:
        return self._session, self._theme, self._post

    def _window(self, name: str, make: Callable[[], W]) -> W:
        if name not in self._open:
            window = self._open[name] = make()
            if (size_px := self._settings.size_px(name)) is not None:
                fit_screen(window, size_px)
            closed = window.finished if isinstance(window, QDialog) else window.closed
            closed.connect(self._on_closed)
        return cast(W, self._open[name])

    def _bring_up(self, name: str, window: "Window") -> None:
        window.setWindowState(window.windowState() & ~_STATE.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        self._first_sizes.setdefault(name, _size_px(window))  # which has its contents only now

    def _on_closed(self) -> None:
        for name, window in self._open.items():
            size_px = _size_px(window)
            if window is self.sender() and size_px != self._first_sizes.pop(name, size_px):
                self._settings.remember_size(name, size_px)
        self._open = {name: w for name, w in self._open.items() if w is not self.sender()}

    def _linked(self, window: Companion) -> Companion:
        window.view_requested.connect(self.show_sample)
        window.class_requested.connect(self._show_in_class)
        return window

    def _new_cell_images(self) -> "CellImages":
        from ichdesk.ui.cell_images import CellImages  # noqa: PLC0415 - when asked for

        window = CellImages(*self._parts)
        self._linked(window)
        return window

    def _new_lab(self, parent: QWidget) -> "LabWindow":
        from ichdesk.ui.lab.lab_window import LabWindow  # noqa: PLC0415 - when asked for

        return LabWindow(*self._parts, parent)

    def _new_viewer(self) -> "ViewerWindow":
        from ichdesk.ui.viewer.viewer_window import ViewerWindow  # noqa: PLC0415 - when asked for

        return ViewerWindow(*self._parts)


def _size_px(window: QWidget) -> tuple[int, int]:
    """Width and height, those that it goes back to if it fills the screen now."""
    fills = window.windowState() & (_STATE.WindowMaximized | _STATE.WindowFullScreen)
    size = window.normalGeometry().size() if fills else window.size()
    return size.width(), size.height()
