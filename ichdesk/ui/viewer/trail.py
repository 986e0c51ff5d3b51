"""The samples that the viewer goes through, and how it follows edits of the project."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample

Heights = Mapping[str, float]  # mm along the normal of the slice, by content


class Along(Enum):
    """What one goes through."""

    CLASS = "Class"
    SERIES = "Series"


@dataclass(frozen=True, slots=True)
class Stop:
    """A sample of a class."""

    class_id: int
    sample: Sample


@dataclass(frozen=True, slots=True)
class Trail:
    """The samples of a class or the slices of a series, and which of them is looked at.

    Attributes:
        along: What it goes through.
        stops: In order; never empty.
        at: Position of the present one, from 0.
    """

    along: Along
    stops: tuple[Stop, ...]
    at: int

    @property
    def here(self) -> Stop:
        """The present one."""
        return self.stops[self.at]

    def moved(self, by: int) -> "Trail":
        """So many further, or back; it ends at the first and the last."""
        return replace(self, at=min(len(self.stops) - 1, max(0, self.at + by)))

    def around(self, count: int, direction: int) -> list[Sample]:
        """The present sample, and up to `count` in each direction, nearest first."""
        steps = [0, *(sign * n for n in range(1, count + 1) for sign in (direction, -direction))]
        places = [self.at + step for step in steps]
        return [self.stops[place].sample for place in places if 0 <= place < len(self.stops)]


def class_trail(project: Project, class_id: int, index: int) -> Trail:
    """Through a class, at one of its samples."""
    return Trail(Along.CLASS, _stops([project.class_by_id(class_id)]), index)


def through_series(trail: Trail, project: Project, heights: Heights) -> Trail:
    """Through the series of the present slice, whatever classes its slices are in.

    From the feet to the head where all heights are known, else in the order of the project.
    """
    stops = _of_series(project, trail.here.sample.series, heights)
    return Trail(Along.SERIES, stops, _nearest(stops, trail.here, 0) or 0)


def through_class(trail: Trail, project: Project) -> Trail:
    """Through the class of the present slice."""
    stops = _stops([project.class_by_id(trail.here.class_id)])
    return Trail(Along.CLASS, stops, _nearest(stops, trail.here, 0) or 0)


def followed(trail: Trail, project: Project, heights: Heights) -> Trail | None:
    """The trail after an edit: at the same image while the project has it, else at the next one.

    An image that was moved is followed to its new class. None if nothing is left to go through.
    """
    here = trail.here
    stops = _same_way(trail, project, heights)
    at = _nearest(stops, here, trail.at)
    if at is None:
        for bin_ in project.classes:  # equal images of several classes: the first class
            moved_to = _stops([bin_])
            if (elsewhere := _nearest(moved_to, here, 0)) is not None:
                return Trail(Along.CLASS, moved_to, elsewhere)
    if not stops:
        return None
    return Trail(trail.along, stops, min(trail.at, len(stops) - 1) if at is None else at)


def _same_way(trail: Trail, project: Project, heights: Heights) -> tuple[Stop, ...]:
    if trail.along is Along.CLASS:
        return _stops(bin_ for bin_ in project.classes if bin_.id == trail.here.class_id)
    return _of_series(project, trail.here.sample.series, heights)


def _of_series(project: Project, series: str | None, heights: Heights) -> tuple[Stop, ...]:
    samples = ((bin_.id, sample) for bin_ in project.classes for sample in bin_.samples)
    stops = tuple(Stop(id_, sample) for id_, sample in samples if sample.series == series)
    if all(stop.sample.sha256 in heights for stop in stops):
        return tuple(sorted(stops, key=lambda stop: heights[stop.sample.sha256]))
    return stops


def _stops(bins: Iterable[ClassBin]) -> tuple[Stop, ...]:
    return tuple(Stop(bin_.id, sample) for bin_ in bins for sample in bin_.samples)


def _nearest(stops: tuple[Stop, ...], here: Stop, at: int) -> int | None:
    """Where the same image is, nearest to a position; the same class counts more."""
    same = [i for i, s in enumerate(stops) if s.sample.sha256 == here.sample.sha256]
    return min(same, key=lambda i: (stops[i].class_id != here.class_id, abs(i - at)), default=None)
