"""A sample as the viewer holds it, and its pixels through a window."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage

from ichdesk.core.samples import Sample
from ichdesk.core.steps import Steps
from ichdesk.imaging.decode import decode_sample
from ichdesk.imaging.hu_png import is_hu_png, read_hu_png
from ichdesk.imaging.pipeline import model_pixels
from ichdesk.imaging.slices import HuImage, Spacing, true_proportions
from ichdesk.imaging.window import Values, window
from ichdesk.ui.viewer.gray_window import GrayWindow

_LEVELS = 2**16 - 1
_OPAQUE = np.uint32(0xFF000000)
_GRAY = np.uint32(0x00010101)
_SHADES = np.arange(256, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels as numbers of values, so that a window has to be worked out once for each value.

    Attributes:
        numbers: (H, W) uint16, or (H, W, 3) of a ready-made picture.
        values: What each number means: HU, or gray from 0 to 255.
        hu: (H, W), as the sample says, or None for a ready-made picture.
        spacing_mm: From row to row and from column to column; None if unknown.
        is_inverted: Low values are to be shown bright.
    """

    numbers: npt.NDArray[np.uint16]
    values: Values
    hu: Values | None = None
    spacing_mm: Spacing | None = None
    is_inverted: bool = False

    @property
    def rows(self) -> int:
        """Height in px."""
        return int(self.numbers.shape[0])

    @property
    def columns(self) -> int:
        """Width in px."""
        return int(self.numbers.shape[1])

    @property
    def size(self) -> QSizeF:
        """Width and height in true proportions."""
        row, column = true_proportions(self.spacing_mm or (1.0, 1.0))
        return QSizeF(self.columns * column, self.rows * row)

    @property
    def byte_count(self) -> int:
        """How much memory it takes."""
        return self.numbers.nbytes + (0 if self.hu is None else self.hu.nbytes)

    def value_text(self, row: int, column: int) -> str:
        """What the pixel says: "43 HU", or the gray or color of a ready-made picture."""
        if self.hu is not None:
            value = float(self.hu[row, column])
            return f"{value:.0f} HU" if value.is_integer() else f"{value:.1f} HU"
        red, green, blue = (int(value) for value in self.numbers[row, column])
        if red == green == blue:
            return f"Gray value {red}"
        return f"Red {red}, green {green}, blue {blue}"


class Renderer:
    """Draws pictures through a window into one buffer, again and again."""

    def __init__(self) -> None:
        self._pixels = np.zeros((1, 1), np.uint32)

    def image(self, picture: Picture, through: GrayWindow, *, inverted: bool) -> QImage:
        """A picture in gray or color; valid until the next call.

        Args:
            picture: What to draw.
            through: Its window.
            inverted: Exchange black and white, on top of what the picture asks for itself.
        """
        shade = window(picture.values, level_hu=through.level, width_hu=through.width)
        if inverted != picture.is_inverted:
            shade = 1.0 - shade
        table = (shade * np.float32(255) + np.float32(0.5)).astype(np.uint32)
        if self._pixels.shape != picture.numbers.shape[:2]:
            self._pixels = np.empty(picture.numbers.shape[:2], np.uint32)
        if picture.numbers.ndim == 2:
            np.take(table * _GRAY | _OPAQUE, picture.numbers, out=self._pixels, mode="clip")
        else:
            red, green, blue = (table[picture.numbers[..., channel]] for channel in range(3))
            self._pixels[...] = red << 16 | green << 8 | blue | _OPAQUE
        height, width = self._pixels.shape
        return QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)


def load_picture(sample: Sample) -> Picture:
    """Decode a sample.

    Raises:
        OSError: Its bytes are gone.
        UserError: They are damaged.
    """
    data = sample.read()
    if is_hu_png(data):
        return hu_picture(read_hu_png(data))
    return Picture(decode_sample(data).astype(np.uint16), _SHADES)


def hu_picture(image: HuImage) -> Picture:
    """A slice with its values numbered."""
    low, high = float(image.hu.min()), float(image.hu.max())
    step = max(abs(image.step_hu), (high - low) / _LEVELS) or 1.0
    numbers = np.rint((image.hu - np.float32(low)) / np.float32(step)).astype(np.uint16)
    values = np.arange(int(numbers.max()) + 1, dtype=np.float64) * step + low
    return Picture(
        numbers, values.astype(np.float32), image.hu, image.spacing_mm, image.is_inverted
    )


def load_seen(sample: Sample, steps: Steps) -> QImage:
    """What the network sees of a sample.

    Raises:
        OSError: Its bytes are gone.
        UserError: They are damaged.
    """
    pixels = np.ascontiguousarray(model_pixels(sample.read(), steps))
    height, width, _ = pixels.shape
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)
