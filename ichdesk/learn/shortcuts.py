"""Search for shortcuts: a single spot of the picture that by itself tells the classes apart."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.stats import rankdata

from ichdesk.learn.near_copies import SIDE, Small

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

SPOTS = 16  # per side, of 14 pixels each
PERMUTATIONS = 400
CHANCE = 0.01  # that some spot of images without any difference passes the limit
_CHUNK = 20  # permutations, or columns, at a time
_BACKGROUND = 12  # gray levels; darker is air
_MOST_HEADS = 600  # pictures in which the head is searched
_DIFFERENT = 0.5  # gray levels; noise of the coding is smaller


@dataclass(frozen=True, slots=True)
class Separation:
    """How well each spot alone tells each class from all others.

    Attributes:
        auc: Area under the ROC curve of the spot's brightness, shape (C, F); 0.5 says nothing.
        limit: Distance from 0.5 that hardly any spot passes by chance.
    """

    auc: Floats
    limit: float


def spot_values(pictures: Sequence[Small]) -> Floats:
    """Brightness of the spots of small pictures (32, 32), shape (N, 256)."""
    stack = np.stack(pictures).astype(np.float64)
    each = SIDE // SPOTS
    cells = stack.reshape(len(stack), SPOTS, each, SPOTS, each).mean(axis=(2, 4))
    rounded: Floats = np.round(cells / _DIFFERENT) * _DIFFERENT
    return rounded.reshape(len(stack), -1)


def separation(
    values: Floats, labels: Numbers, units: Numbers, seed: int = 0
) -> Generator[float, None, Separation]:
    """How well each column alone tells the classes apart, and how well chance would.

    Labels are shuffled many times, and the best of all columns is taken each time, so the limit
    knows how many spots were looked at (max statistic: Westfall and Young 1993). The images of a
    patient in a class keep one label, for they are alike whatever the class.

    Args:
        values: Shape (N, F).
        labels: Class of each image, from 0, shape (N,).
        units: Number of the patient of each image, from 0, shape (N,).
        seed: Of the shuffling.

    Yields:
        The share that is done.
    """
    classes, n = int(labels.max()) + 1, len(labels)
    owner, of_unit = _parts(labels, units)
    sums = np.zeros((len(of_unit), values.shape[1]))
    for start in range(0, values.shape[1], _CHUNK):
        ranks = rankdata(values[:, start : start + _CHUNK], axis=0)
        np.add.at(sums[:, start : start + _CHUNK], owner, ranks)
        yield 0.4 * start / values.shape[1]
    sizes = np.bincount(owner, minlength=len(of_unit)).astype(np.float64)
    auc = _auc(of_unit[None], sums, sizes, classes)[0]
    rng, best = np.random.default_rng(seed), list[float]()
    for start in range(0, PERMUTATIONS, _CHUNK):
        shuffled = np.stack([rng.permutation(of_unit) for _ in range(_CHUNK)])
        chance = np.abs(_auc(shuffled, sums, sizes, classes) - 0.5)
        best += chance.max(axis=(1, 2)).tolist()
        yield 0.4 + 0.6 * start / PERMUTATIONS
    limit = float(np.quantile(best, 1 - CHANCE)) if n else 0.5
    return Separation(auc, limit)


def head_share(pictures: Sequence[Small]) -> Floats:
    """In what share of the pictures a spot shows the head or its edge, shape (256,).

    The head is the largest connected thing that is not black, and what it encloses.
    """
    step = max(1, len(pictures) // _MOST_HEADS)
    heads = [_head(picture) for picture in pictures[::step]]
    each = SIDE // SPOTS
    spots = np.stack(heads).reshape(len(heads), SPOTS, each, SPOTS, each).any(axis=(2, 4))
    share: Floats = spots.mean(axis=0).reshape(-1)
    return share


def _head(picture: Small) -> npt.NDArray[np.bool_]:
    parts, count = ndimage.label(picture > _BACKGROUND)
    if not count:
        return np.zeros(picture.shape, bool)
    largest = parts == int(np.bincount(parts.ravel())[1:].argmax()) + 1
    grown: npt.NDArray[np.bool_] = ndimage.binary_dilation(ndimage.binary_fill_holes(largest))
    return grown


def _parts(labels: Numbers, units: Numbers) -> tuple[Numbers, Numbers]:
    """Number of each image's patient within its class, and the class of each of these."""
    pairs, owner = np.unique(np.stack([units, labels], axis=1), axis=0, return_inverse=True)
    return owner.reshape(-1), pairs[:, 1]


def _auc(of_unit: Numbers, sums: Floats, sizes: Floats, classes: int) -> Floats:
    """Areas of each class against the others, (P, C, F), from sums of ranks (Mann-Whitney).

    Args:
        of_unit: Class of each unit, one row per shuffling, (P, U).
        sums: Of the ranks of the unit's images, (U, F).
        sizes: How many images a unit has, (U,).
        classes: C.
    """
    own = (of_unit[:, None, :] == np.arange(classes)[:, None]).astype(np.float64)  # (P, C, U)
    counts = own @ sizes
    others = sizes.sum() - counts
    wins = own @ sums - (counts * (counts + 1) / 2)[..., None]
    pairs = np.maximum(counts * others, 1.0)[..., None]
    auc: Floats = np.where((counts * others)[..., None] > 0, wins / pairs, 0.5)
    return auc
