"""Which slices the lab shows: a page of those that have Hounsfield units, all classes in turn."""

from dataclasses import dataclass
from itertools import chain, zip_longest

from ichdesk.core.project import Project
from ichdesk.core.samples import Sample

PAGE = 4


@dataclass(frozen=True, slots=True)
class ChosenSlice:
    """A sample and what to call it, such as “Normal 3”, by its position in its class."""

    title: str
    sample: Sample


def slices_of(project: Project, class_id: int | None = None) -> tuple[ChosenSlice, ...]:
    """Slices in Hounsfield units of one class or, taking turns, of all."""
    rows = [
        [
            ChosenSlice(f"{bin_.name} {number:,}", sample)
            for number, sample in enumerate(bin_.samples, 1)
            if sample.is_hu
        ]
        for bin_ in project.classes
        if class_id in {None, bin_.id}
    ]
    turns = chain.from_iterable(zip_longest(*rows))
    return tuple(chosen for chosen in turns if chosen is not None)


def page_start(start: int, count: int) -> int:
    """Where the page begins that shows this position, for a list of this length."""
    return min(max(start, 0), max(count - 1, 0)) // PAGE * PAGE


def page_text(start: int, count: int) -> str:
    """Which slices are shown: “1 to 4 of 20”."""
    return f"{start + 1:,} to {min(start + PAGE, count):,} of {count:,}" if count else ""
