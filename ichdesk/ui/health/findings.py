"""All checks of the open project as they stand: of its list of images at once, of pixels later."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ichdesk.core.data_health import Check, Shown, State, fact_checks, looked_at
from ichdesk.core.image_health import Spots, image_checks
from ichdesk.core.predictions import Place, places_now
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, is_current, training_key
from ichdesk.core.samples import Sample
from ichdesk.session.observations import Sight, Wish
from ichdesk.session.session import Session

PLACE = "data-health"
_AT_ONCE = 300  # images that are looked at without being asked
_KNOWN_AT_ONCE = 3000  # likewise, where a training has just looked at them
_TITLE = "The images themselves"


@dataclass(frozen=True, slots=True)
class Row:
    """An image of a check, and where it is now; None if it was removed."""

    sample: Sample
    shown: Shown
    place: Place | None


class Findings:
    """What is known now; what was made of the same state is kept."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._facts: tuple[Project | None, TrainingRun | None, tuple[Check, ...]] = (None, None, ())
        self._seen: tuple[Mapping[str, npt.NDArray[np.float32]] | None, tuple[Check, ...]]
        self._seen = (None, ())

    @property
    def checks(self) -> tuple[Check, ...]:
        """Those of the list of images, then those of the pixels."""
        session = self._session
        project, run = session.project, session.finished_run
        if self._facts[0] is not project or self._facts[1] is not run:
            self._facts = (project, run, fact_checks(project, run))
        facts = self._facts[2]
        return (*facts, *self._of_pixels()) if facts else ()

    @property
    def sight(self) -> Sight | None:
        """What has come of looking at the images."""
        return self._session.observations.sight(PLACE)

    @property
    def spots(self) -> Spots | None:
        """Where a single spot tells the classes apart; None before that is known."""
        return Spots.of(self.sight.arrays) if self.sight else None

    @property
    def average(self) -> npt.NDArray[np.float32] | None:
        """The mean picture, (32, 32)."""
        return self.sight.arrays.get("average") if self.sight else None

    @property
    def is_outdated(self) -> bool:
        """Whether images, or how they are shown, have changed since they were looked at."""
        sight, project = self.sight, self._session.project
        if sight is None or not isinstance(sight.subject, Project) or sight.subject is project:
            return False
        return _looked(sight.subject) != _looked(project)

    @property
    def problem(self) -> str:
        """Why the images cannot be looked at now; "" if they can."""
        return self._session.observations.problem(of_run=False)

    @property
    def wants_look(self) -> bool:
        """Whether there are so few images that nobody needs to ask."""
        session = self._session
        if self.sight is not None or self.problem:
            return False
        n, run = sum(len(b.samples) for b in looked_at(session.project)), session.run
        is_known = run is not None and is_current(run, session.project)
        return n <= (_KNOWN_AT_ONCE if is_known else _AT_ONCE)

    def look(self) -> None:
        """Have the images looked at, with their features from the cache or computed."""
        self._session.observations.ask(PLACE, Wish("data-health", of_run=False))

    def stop(self) -> None:
        """Stop looking; what was found so far stays."""
        self._session.observations.cancel(PLACE)

    def rows(self, check: Check) -> tuple[Row, ...]:
        """The images of a check, where they are now."""
        project, subject = self._session.project, self._subject(check)
        bins = {bin_.id: bin_ for bin_ in subject.classes}
        now = None if subject is project else places_now(_as_run(subject), project)
        rows = []
        for shown in check.images:
            place = shown.place
            then = place if now is None else now.get((place.class_id, place.index))
            rows.append(Row(bins[place.class_id].samples[place.index], shown, then))
        return tuple(rows)

    def _subject(self, check: Check) -> Project:
        sight = self.sight
        is_seen = any(check is other for other in self._seen[1])
        if is_seen and sight and isinstance(sight.subject, Project):
            return sight.subject
        return self._session.project

    def _of_pixels(self) -> tuple[Check, ...]:
        sight = self.sight
        if sight is None or not sight.arrays or not isinstance(sight.subject, Project):
            return (self._placeholder(sight),)
        if self._seen[0] is not sight.arrays:
            self._seen = (sight.arrays, image_checks(looked_at(sight.subject), sight.arrays))
        return self._seen[1]

    def _placeholder(self, sight: Sight | None) -> Check:
        n = sum(len(bin_.samples) for bin_ in looked_at(self._session.project))
        if sight is not None and sight.is_going:
            return Check("pixels", _TITLE, State.UNKNOWN, f"{n:,} images are being looked at.")
        text = f"The pixels of {n:,} images were not looked at yet."
        if sight is not None and sight.ending:
            text = f"{text} {sight.ending}"
        advice = self.problem or "Click Check the images; it takes about as long as a training."
        return Check("pixels", _TITLE, State.UNKNOWN, text, advice)


def _looked(project: Project) -> object:
    """What the checks of pixels depend on."""
    samples = [(bin_.id, bin_.samples) for bin_ in looked_at(project)]
    return samples, project.config.steps, project.config.backbone


def _as_run(subject: Project) -> TrainingRun:
    """A project as it was, in the form in which images are found again."""
    ids = tuple(bin_.id for bin_ in looked_at(subject))
    return TrainingRun(0, ids, subject.config, training_key(subject))
