"""NIfTI volumes to axial slices, as a DICOM viewer would show them."""

import logging
import math
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from nibabel import Nifti1Header, Nifti2Header
from nibabel.orientations import io_orientation

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_SLICE_PIXELS, MAX_SLICES
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.slices import HuImage, Place, ShownImage, Slice, Spacing
from ichdesk.imaging.window import Values

Volume = npt.NDArray[Any]

_DAMAGED = "The NIfTI file is damaged and cannot be read."
_MAGIC_1, _MAGIC_AT = b"n+1\0", 344
_NIFTI_1_BYTES, _NIFTI_2_BYTES = 348, 540
_PERCENTILES = (0.1, 99.9)
_SAMPLED_SIDE = 96  # voxels along each axis that decide what the values mean
_HIGHEST_AIR_HU = -500.0

logging.getLogger("nibabel.global").setLevel(logging.CRITICAL + 1)  # it quotes headers


def read_slices(data: bytes, pseudonyms: Pseudonyms) -> Iterator[Slice]:
    """Cut a volume into axial slices from the feet to the head, right side on the left.

    Of volumes over time only the first is read, for the others show the same slices again.

    NIfTI does not say what was measured. Where the lowest values are those of air, the values are
    taken as Hounsfield units; otherwise the slices are gray from the volume's 0.1st to its 99.9th
    percentile.

    Args:
        data: The file.
        pseudonyms: Gives keys by the content, as such a file names nobody: each volume counts as
            a series of a patient of its own.

    Raises:
        UserError: The file cannot be used, in a sentence, or there are more volumes than the one
            whose slices have come.
    """
    try:
        header = _header(data)
        volume, spacing_mm = _upright(_volume(data, header), header)
        slope, intercept = (_finite(value) for value in header.get_slope_inter())
        scale = (slope or 1.0, intercept if slope else 0.0)
        digest = sha256(data).hexdigest()
        keys = pseudonyms.key("series", digest), pseudonyms.key("patient", digest)
        yield from _slices(volume, spacing_mm, scale, keys)
        _tell_of_others(header)
    except UserError:
        raise
    except MemoryError as error:
        raise UserError("The image is too large for this computer's memory.") from error
    except Exception as error:  # parsers raise anything on broken data
        raise UserError(_DAMAGED) from error


def _header(data: bytes) -> Any:
    kind = Nifti1Header if data[_MAGIC_AT : _MAGIC_AT + 4] == _MAGIC_1 else Nifti2Header
    if kind is Nifti2Header and int.from_bytes(data[:4], "little") % 2**24 == _NIFTI_1_BYTES:
        raise UserError("It is half of a NIfTI pair; save the volume as one .nii file.")
    read: Any = kind.from_fileobj
    return read(BytesIO(data[:_NIFTI_2_BYTES]), check=False)


def _volume(data: bytes, header: Any) -> Volume:
    """The stored values of the first volume, (I, J, K), as a view of the file."""
    shape, dtype = header.get_data_shape(), header.get_data_dtype()
    if math.prod(shape[4:]) > 1:
        raise UserError("It holds several values at each point, not the values of a scan.")
    if dtype.kind not in "iuf":
        raise UserError("Its values are colors or complex numbers, not the values of a scan.")
    shape = (*shape, 1, 1)[:3]
    if min(shape) < 1:
        raise UserError(_DAMAGED)
    count, start = math.prod(shape), int(header.get_data_offset())
    if start < 0 or start + count * dtype.itemsize > len(data):
        raise UserError("The NIfTI file is cut off: a part of its volume is missing.")
    return np.frombuffer(data, dtype, count, start).reshape(shape, order="F")


def _tell_of_others(header: Any) -> None:
    count = int(math.prod(header.get_data_shape()[3:]))
    if count > 1:
        raise UserError(
            f"It holds {count:,} volumes of the same place, and only the first was taken; to add "
            "others, save each as a file of its own."
        )


def _upright(volume: Volume, header: Any) -> tuple[Volume, tuple[float, float, float]]:
    """The volume as (slice, row, column), feet first, front first, right first, and its steps.

    The NIfTI-1 standard counts x to the right, y to the front and z up.
    """
    steps_mm = [_finite(step) or 1.0 for step in (*header.get_zooms(), 1.0, 1.0)[:3]]
    oriented: Any = io_orientation
    axes = oriented(header.get_best_affine())  # row i: world axis and direction of axis i
    if axes.shape != (3, 2) or sorted(axes[:, 0]) != [0, 1, 2]:
        axes = np.array([[0, 1], [1, 1], [2, 1]])
    order = [int(np.flatnonzero(axes[:, 0] == world)[0]) for world in (2, 1, 0)]
    wanted = (1, -1, -1)  # up, from front to back, from right to left
    turned = volume.transpose(order)
    flips = tuple(
        slice(None, None, int(axes[axis, 1]) * direction)
        for axis, direction in zip(order, wanted, strict=True)
    )
    slice_mm, row_mm, column_mm = (abs(steps_mm[axis]) for axis in order)
    return turned[flips], (slice_mm, row_mm, column_mm)


def _slices(
    volume: Volume,
    steps_mm: tuple[float, float, float],
    scale: tuple[float, float],
    keys: tuple[str | None, str | None],
) -> Iterator[Slice]:
    if len(volume) > MAX_SLICES:
        raise UserError(f"The volume has more than {MAX_SLICES:,} slices.")
    if volume[0].size > MAX_SLICE_PIXELS:
        raise UserError(
            f"The picture has more than {MAX_SLICE_PIXELS // 1_000_000} million pixels."
        )
    low, high = _range(volume, scale)
    spacing_mm: Spacing = steps_mm[1:]
    step_hu = scale[0] if np.issubdtype(volume.dtype, np.integer) else 0.0
    for index, stored in enumerate(volume):
        values = _real(stored, scale)
        place = Place(*keys, position_mm=index * steps_mm[0], number=index)
        if low <= _HIGHEST_AIR_HU:
            hu = np.nan_to_num(values, nan=low)
            yield HuImage(hu, spacing_mm, place, step_hu=step_hu)
        else:
            gray = np.clip((values - np.float32(low)) / np.float32(max(high - low, 1e-6)), 0, 1)
            yield ShownImage(np.nan_to_num(gray), spacing_mm, place)


def _real(stored: Volume, scale: tuple[float, float]) -> Values:
    with np.errstate(all="ignore"):
        return np.asarray(stored.astype(np.float32) * scale[0] + scale[1], np.float32)


def _range(volume: Volume, scale: tuple[float, float]) -> tuple[float, float]:
    """Percentiles of a grid of voxels, dense enough for any head and quick for a large volume."""
    grid = volume[tuple(slice(None, None, max(1, n // _SAMPLED_SIDE)) for n in volume.shape)]
    values = _real(grid, scale)
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise UserError("The volume holds no numbers.")
    low, high = np.percentile(finite, _PERCENTILES)
    return float(low), float(high)


def _finite(value: float | None) -> float:
    return float(value) if value is not None and math.isfinite(value) else 0.0
