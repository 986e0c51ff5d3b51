"""Which samples are the test set: single ones, like the original, patients, or a fixed set."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

import numpy as np

from ichdesk.core.samples import Sample
from ichdesk.core.split_facts import BY_SLICE, BY_TEST_SET

TEST_PERCENT = 15

_Owner: TypeAlias = str | tuple[int, int]  # a patient, or class and position of a sample without


@dataclass(frozen=True, slots=True)
class Split:
    """Positions in each class's samples, ascending, one tuple per class."""

    train: tuple[tuple[int, ...], ...]
    test: tuple[tuple[int, ...], ...]


def held_out(samples: int) -> int:
    """How many of a class's samples are held out: ceil(0.15 n), so 1 of 1 and 0 of 0."""
    return -(-samples * TEST_PERCENT // 100)


def split_samples(classes: Sequence[Mapping[int, Sample]], rule: str, seed: int) -> Split:
    """Hold samples out of every class by a rule.

    Args:
        classes: Per class, the samples that can be used, by position.
        rule: One of `split_facts.RULES`.
        seed: The same seed and samples give the same split.
    """
    if rule == BY_TEST_SET:
        return fixed_split(classes)
    if rule == BY_SLICE:
        return split_classes([list(samples) for samples in classes], seed)
    return split_patients(classes, seed)


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


def split_patients(classes: Sequence[Mapping[int, Sample]], seed: int) -> Split:
    """Hold out whole patients, so that all samples of a patient are on one side.

    A sample without a patient counts as a patient of its own. Patients are asked in an order that
    the seed decides, and one is held out if that brings the classes nearer to their 15 %. Then a
    class without any test sample gets the first patient that leaves at least half of every class
    for training, or else the one that leaves most. Never is a patient held out who would leave a
    class without training samples: a class with one patient is only trained on.

    What decides a patient's place in the order are the contents of the images, not the key, so
    that everybody who reads the same files gets the same split, and a new patient leaves the order
    of the others as it was.

    Args:
        classes: Per class, the samples that can be used, by position.
        seed: The same seed and samples give the same split.
    """
    owned = _owned(classes)
    lots = {owner: _lot(seed, classes, places) for owner, places in owned.items()}
    order = sorted(owned, key=lots.__getitem__)
    counts = {owner: _counts(owned[owner]) for owner in order}
    shares, chosen = _Shares([len(samples) for samples in classes]), list[_Owner]()
    for owner in order:
        if shares.allow(counts[owner]) and shares.gain(counts[owner]) > 0:
            shares.add(counts[owner])
            chosen.append(owner)
    for label in (k for k in range(len(classes)) if not shares.held[k]):
        free = [o for o in order if label in counts[o] and shares.allow(counts[o])]
        if free:
            chosen.append(min(free, key=lambda owner: max(0.5, shares.largest(counts[owner]))))
            shares.add(counts[chosen[-1]])
    test = {place for owner in chosen for place in owned[owner]}
    return Split(
        tuple(tuple(i for i in sorted(c) if (k, i) not in test) for k, c in enumerate(classes)),
        tuple(tuple(i for i in sorted(c) if (k, i) in test) for k, c in enumerate(classes)),
    )


def fixed_split(classes: Sequence[Mapping[int, Sample]]) -> Split:
    """Hold out the samples of the fixed test set, and only those; no seed changes that.

    Args:
        classes: Per class, the samples that can be used, by position.
    """
    return Split(
        *(
            tuple(tuple(i for i in sorted(c) if c[i].is_test is is_test) for c in classes)
            for is_test in (False, True)
        )
    )


class _Shares:
    """How much of each class is held out, and how much should be."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self.wanted = [held_out(size) for size in sizes]
        self.held = [0] * len(sizes)

    def add(self, counts: Mapping[int, int]) -> None:
        """Hold out so many samples more of these classes."""
        for label, count in counts.items():
            self.held[label] += count

    def allow(self, counts: Mapping[int, int]) -> bool:
        """Whether every class would keep a training sample."""
        return all(self.held[k] + count < self.sizes[k] for k, count in counts.items())

    def gain(self, counts: Mapping[int, int]) -> float:
        """How much nearer to the wanted shares it would bring the classes, all in all."""
        gains = 0.0
        for label, count in counts.items():
            missing = self.wanted[label] - self.held[label]
            gains += (abs(missing) - abs(missing - count)) / self.sizes[label]
        return gains

    def largest(self, counts: Mapping[int, int]) -> float:
        """The largest share that would then be held out of one of these classes."""
        return max((self.held[k] + count) / self.sizes[k] for k, count in counts.items())


def _owned(classes: Sequence[Mapping[int, Sample]]) -> dict[_Owner, list[tuple[int, int]]]:
    """(class, position) of each patient's samples."""
    owned: defaultdict[_Owner, list[tuple[int, int]]] = defaultdict(list)
    for label, samples in enumerate(classes):
        for position in sorted(samples):
            patient = samples[position].patient
            owned[(label, position) if patient is None else patient].append((label, position))
    return dict(owned)


def _counts(places: Sequence[tuple[int, int]]) -> dict[int, int]:
    """How many samples of each class."""
    counts: defaultdict[int, int] = defaultdict(int)
    for label, _ in places:
        counts[label] += 1
    return dict(counts)


def _lot(
    seed: int, classes: Sequence[Mapping[int, Sample]], places: Sequence[tuple[int, int]]
) -> bytes:
    """A random number that depends on nothing but the seed and the contents of these samples."""
    first = min(classes[label][position].sha256 for label, position in places)
    return blake2b(f"{seed} {first}".encode(), digest_size=8).digest()
