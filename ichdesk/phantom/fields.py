"""Soft shapes and smooth random fields on a pixel grid, the brush strokes of every phantom."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Mask = NDArray[np.bool_]
Point = tuple[float, float]


def soft_step(distance_mm: Field, width_mm: float) -> Field:
    """Turn a signed distance into a weight: 0 outside, 1 inside, linear over `width_mm`."""
    weight: Field = distance_mm * np.float32(1.0 / width_mm)
    weight += np.float32(0.5)
    np.clip(weight, 0.0, 1.0, out=weight)
    return weight


def blend(hu: Field, value: Field | float, weight: Field) -> None:
    """Move `hu` towards `value` by `weight` (0 to 1), in place."""
    hu += weight * (value - hu)


def length(x: Field, y: Field) -> Field:
    """Length of the vectors (x, y)."""
    return np.sqrt(x * x + y * y).astype(np.float32, copy=False)


def capsule(x: Field, y: Field, start: Point, end: Point, radii: Point) -> Field:
    """Signed distance (mm, positive inside) to a segment whose radius runs from one to the other.

    Args:
        x: (H, W) coordinate in mm.
        y: (H, W) coordinate in mm.
        start: First end of the segment in mm.
        end: Second end of the segment in mm.
        radii: Radius in mm at the first and the second end.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    length_squared = max(dx * dx + dy * dy, 1e-6)
    px, py = x - np.float32(start[0]), y - np.float32(start[1])
    along = (px * np.float32(dx) + py * np.float32(dy)) * np.float32(1 / length_squared)
    np.clip(along, 0.0, 1.0, out=along)
    px -= along * np.float32(dx)
    py -= along * np.float32(dy)
    radius = along * np.float32(radii[1] - radii[0]) + np.float32(radii[0])
    return radius - length(px, py)


def polyline(x: Field, y: Field, points: Sequence[Point], radii: Sequence[float]) -> Field:
    """Signed distance (mm, positive inside) to joined capsules through `points`."""
    parts = [
        capsule(x, y, a, b, (ra, rb))
        for (a, b), (ra, rb) in zip(pairwise(points), pairwise(radii), strict=True)
    ]
    inside = parts[0]
    for part in parts[1:]:
        np.maximum(inside, part, out=inside)
    return inside


def ellipse(x: Field, y: Field, center: Point, radii: Point, angle: float = 0.0) -> Field:
    """Approximate signed distance (mm, positive inside) to an ellipse turned by `angle` radians."""
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    px, py = x - np.float32(center[0]), y - np.float32(center[1])
    u = (px * cos + py * sin) * np.float32(1 / radii[0])
    v = (py * cos - px * sin) * np.float32(1 / radii[1])
    inside: Field = 1 - length(u, v)
    return inside * np.float32(min(radii))


@lru_cache(maxsize=64)
def _spline_matrix(size_px: int, cells: int) -> Field:
    """Cubic B-spline weights, (size_px, cells + 3), from control points to pixels."""
    position = (np.arange(size_px) + 0.5) / size_px * cells
    index = np.minimum(position.astype(int), cells - 1)
    t = position - index
    basis = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1
    )
    matrix = np.zeros((size_px, cells + 3), np.float32)
    for k in range(4):
        matrix[np.arange(size_px), index + k] = basis[:, k] / 6
    return matrix


def smooth_field(rng: np.random.Generator, size_px: int, cells: int) -> Field:
    """A smooth random (H, W) field of mean 0 and sd about 1 with `cells` bumps across."""
    matrix = _spline_matrix(size_px, cells)
    control = rng.standard_normal((cells + 3, cells + 3), dtype=np.float32)
    # A cubic B-spline halves the sd over the two directions, more or less.
    field: Field = np.matmul(matrix @ control, matrix.T, dtype=np.float32)
    field *= np.float32(2.1)
    return field
