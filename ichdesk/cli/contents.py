"""What is in a project, in numbers."""

from collections.abc import Sequence

from ichdesk.core.notes import counted
from ichdesk.core.samples import ClassBin


def contents_text(classes: Sequence[ClassBin]) -> str:
    """Images of some classes, how many have Hounsfield units or are only tested on, and of whom."""
    samples = [sample for bin_ in classes for sample in bin_.samples]
    text = counted(len(samples), "image")
    if slices := sum(sample.is_hu for sample in samples):
        text += f", {slices:,} with Hounsfield units"
    if series := len({sample.series for sample in samples} - {None}):
        text += f", {series:,} series"
    if patients := len({sample.patient for sample in samples} - {None}):
        text += f", {counted(patients, 'patient')}"
    if tested := sum(sample.is_test for sample in samples):
        text += f", {tested:,} in the test set"
    return text
