"""Images that are nearly the same, whatever file they came from.

A copy that was saved again, brightened a little, resized, or moved by a pixel or two has other
bytes, but a model that learned from one knows the other. Heads look so much alike that the usual
hashes of 64 or 256 bits cannot tell a copy that was moved by two pixels from another head; a
distance that small moves do not change can (P. Simard et al., "Efficient pattern recognition using
a new transformation distance", 1993).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

Small = npt.NDArray[np.uint8]
_Rows = npt.NDArray[np.float32]

SIDE = 32  # cells of a small picture, 7 pixels of 224 each

LIMIT = 0.008
"""Copies lie below: up to 0.005, or 0.0078 where moved by two pixels along both axes. Of 2,000,000
pairs of different synthetic heads the nearest has 0.0099."""

_CANDIDATE = 0.08  # of the plain distance on every other cell; copies stay below half of that
_MOST_CANDIDATES = 256  # of a picture, the nearest by that distance; bounds the work for crowds
_FINE, _COARSE = 1.0, 3.0  # cells; what is smaller or larger than both says little about a copy
_LEAST_RMS = 1.0  # gray levels; below, a picture is empty and like all empty pictures
_CHUNK = 512  # pictures at a time, for a bounded use of memory


@dataclass(frozen=True, slots=True)
class Pair:
    """A test picture and the training picture that it is nearly the same as, by index."""

    test: int
    train: int


def small_picture(pixels: npt.NDArray[np.uint8]) -> Small:
    """What is compared of an image, (224, 224, 3) in, (32, 32) gray out."""
    return np.asarray(Image.fromarray(pixels).convert("L").reduce(len(pixels) // SIDE))


def near_copies(
    test: Sequence[Small], train: Sequence[Small], tick: Callable[[], None] = lambda: None
) -> list[Pair]:
    """The test pictures that have a near copy in training, each with its nearest one.

    Args:
        test: The one side.
        train: The other.
        tick: Called every half second or so; what it raises ends the search.
    """
    if not test or not train:
        return []
    held, known = _shapes(test), _shapes(train)
    coarse, pairs = _coarse(known), list[Pair]()
    for start in range(0, len(held), _CHUNK):
        tick()
        part = held[start : start + _CHUNK]
        plain = 1.0 - _coarse(part) @ coarse.T
        pairs += [Pair(start + row, near) for row, near in _nearest(plain, part, known)]
    return pairs


def copies_among(pictures: Sequence[Small]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """The pictures that are nearly the same as an earlier one, each with the nearest of these.

    Yields:
        After every part of the work, how many pictures have been compared with all before them,
        and the new pairs (picture, earlier picture), by index.
    """
    if not pictures:
        return
    parts = []
    for start in range(0, len(pictures), _CHUNK):
        yield 0, []
        parts.append(_shapes(pictures[start : start + _CHUNK]))
    shapes = np.concatenate(parts)
    coarse = _coarse(shapes)
    for start in range(0, len(shapes), _CHUNK):
        end = min(start + _CHUNK, len(shapes))
        plain = 1.0 - coarse[start:end] @ coarse[:end].T
        plain[:, start:][np.triu_indices(end - start)] = np.inf  # itself, and what comes later
        found = _nearest(plain, shapes[start:end], shapes)
        yield end, [(start + row, near) for row, near in found]


def _nearest(plain: _Rows, part: _Rows, known: _Rows) -> Iterator[tuple[int, int]]:
    """(row of the part, its nearest known picture) where that is a near copy.

    Args:
        plain: Distances at a first look, (P, K): quick, for there may be 100 million.
        part: Shapes, (P, 32, 32).
        known: Shapes, (K or more, 32, 32).
    """
    for row in np.nonzero(plain.min(axis=1) < _CANDIDATE)[0].tolist():
        near = np.nonzero(plain[row] < _CANDIDATE)[0]
        if len(near) > _MOST_CANDIDATES:
            near = near[np.argpartition(plain[row, near], _MOST_CANDIDATES)[:_MOST_CANDIDATES]]
        distances = _distances(part[row], known[near])
        if distances.min() < LIMIT:
            yield row, int(near[distances.argmin()])


def _shapes(pictures: Sequence[Small]) -> _Rows:
    """What is compared of all pictures, (N, 32, 32)."""
    starts = range(0, len(pictures), _CHUNK)
    return np.concatenate([_edges(np.stack(pictures[i : i + _CHUNK])) for i in starts])


def _edges(pictures: Small) -> _Rows:
    """Edges of a middling size at one contrast, (N, 32, 32) with norm 1; 0 where there are none."""
    gray = pictures.astype(np.float32)
    fine, coarse = _blur(_FINE), _blur(_COARSE)
    edges = fine @ gray @ fine.T - coarse @ gray @ coarse.T
    norms = np.linalg.norm(edges, axis=(1, 2), keepdims=True)
    with_edges = norms > _LEAST_RMS * SIDE
    shapes: _Rows = np.where(with_edges, edges / np.maximum(norms, _LEAST_RMS), np.float32(0.0))
    return shapes


def _blur(sigma: float) -> _Rows:
    """Gaussian blur of a column of cells as a matrix (32, 32), normalized at the edges."""
    cells = np.arange(SIDE)
    weights = np.exp(-((cells[:, None] - cells) ** 2) / (2.0 * sigma**2))
    blur: _Rows = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return blur


def _coarse(shapes: _Rows) -> _Rows:
    """Every other cell, (N, 256) with norm 1."""
    cells = shapes[:, ::2, ::2].reshape(len(shapes), -1)
    norms = np.linalg.norm(cells, axis=1, keepdims=True)
    coarse: _Rows = cells / np.maximum(norms, np.float32(1e-6))
    return coarse


def _distances(one: _Rows, others: _Rows) -> _Rows:
    """Tangent distances of a picture (32, 32) to others (K, 32, 32): 0 the same, 1 unlike.

    It is half the squared distance to the nearest of all the pictures that the first one becomes,
    to a first approximation, when it is moved and stretched.
    """
    down, right = np.gradient(one)
    cells = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    stretched = down * cells[:, None] + right * cells
    moves = np.stack([down.ravel(), right.ravel(), stretched.ravel()], axis=1)
    basis = np.linalg.qr(moves)[0]  # (1024, 3)
    left = others.reshape(len(others), -1) - one.ravel()
    distances: _Rows = ((left**2).sum(axis=1) - ((left @ basis) ** 2).sum(axis=1)) / 2
    return distances
