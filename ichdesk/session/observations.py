"""Figures that the worker computes for panels: asked for, cancelled, and what has come of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, is_done
from ichdesk.protocol import messages as msg
from ichdesk.protocol import runs
from ichdesk.session.state import WorkerState, WorkerStatus
from ichdesk.session.worker_client import Worker


class Watched(Protocol):
    """What is to be known of the session."""

    @property
    def project(self) -> Project:
        """The project as it is now."""

    @property
    def run(self) -> TrainingRun | None:
        """The last training, going or ended."""

    @property
    def worker(self) -> WorkerState:
        """What is known of the worker."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a panel wants to see.

    Attributes:
        observer: Name of a plug-in of `ichdesk.learn.observers`.
        options: As it documents them.
        images: Pictures of no class, (N, 224, 224, 3) uint8, or None.
        of_run: Whether it looks at the last training, with its model and its images as they were
            then; otherwise at the images of the project as it is now.
    """

    observer: str
    options: Mapping[str, str] = field(default_factory=dict)
    images: npt.NDArray[np.uint8] | None = None
    of_run: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What has come of a wish so far.

    Attributes:
        wish: What was wanted.
        subject: The `TrainingRun` or `Project` that it is about, to tell whether it is old.
        arrays: float32, by the names that the observer documents; {} until there are some.
        done: Steps of `total`, first images with features, then the observer's own.
        is_going: Whether there is more to come.
        ending: Why it ended before it was done, one sentence; "" if it did not.
    """

    wish: Wish
    subject: TrainingRun | Project
    request_id: int
    arrays: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    done: int = 0
    total: int = 0
    is_going: bool = True
    ending: str = ""


class Observations:
    """Wishes by the name of the place that shows them: the last one of each, going or ended.

    Training comes first: a new one stops what goes and forgets what was seen of the run before.

    Args:
        session: Whose project and run are looked at.
        worker: Takes requests.
        request_ids: Numbers for them.
        changed: Called after a change.
    """

    def __init__(
        self,
        session: Watched,
        worker: Worker,
        request_ids: Iterator[int],
        changed: Callable[[], None],
    ) -> None:
        self._session = session
        self._worker = worker
        self._request_ids = request_ids
        self._changed = changed
        self._sights: dict[str, Sight] = {}

    def problem(self, of_run: bool = True) -> str:
        """Why nothing can be looked at now and what to do, one sentence; "" if it can."""
        run = self._session.run
        if run is not None and run.is_active:
            return "A training is running; wait until it has ended."
        if of_run and (not is_done(run) or run is None or not run.model):
            return "There is no trained model to look into; train one first."
        if not of_run and (problem := self._session.project.training_problem()):
            return problem
        if self._session.worker.status is WorkerStatus.FAILED:
            return "Training has stopped working; save the project and start ICHDesk again."
        return ""

    def sight(self, place: str) -> Sight | None:
        """What has come of the last wish of a place, if its run or project is still the present."""
        found = self._sights.get(place)
        if found is None or (found.wish.of_run and found.subject is not self._session.run):
            return None
        return found

    def is_outdated(self, sight: Sight) -> bool:
        """Whether images or settings have changed since."""
        return not sight.wish.of_run and sight.subject is not self._session.project

    def ask(self, place: str, wish: Wish) -> bool:
        """Wish for something in place of the last wish; False, and nothing, on a problem."""
        if self.problem(wish.of_run):
            return False
        self.cancel(place)
        number, run, project = next(self._request_ids), self._session.run, self._session.project
        images = np.zeros((0, 224, 224, 3), np.uint8) if wish.images is None else wish.images
        if wish.of_run and run is not None:
            config = replace(run.config, device=project.config.device)
            request = runs.observe_run(number, wish.observer, run, config)
        else:
            request = runs.observe_project(number, wish.observer, project)
        self._sights[place] = Sight(wish, run if wish.of_run and run else project, number)
        self._worker.send(replace(request, images=images, options=dict(wish.options)))
        self._changed()
        return True

    def cancel(self, place: str) -> None:
        """Stop a wish; what was seen so far stays."""
        sight = self._sights.get(place)
        if sight is not None and sight.is_going:
            self._worker.send(msg.Cancel(sight.request_id))
            self._sights[place] = replace(sight, is_going=False, ending="Stopped.")
            self._changed()

    def drop(self) -> None:
        """Stop and forget everything: run and project are about to be others."""
        for sight in self._sights.values():
            if sight.is_going:
                self._worker.send(msg.Cancel(sight.request_id))
        self._sights.clear()

    def handle(self, event: msg.Event) -> bool:
        """Take over an event of a wish that goes; False if it is of something else."""
        number = getattr(event, "request_id", None)
        for place, sight in self._sights.items():
            if sight.request_id == number and sight.is_going:
                self._sights[place] = _after(sight, event)
                self._changed()
                return True
        return isinstance(event, msg.Observed | msg.ObservationEnded)  # of an older wish

    def forget_requests(self) -> None:
        """Wait for no answer any more: the worker is gone."""
        ending = "The training process ended meanwhile; try again."
        for place, sight in self._sights.items():
            if sight.is_going:
                self._sights[place] = replace(sight, is_going=False, ending=ending)
        self._changed()


def _after(sight: Sight, event: msg.Event) -> Sight:
    match event:
        case msg.FeaturesProgressed():
            return replace(sight, done=event.done, total=event.total)
        case msg.Observed():
            return replace(sight, done=event.done, total=event.total, arrays=event.arrays)
        case msg.ObservationEnded():
            return replace(sight, is_going=False, ending=event.error or "")
    return sight
