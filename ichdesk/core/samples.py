"""A sample as a reference to its bytes, and the classes that hold samples."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

_class_ids = count(1)


@dataclass(frozen=True, slots=True)
class Sample:
    """One image, by reference: the bytes at [offset, offset + length) of a file.

    Attributes:
        path: File that holds the encoded image; it never changes while a project refers to it.
        offset: First byte.
        length: Number of bytes.
        sha256: Hex digest of the bytes; equal digests are equal images.
        patient: Same for samples of one patient, meaningless otherwise; None if unknown.
        series: Same for slices of one series; None if unknown.
        is_hu: Whether it is a slice in Hounsfield units, not a ready-made picture.
        is_test: Whether it belongs to the fixed test set, which is never trained on.
    """

    path: Path
    offset: int
    length: int
    sha256: str
    patient: str | None = None
    series: str | None = None
    is_hu: bool = False
    is_test: bool = False

    def read(self) -> bytes:
        """Read the encoded image.

        Raises:
            OSError: The file is gone or shorter than it was.
        """
        with self.path.open("rb") as file:
            file.seek(self.offset)
            data = file.read(self.length)
        if len(data) != self.length:
            raise OSError("the file that holds the image is shorter than it was")
        return data


@dataclass(frozen=True, slots=True)
class ClassBin:
    """A named class and its samples, in order.

    Attributes:
        name: As shown and saved; unique in the project.
        samples: In the order of the file, those of the fixed test set among them.
        enabled: Whether training uses the class.
        id: Stable for as long as the project is open, through renames; never saved.
        test_positions: Where the samples of the fixed test set are among all, ascending; found
            once, because windows ask after every edit and of 32,000 samples.
        has_slices: Whether some are slices in Hounsfield units; likewise.
    """

    name: str
    samples: tuple[Sample, ...] = ()
    enabled: bool = True
    id: int = field(default_factory=lambda: next(_class_ids))
    test_positions: tuple[int, ...] = field(init=False, compare=False, repr=False)
    has_slices: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        tested = tuple(i for i, sample in enumerate(self.samples) if sample.is_test)
        object.__setattr__(self, "test_positions", tested)
        object.__setattr__(self, "has_slices", any(sample.is_hu for sample in self.samples))

    def positions(self, *, is_test: bool) -> tuple[int, ...]:
        """Where the samples of the fixed test set are among all, or the others; ascending."""
        if is_test:
            return self.test_positions
        tested = frozenset(self.test_positions)
        return tuple(i for i in range(len(self.samples)) if i not in tested)


def marked(
    samples: Sequence[Sample], positions: Collection[int], *, is_test: bool = True
) -> tuple[Sample, ...]:
    """All samples, those at these positions put into the fixed test set or taken out of it."""
    chosen = frozenset(positions)
    return tuple(
        replace(sample, is_test=is_test)
        if index in chosen and sample.is_test is not is_test
        else sample
        for index, sample in enumerate(samples)
    )
