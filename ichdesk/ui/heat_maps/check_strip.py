"""The randomized-weights check of one heat map: trained, and with ever more random weights."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ichdesk.core.heat_map import Map, Picture, overlay, scale_of, upsampled
from ichdesk.ui.heat_maps.heat_picture import HeatPicture
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel

LEVELS = ("Random last part", "Upper half random", "All random")
_TITLES = ("Trained", *LEVELS)
_MOST_PX = 28 * GRID_PX


class CheckStrip(QWidget):
    """Four small pictures, each in its own scale, with its correlation to the first."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = [HeatPicture(theme, _MOST_PX) for _ in _TITLES]
        self.captions = [CaptionLabel(title) for title in _TITLES]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID_PX // 2)
        grid.setVerticalSpacing(GRID_PX // 2)
        for column, (picture, caption) in enumerate(zip(self.pictures, self.captions, strict=True)):
            caption.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(picture, 0, column)
            grid.addWidget(caption, 1, column)
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, 1)

    def show_maps(
        self,
        picture: Picture | None,
        trained: Map | None,
        checks: Sequence[tuple[Map, float]],
        strength: float,
    ) -> None:
        """Show maps as far as they are there.

        Args:
            picture: RGB (H, W, 3), or None before it is there.
            trained: (h, w).
            checks: Maps with random weights, and their correlations.
            strength: Opacity of the full color.
        """
        maps = [trained, *(heat for heat, _ in checks)]
        maps += [None] * (len(_TITLES) - len(maps))
        for place, heat in zip(self.pictures, maps, strict=True):
            if picture is None or heat is None:
                place.show_pixels(None, "…")
                continue
            coarse = picture[::2, ::2]  # they are shown so small
            fine = upsampled(heat, len(coarse))
            place.show_pixels(overlay(coarse, fine, scale_of([fine]), strength))
        self._say([alike for _, alike in checks])

    def _say(self, alike: Sequence[float]) -> None:
        for k, (title, caption) in enumerate(zip(_TITLES, self.captions, strict=True)):
            known = 0 < k <= len(alike)
            caption.say(f"{title}: {signed(alike[k - 1])}" if known else title)
            self.pictures[k].setAccessibleName(caption.text())


def signed(number: float) -> str:
    """Two places and a true minus; no "-0.00"."""
    return f"{round(number, 2) + 0.0:.2f}".replace("-", "−")
