"""Numbers that describe a classifier's predictions, each with its n."""

from dataclasses import dataclass
from math import comb, sqrt

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]

Z_95 = 1.959963984540054  # 97.5th percentile of the standard normal distribution


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """Share of a class's test samples that were recognized; accuracy is None when n is 0."""

    name: str
    accuracy: float | None
    samples: int


def confusion_matrix(truth: npt.ArrayLike, predicted: npt.ArrayLike, classes: int) -> Counts:
    """Count predictions: row = class, column = prediction, shape (classes, classes)."""
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (np.asarray(truth, np.intp), np.asarray(predicted, np.intp)), 1)
    return matrix


def accuracy(confusion: Counts) -> float | None:
    """Correct predictions over all, or None when there are none."""
    total = int(confusion.sum())
    return float(np.trace(confusion)) / total if total else None


def accuracy_per_class(confusion: Counts, names: list[str]) -> list[ClassAccuracy]:
    """Accuracy and n of every row of a confusion matrix."""
    rows = []
    for index, name in enumerate(names):
        n = int(confusion[index].sum())
        rows.append(ClassAccuracy(name, int(confusion[index, index]) / n if n else None, n))
    return rows


def wilson_interval(successes: float, n: float) -> tuple[float, float] | None:
    """95 % score interval of a proportion (Wilson 1927, doi 10.2307/2276774); None when n is 0.

    Neither needs to be whole: see `grouped_interval`.
    """
    if n == 0:
        return None
    p = successes / n
    center = (p + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 / (1 + Z_95**2 / n) * sqrt(p * (1 - p) / n + Z_95**2 / (4 * n**2))
    low = 0.0 if successes == 0 else max(0.0, center - half)
    high = 1.0 if successes == n else min(1.0, center + half)
    return low, high


def mcnemar_exact(better: int, worse: int) -> float:
    """Two-sided p of so uneven a change by chance alone (McNemar 1947, doi 10.1007/BF02295996).

    Args:
        better: Images that only the second of two classifiers gets right.
        worse: Images that only the first gets right.
    """
    n = better + worse
    ways = sum(comb(n, k) for k in range(min(better, worse) + 1))
    return min(1.0, 2 * ways / (1 << n))
