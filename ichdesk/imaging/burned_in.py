"""Text in a picture, such as a name in a corner, seen by its shape: rows of small, equal marks."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ichdesk.imaging.slices import HuImage, Slice

Pixels = npt.NDArray[Any]
Boxes = npt.NDArray[np.intp]  # (N, 4): top, left, bottom, right of marks

_DARKEST_HU, _BRIGHTEST_HU = -1024.0, 1024.0
_LARGEST_SIDE_PX = 1024
_FRAME = 16  # of the sides; text stands on what fills the outer sixteenth of a picture
_CONTRASTS = (110, 36)  # of 255; bright letters grow together at the lower one
_LOWEST_PX, _TALLEST = 5, 0.1  # a letter in pixels, and as a part of the picture
_WIDEST, _WIDEST_GAP = 2.5, 1.3  # in heights; the first of letters that touch
_LEAST_EQUAL = 0.7  # brightness of letters of one line
_MOST_MARKS = 3000
_LONG_LINE, _SHORT_LINE = 6, 4  # letters


def shows_text(image: Slice) -> bool:
    """Whether lines of text stand beside what a slice shows."""
    if isinstance(image, HuImage):
        scale = 255 / (_BRIGHTEST_HU - _DARKEST_HU)
        gray = (_small(image.hu) - np.float32(_DARKEST_HU)) * np.float32(scale)
        return has_text(np.clip(gray, 0, 255).astype(np.uint8))
    pixels = _small(image.pixels)
    if pixels.dtype != np.uint8:
        pixels = (np.clip(pixels, 0, 1) * np.float32(255)).astype(np.uint8)
    return has_text(pixels)


def has_text(pixels: npt.NDArray[np.uint8]) -> bool:
    """Whether lines of text stand on the background of a picture; names cannot be told from dates.

    Letters are marks of their own on the background, about as high as each other, on one line,
    close together and equally bright. Anatomy is either one large mark or many that differ.

    Args:
        pixels: (H, W), or (H, W, 3) for colors.
    """
    pixels = _small(pixels)
    contrast = _contrast(pixels)
    return any(_has_lines(contrast, least) for least in _CONTRASTS)


def _small(pixels: Pixels) -> Pixels:
    step = -(-max(pixels.shape[:2]) // _LARGEST_SIDE_PX)
    return pixels[::step, ::step]


def _contrast(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """How much each pixel differs from the background, (H, W)."""
    planes = np.moveaxis(pixels, -1, 0) if pixels.ndim == 3 else pixels[None]
    differences = [_difference(plane, _background(plane)) for plane in planes]
    return np.asarray(np.maximum.reduce(differences), np.uint8)


def _difference(plane: npt.NDArray[np.uint8], value: int) -> npt.NDArray[np.uint8]:
    table = np.abs(np.arange(256) - value).astype(np.uint8)
    return table[plane]


def _background(plane: npt.NDArray[np.uint8]) -> int:
    """The most frequent value along the edges."""
    rows, columns = (max(1, side // _FRAME) for side in plane.shape)
    edges = (plane[:rows], plane[-rows:], plane[:, :columns], plane[:, -columns:])
    return int(np.bincount(np.concatenate([edge.ravel() for edge in edges])).argmax())


def _has_lines(contrast: npt.NDArray[np.uint8], least: int) -> bool:
    from scipy import ndimage  # noqa: PLC0415 - slow to load, and only needed for imports

    marks, count = ndimage.label(contrast > least, np.ones((3, 3), np.uint8))
    if not _SHORT_LINE <= count <= _MOST_MARKS:
        return False
    found = [(y.start, x.start, y.stop, x.stop) for y, x in ndimage.find_objects(marks)]
    boxes = _letters(np.array(found), contrast.shape)
    if len(boxes) < _SHORT_LINE:
        return False
    lengths = _line_lengths(boxes, _brightness(contrast, boxes))
    return max(lengths) >= _LONG_LINE or sum(n >= _SHORT_LINE for n in lengths) >= 2


def _letters(boxes: Boxes, shape: tuple[int, ...]) -> Boxes:
    heights, widths = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    high = (heights >= _LOWEST_PX) & (heights <= _TALLEST * max(shape))
    return boxes[high & (widths <= _WIDEST * heights)]


def _brightness(contrast: npt.NDArray[np.uint8], boxes: Boxes) -> npt.NDArray[np.float64]:
    insides = (contrast[top:bottom, left:right] for top, left, bottom, right in boxes)
    return np.array([float(inside.max()) for inside in insides])


def _line_lengths(boxes: Boxes, bright: npt.NDArray[np.float64]) -> list[int]:
    """How many letters each line has, where a letter follows another."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    tops, lefts, bottoms, rights = boxes.T
    heights = bottoms - tops
    height = np.minimum.outer(heights, heights)
    gap = lefts[None, :] - rights[:, None]
    follows = (
        (np.abs(np.subtract.outer(bottoms, bottoms)) <= np.maximum(1, 0.15 * height))
        & (np.maximum.outer(heights, heights) <= 1.6 * height)
        & (gap >= -1)
        & (gap <= _WIDEST_GAP * height)
        & (np.minimum.outer(bright, bright) >= _LEAST_EQUAL * np.maximum.outer(bright, bright))
    )
    _, line_of = connected_components(follows, directed=False)
    return [int(n) for n in np.bincount(line_of)]
