"""What came of an import: samples by class, what was left out, whose scans they are in numbers."""

from dataclasses import dataclass

from ichdesk.core.notes import counted
from ichdesk.core.samples import Sample


@dataclass(frozen=True, slots=True)
class Scans:
    """What the slices among the samples came from and what may stand on them, in numbers only.

    Attributes:
        slices: Samples that are slices of scans, not ready-made pictures.
        series: Different series, and different orientations within one.
        patients: Different patients, as far as files tell them apart.
        labeled: Slices that may show text such as a name, by their own account.
        written_on: Other slices and pictures on which text was seen.
    """

    slices: int = 0
    series: int = 0
    patients: int = 0
    labeled: int = 0
    written_on: int = 0

    @property
    def doubtful(self) -> int:
        """Images that may show a name."""
        return self.labeled + self.written_on


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of the dropped paths.

    Attributes:
        classes: Class name, or None for the class they were dropped on, and samples in order.
        left_out: One sentence for each file that could not be used, up to a limit.
        scans: What the slices came from.
        private_names: Names of the dropped paths that hold the name or number of a patient.
    """

    classes: tuple[tuple[str | None, tuple[Sample, ...]], ...]
    left_out: tuple[str, ...]
    scans: Scans = Scans()
    private_names: frozenset[str] = frozenset()


def scans_sentences(scans: Scans) -> tuple[str, ...]:
    """What the slices came from, and a warning if a name may be written on some of them."""
    sentences = []
    if scans.slices:
        series = f"{scans.series:,} series" if scans.series else "unknown series"
        patients = f" of {counted(scans.patients, 'patient')}" if scans.patients else ""
        sentences.append(f"The slices are of {series}{patients}.")
    if scans.doubtful:
        why = " and ".join(
            f"{number:,} {reason}"
            for number, reason in (
                (scans.labeled, "as the files say"),
                (scans.written_on, "on which text was seen"),
            )
            if number
        )
        sentences.append(
            f"{counted(scans.doubtful, 'image')} may have a name written on the picture ({why}); "
            "look before you pass the project on."
        )
    return tuple(sentences)
