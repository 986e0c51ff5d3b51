"""A sample as a reference to its bytes, and the classes that hold samples."""

from dataclasses import dataclass, field
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
    """

    path: Path
    offset: int
    length: int
    sha256: str
    patient: str | None = None
    series: str | None = None
    is_hu: bool = False

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
        samples: In the order of the file.
        enabled: Whether training uses the class.
        id: Stable for as long as the project is open, through renames; never saved.
    """

    name: str
    samples: tuple[Sample, ...] = ()
    enabled: bool = True
    id: int = field(default_factory=lambda: next(_class_ids))
