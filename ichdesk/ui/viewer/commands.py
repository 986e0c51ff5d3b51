"""Every command of the viewer, with its keys, for buttons and for the legend."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from ichdesk.imaging.window import PRESETS
from ichdesk.ui.icons import icon
from ichdesk.ui.theme import Theme
from ichdesk.ui.viewer.canvas import Canvas
from ichdesk.ui.viewer.gray_window import GrayWindow

MOUSE = (
    ("Left drag", "Window: across width, down level"),
    ("Middle drag, Shift + left drag", "Pan"),
    ("Right drag", "Zoom at the pointer: up is larger"),
    ("Wheel", "Next and previous image"),
    ("Ctrl + wheel", "Zoom at the pointer"),
)
_ZOOM_STEP = 1.25


@dataclass(frozen=True, slots=True)
class Moves:
    """What the window does itself, for it knows the samples."""

    step: Callable[[int], None]
    to_end: Callable[[bool], None]
    switch_along: Callable[[], None]
    close: Callable[[], object]
    show_legend: Callable[[bool], None]


class Commands:
    """Actions of the viewer's window; their checks follow the canvas.

    Attributes:
        presets: In the order of their keys, 1 to 5.
        in_order: (name for the legend, keys) of all.
    """

    def __init__(self, window: QWidget, canvas: Canvas, moves: Moves, theme: Theme) -> None:
        self._window = window
        self._canvas = canvas
        self._theme = theme
        self._icons: list[tuple[QAction, str]] = []
        self.legend_rows: list[tuple[str, str]] = []
        self._create_moves(moves)
        self._create_window_actions()
        self._create_view_actions()
        self.legend = self._switch(
            "Mouse and keys", "?, F1", moves.show_legend, "help-circle-outline"
        )
        self.close = self._action("Close the viewer", "Esc, Ctrl+W", moves.close)
        theme.changed.connect(self._show_icons)
        self._show_icons()

    def refresh(self) -> None:
        """Check and enable what fits the canvas."""
        canvas = self._canvas
        has_hu = canvas.picture is not None and canvas.picture.hu is not None
        for action, preset in zip(self.presets, PRESETS, strict=True):
            action.setEnabled(has_hu)
            action.setChecked(has_hu and canvas.through == GrayWindow.of(preset))
        self.invert.setChecked(canvas.inverted)
        self.overlays.setChecked(canvas.shows_overlays)
        self.side_by_side.setChecked(canvas.side_by_side)

    def _create_moves(self, moves: Moves) -> None:
        self.previous = self._action(
            "Previous image", "Up, Left, PgUp", partial(moves.step, -1), "chevron-left"
        )
        self.next = self._action(
            "Next image", "Down, Right, PgDown", partial(moves.step, 1), "chevron-right"
        )
        self._action("First image", "Home", partial(moves.to_end, False))
        self._action("Last image", "End", partial(moves.to_end, True))
        self._list_together(2, "{}")
        self.switch_along = self._action("Through class or series", "C", moves.switch_along)

    def _create_window_actions(self) -> None:
        canvas = self._canvas
        self.presets = []
        for number, preset in enumerate(PRESETS, 1):
            through = GrayWindow.of(preset)
            action = self._action(preset.name, str(number), partial(self._set_preset, through))
            action.setCheckable(True)
            self.presets.append(action)
        self._list_together(len(PRESETS), "Window: {}")
        self.invert = self._switch("Invert", "I", canvas.set_inverted, "invert-colors")

    def _create_view_actions(self) -> None:
        canvas = self._canvas
        self.fit = self._action("Fit", "F", canvas.fit, "fit-to-screen-outline")
        self._action("Larger", "+, =", partial(canvas.zoom, _ZOOM_STEP))
        self._action("Smaller", "-", partial(canvas.zoom, 1 / _ZOOM_STEP))
        self._list_together(2, "{}")
        self.reset = self._action("Reset", "R", canvas.reset, "restore")
        self.overlays = self._switch(
            "Texts on the picture", "O", canvas.set_shows_overlays, "text-short"
        )
        self.side_by_side = self._switch(
            "Side by side with what the network sees",
            "S",
            canvas.set_side_by_side,
            "view-split-vertical",
        )
        self.side_by_side.setIconText("Side by side")

    def _set_preset(self, through: GrayWindow) -> None:
        self._canvas.set_window(through)
        self.refresh()  # a click on the preset in force must not uncheck it

    def _action(self, text: str, keys: str, do: Callable[[], object], symbol: str = "") -> QAction:
        action = self._new(text, keys, symbol)
        action.triggered.connect(lambda: do())  # noqa: PLW0108 - without the "checked" of Qt
        return action

    def _switch(self, text: str, keys: str, do: Callable[[bool], object], symbol: str) -> QAction:
        action = self._new(text, keys, symbol)
        action.setCheckable(True)
        action.triggered.connect(do)
        return action

    def _new(self, text: str, keys: str, symbol: str) -> QAction:
        action = QAction(text, self._window)
        sequences = [QKeySequence(key) for key in keys.split(", ")]
        action.setShortcuts(sequences)
        shown = ", ".join(s.toString(QKeySequence.SequenceFormat.NativeText) for s in sequences)
        action.setToolTip(f"{text} ({shown})")
        if symbol:
            self._icons.append((action, symbol))
        self._window.addAction(action)
        self.legend_rows.append((shown, text))
        return action

    def _list_together(self, count: int, text: str) -> None:
        """Give the last commands one row of the legend."""
        rows = self.legend_rows[-count:]
        keys, names = (", ".join(parts) for parts in zip(*rows, strict=True))
        self.legend_rows[-count:] = [(keys, text.format(names).capitalize())]

    def _show_icons(self) -> None:
        palette = self._theme.palette
        for action, symbol in self._icons:
            action.setIcon(icon(symbol, palette.text_soft, palette.disabled_text))
