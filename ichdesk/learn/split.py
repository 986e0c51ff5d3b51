"""Which samples are held out as the test set: the original's rule, with a seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

TEST_PERCENT = 15


@dataclass(frozen=True, slots=True)
class Split:
    """Positions in each class's samples, ascending, one tuple per class."""

    train: tuple[tuple[int, ...], ...]
    test: tuple[tuple[int, ...], ...]


def held_out(samples: int) -> int:
    """How many of a class's samples are held out: ceil(0.15 n), so 1 of 1 and 0 of 0."""
    return -(-samples * TEST_PERCENT // 100)


def split_classes(classes: Sequence[Sequence[int]], seed: int) -> Split:
    """Shuffle inside each class and hold out the first 15 %, rounded up.

    Every class has its own random stream, so that a change in one class leaves the split of the
    others as it was.

    Args:
        classes: Per class, the positions that can be used.
        seed: The same seed and positions give the same split.
    """
    train, test = [], []
    for index, positions in enumerate(classes):
        shuffled = np.random.default_rng((seed, index)).permutation(np.array(positions, np.int64))
        count = held_out(len(positions))
        test.append(tuple(sorted(shuffled[:count].tolist())))
        train.append(tuple(sorted(shuffled[count:].tolist())))
    return Split(tuple(train), tuple(test))
