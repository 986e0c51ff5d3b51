"""Only the head."""

from typing import Annotated

import numpy as np
import numpy.typing as npt

from ichdesk.imaging.slices import AIR_HU
from ichdesk.imaging.steps import Range, Stage, image_step
from ichdesk.imaging.window import Values

_LOWEST_TISSUE_HU = -300.0  # fat is at -100, foam of headrests below -700
_SEARCH_PX = 256  # of the longer side; the box is searched in an image of at most twice this
_THIN = 3 / 256  # of the longer side: about 3 mm, half of what shells and tubes are thick at most
_SMALLEST = 0.01  # of the image, less is no head

_Mask = npt.NDArray[np.bool_]
_Box = tuple[slice, slice]


@image_step("crop_to_head", "Crop to head", Stage.HU, Stage.HU)
def crop_to_head(
    hu: Values,
    *,
    margin: Annotated[float, Range("Margin", 0, 50, 1, "%")] = 5.0,
) -> Values:
    """Cuts the picture to the head, without headrest and tubes; a slice without a head stays whole.

    The margin is a share of the longer side of the head. Beyond the edge of the picture it is air,
    so that every head is in the middle and of the same size.
    """
    box = _head_box(hu)
    if box is None:
        return hu.copy()
    margin_px = round(margin / 100 * max(edge.stop - edge.start for edge in box))
    return np.pad(hu[box], margin_px, constant_values=np.float32(AIR_HU))


def _head_box(hu: Values) -> _Box | None:
    """Rows and columns of the largest thick thing that is denser than air, to 1 in 256."""
    step = max(1, max(hu.shape) // _SEARCH_PX)
    head = _head_mask(hu[::step, ::step] > _LOWEST_TISSUE_HU)
    if np.count_nonzero(head) < max(1, _SMALLEST * head.size):
        return None
    rows, columns = np.nonzero(head)
    return _span(rows, step, hu.shape[0]), _span(columns, step, hu.shape[1])


def _span(found: npt.NDArray[np.intp], step: int, length: int) -> slice:
    """From first to last, and what may lie between these and the next ones that were looked at."""
    first, last = int(found.min()), int(found.max())
    return slice(max(0, (first - 1) * step + 1), min(length, (last + 1) * step))


def _head_mask(dense: _Mask) -> _Mask:
    """The largest connected part after thin ones are worn away, grown back as far as it was.

    Cavities need not be filled: they change neither the box nor, beside a brain, which part is the
    largest; but a ring of plastic around the head would become the largest part.
    """
    from scipy import ndimage  # noqa: PLC0415 - most people never need it, and it loads slowly

    thin_px = round(_THIN * max(dense.shape))
    core = ndimage.minimum_filter(dense, 2 * thin_px + 1, mode="nearest")
    labels, count = ndimage.label(core)
    if not count:
        return np.zeros_like(dense)
    sizes = np.bincount(labels.ravel())[1:]
    largest: _Mask = labels == int(sizes.argmax()) + 1
    if not thin_px:
        return largest
    grown: _Mask = ndimage.binary_dilation(largest, iterations=2 * thin_px, mask=dense)
    return grown
