"""Where the three columns stand on a canvas of a given width."""

from dataclasses import dataclass

from ichdesk.ui.theme import CARD_GAP_PX

MARGIN_PX = CARD_GAP_PX
STICKY_MARGIN_PX = 16
COLUMN_TOP_PX = 80  # the first class card stands below the app bar


def _between(low: float, value: float, high: float) -> int:
    return round(max(low, min(value, high)))


@dataclass(frozen=True, slots=True)
class Columns:
    """Left edges and widths in px; the canvas scrolls sideways where `total` exceeds its width."""

    classes_x: int
    classes: int
    training_x: int
    training: int
    preview_x: int
    preview: int
    total: int

    @staticmethod
    def fit(width_px: int) -> "Columns":
        """Columns for a visible width: they grow with it up to a size that is easy to look over."""
        gap = _between(40, 0.04 * width_px, 88)
        training = _between(256, 0.17 * width_px, 288)
        preview = _between(296, 0.24 * width_px, 400)
        rest = width_px - 2 * MARGIN_PX - 2 * gap - training - preview
        classes = _between(360, min(rest, 0.42 * width_px), 960)
        content = classes + training + preview + 2 * gap
        left = max(MARGIN_PX, (width_px - content) // 2)
        training_x = left + classes + gap
        preview_x = training_x + training + gap
        total = max(width_px, preview_x + preview + MARGIN_PX)
        return Columns(left, classes, training_x, training, preview_x, preview, total)


def sticky_y(height_px: int, scroll_px: int, view_px: int, surface_px: int) -> int:
    """Top of a card that stays in view: centered where it fits, else scrolling with the canvas.

    A card higher than the view moves so that its top is seen at the top and its end at the end.
    """
    room_px = view_px - height_px
    if room_px >= 2 * STICKY_MARGIN_PX:
        return scroll_px + room_px // 2
    most_px = max(1, surface_px - view_px)
    share = min(1.0, scroll_px / most_px)
    return STICKY_MARGIN_PX + round(share * max(0, surface_px - height_px - 2 * STICKY_MARGIN_PX))
