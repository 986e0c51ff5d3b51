"""The window that the viewer shows values through, and how dragging changes it."""

from dataclasses import dataclass

from ichdesk.imaging.window import BRAIN, PRESETS, Preset

NARROWEST = 1.0
WIDEST = 20_000.0
_FARTHEST_LEVEL = 20_000.0
_PX_TO_DOUBLE = 200.0
_SLOWEST_WIDTH = 40.0  # narrower windows are dragged as this one, or they would never widen


@dataclass(frozen=True, slots=True)
class GrayWindow:
    """Values from level - width / 2 (black) to level + width / 2 (white).

    Attributes:
        level: In HU, or in gray values from 0 to 255 for ready-made pictures.
        width: In the same unit, at least 1.
    """

    level: float
    width: float

    @staticmethod
    def of(preset: Preset) -> "GrayWindow":
        """A usual window."""
        return GrayWindow(preset.level_hu, preset.width_hu)

    @property
    def low(self) -> float:
        """The highest value that is still black."""
        return self.level - self.width / 2

    @property
    def high(self) -> float:
        """The lowest value that is white."""
        return self.level + self.width / 2

    @property
    def preset(self) -> Preset | None:
        """The usual window that this is, if it is one."""
        return next((p for p in PRESETS if GrayWindow.of(p) == self), None)

    def dragged(self, across_px: float, down_px: float) -> "GrayWindow":
        """The window after a drag that began with this one, in whole numbers.

        To the right is wider, down is a higher level. 200 px to the right double the width, so
        narrow windows change finely and wide ones fast.
        """
        per_px = max(self.width, _SLOWEST_WIDTH) / _PX_TO_DOUBLE
        level, width = self.level, self.width
        if across_px:
            width = min(WIDEST, max(NARROWEST, float(round(width + across_px * per_px))))
        if down_px:
            level = float(round(level + down_px * per_px))
            level = min(_FARTHEST_LEVEL, max(-_FARTHEST_LEVEL, level))
        return GrayWindow(level, width)


START_HU = GrayWindow.of(BRAIN)
AS_IT_IS = GrayWindow(127.5, 255.0)  # of a ready-made picture
