"""Randomness by part of the picture, so that the slices of one patient show one head.

A single slice draws all its chance from one generator, one part after another. If the slices of a
patient did so, the first part that only some of them meet would make everything after it differ.
"""

import zlib

import numpy as np


class PatientRandom(np.random.Generator):
    """A generator with one of its own for every part of a patient's slices.

    Args:
        seed: What decides everything about the patient.
        number: Of the slice; it decides what is new in every slice, such as the noise.
    """

    def __init__(self, seed: tuple[int, ...], number: int) -> None:
        super().__init__(np.random.PCG64(seed))
        self._seed = seed
        self._number = number

    def part(self, name: str, *, is_new: bool) -> "PatientRandom":
        """The generator of a part, always from its start; new in every slice or in none."""
        seed = (*self._seed, zlib.crc32(name.encode()))
        return PatientRandom((*seed, self._number) if is_new else seed, self._number)


def part(rng: np.random.Generator, name: str, *, is_new: bool = False) -> np.random.Generator:
    """The generator for a part of the picture: of a single slice, the one it has.

    Args:
        rng: Of the slice.
        name: Of the part.
        is_new: Whether every slice of a patient has a chance of its own here.
    """
    return rng.part(name, is_new=is_new) if isinstance(rng, PatientRandom) else rng
