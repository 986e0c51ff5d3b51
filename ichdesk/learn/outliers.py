"""Images that are like no other: far from their nearest neighbors in the space of the features."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.intp]

NEIGHBORS = 5
LEAST = 12  # images; the spread of fewer distances says nothing
_LIMIT = 3.5  # robust standard deviations (Iglewicz and Hoaglin 1993)
_CHANCE = 0.01  # that the largest of n normal numbers lies beyond the limit
_FAR = 2.0
"""Times the usual distance that an outlier has at least. Features of slices have heavier tails than
normal numbers, so the limit alone calls ordinary ones unusual: of 60 synthetic slices the farthest
has 1.4 to 2.2 times the usual distance, and what is no head has 2.2 to 3.3."""

_MOST_KNOWN = 3000  # images among which neighbors are searched
_CHUNK = 512
_MAD_TO_SD = 1.4826  # of normal numbers


@dataclass(frozen=True, slots=True)
class Outlier:
    """An image far from all others.

    Attributes:
        row: Its number.
        score: How many times as far as usual its nearest neighbors are.
        is_in_class: Whether only the images of its own class are far; others are near.
    """

    row: int
    score: float
    is_in_class: bool


def outliers(
    features: Rows, labels: Numbers, seed: int = 0
) -> Iterator[tuple[float, list[Outlier]]]:
    """The images whose neighbors are unusually far, among all images and within their class.

    The distance is the mean one to the `NEIGHBORS` nearest images, of standardized features; its
    logarithm is compared by median and median deviation, and the distance itself with the
    median.

    Args:
        features: Shape (N, D).
        labels: Class of each, shape (N,).
        seed: Decides among whom neighbors are searched where there are very many.

    Yields:
        The share that is done, and the outliers so far, the farthest first.
    """
    scaled = _standardized(features)
    groups = [np.arange(len(labels)), *(np.nonzero(labels == k)[0] for k in np.unique(labels))]
    found, done = dict[int, Outlier](), 0
    total = sum(len(rows) for rows in groups)
    for number, rows in enumerate(groups):
        distances = np.zeros(len(rows))
        if len(rows) >= LEAST:
            for start, part in _distances(scaled[rows], np.random.default_rng(seed)):
                distances[start : start + len(part)] = part
                yield (done + start) / total, []
            usual = float(np.median(distances))
            is_far = (robust_scores(distances) > limit(len(rows))) & (distances >= _FAR * usual)
            for at in np.nonzero(is_far)[0].tolist():
                row, times = int(rows[at]), float(distances[at] / max(usual, 1e-9))
                found.setdefault(row, Outlier(row, times, number > 0))
        done += len(rows)
    yield 1.0, sorted(found.values(), key=lambda outlier: -outlier.score)


def robust_scores(distances: Floats) -> Floats:
    """How many robust standard deviations the logarithms lie above their median; 0 if no spread."""
    logs = np.log(np.maximum(distances, 1e-9))
    away = logs - np.median(logs)
    spread = _MAD_TO_SD * float(np.median(np.abs(away)))
    return np.zeros_like(away) if spread < 1e-9 else away / spread


def limit(n: int) -> float:
    """From which score on an image of n is an outlier; higher where many would pass by chance."""
    return max(_LIMIT, float(norm.isf(_CHANCE / n)))


def _standardized(features: Rows) -> Rows:
    spread = features.std(axis=0)
    scaled: Rows = (features - features.mean(axis=0)) / np.where(spread > 1e-6, spread, 1.0)
    return scaled


def _distances(points: Rows, rng: np.random.Generator) -> Iterator[tuple[int, Floats]]:
    """(first row, mean distances to the nearest others) of one part after the other."""
    known = np.arange(len(points))
    if len(points) > _MOST_KNOWN:
        known = np.sort(rng.choice(len(points), _MOST_KNOWN, replace=False))
    others = points[known]
    norms = (others**2).sum(axis=1)
    for start in range(0, len(points), _CHUNK):
        part = points[start : start + _CHUNK]
        squares = (part**2).sum(axis=1)[:, None] + norms - 2 * part @ others.T
        is_same = known == np.arange(start, start + len(part))[:, None]
        squares[is_same] = np.inf
        nearest = np.partition(squares, NEIGHBORS - 1, axis=1)[:, :NEIGHBORS]
        yield start, np.sqrt(np.maximum(nearest, 0.0)).mean(axis=1).astype(np.float64)
