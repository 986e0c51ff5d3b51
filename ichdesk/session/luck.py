"""The present run again with other seeds: asked of the worker, and what has come of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ichdesk.core.luck import Repeat
from ichdesk.core.run import TrainingRun, is_done
from ichdesk.protocol import messages as msg
from ichdesk.protocol import runs
from ichdesk.session.observations import Watched
from ichdesk.session.state import Level, WorkerStatus
from ichdesk.session.worker_client import Worker

MIN_REPEATS, MAX_REPEATS = 5, 50


class Trained(Watched, Protocol):
    """What is to be known of the session, and how to tell its user."""

    @property
    def is_stale(self) -> bool:
        """Whether data or settings have changed since."""

    def report(self, text: str, level: Level = ...) -> None:
        """Tell the user."""


@dataclass(slots=True)
class Going:
    """A repetition that has not ended.

    Attributes:
        wanted: Trainings asked for.
        images: Images with features, of `images_total`; 0 of 0 until its turn comes.
    """

    request_id: int
    same_split: bool
    wanted: int
    images: int = 0
    images_total: int = 0
    is_canceling: bool = False


class Luck:
    """Repetitions of the present run: one that goes, and the last results of either kind.

    Results belong to the run that they repeat; with another run there are none.

    Args:
        session: Whose run is repeated.
        worker: Takes requests.
        request_ids: Numbers for them.
        changed: Called after a change.
    """

    def __init__(
        self,
        session: Trained,
        worker: Worker,
        request_ids: Iterator[int],
        changed: Callable[[], None],
    ) -> None:
        self._session = session
        self._worker = worker
        self._request_ids = request_ids
        self._changed = changed
        self._run: TrainingRun | None = None
        self._done: dict[bool, tuple[Repeat, ...]] = {}
        self._ending = ""
        self.going: Going | None = None

    @property
    def problem(self) -> str:
        """Why the run cannot be repeated now and what to do, one sentence; "" if it can."""
        run = self._session.run
        if run is not None and run.is_active:
            return "A training is running; wait until it has ended."
        if not is_done(run):
            return "There is no finished training to repeat; train a model first."
        if run is None or not (run.test_correct or (0, 0))[1]:
            return "No image was held out for testing, so there is no accuracy; add images first."
        if self._session.is_stale:
            return "Images or settings have changed since training; train again first."
        if self._session.worker.status is WorkerStatus.FAILED:
            return "Training has stopped working; save the project and start ICHDesk again."
        return ""

    @property
    def is_test_fixed(self) -> bool:
        """Whether every repetition is tested on the same images, because they are fixed."""
        return self._session.project.has_test_set

    @property
    def ending(self) -> str:
        """How the last repetition of the present run ended, if not well."""
        return self._ending if self._is_of_this_run else ""

    def results(self, same_split: bool) -> tuple[Repeat, ...]:
        """Trainings of the present run that have ended, by seed."""
        return self._done.get(same_split, ()) if self._is_of_this_run else ()

    def start(self, repeats: int, same_split: bool) -> bool:
        """Repeat the present run; False, and nothing, where there is a problem."""
        if self.going or self.problem:
            return False
        if not self._is_of_this_run:
            self.drop()
        project, self._run = self._session.project, self._session.run
        classes = [bin_ for bin_ in project.enabled_classes if bin_.samples]
        number = next(self._request_ids)
        self.going, self._ending = Going(number, same_split, repeats), ""
        self._done[same_split] = ()
        training = runs.start_training(number, classes, project.config)
        self._worker.send(runs.repeat_training(training, repeats, same_split))
        self._changed()
        return True

    def cancel(self) -> None:
        """Ask the worker to stop; what has ended so far is kept."""
        if self.going and not self.going.is_canceling:
            self.going.is_canceling = True
            self._worker.send(msg.Cancel(self.going.request_id))
            self._changed()

    def drop(self) -> None:
        """Stop, and forget all results: the run that they belong to is gone."""
        if self.going:
            self._worker.send(msg.Cancel(self.going.request_id))
        self.going, self._run, self._ending = None, None, ""
        self._done.clear()

    def handle(self, event: msg.Event) -> bool:
        """Take over an event of the repetition that goes; False if it is of something else."""
        going = self.going
        if going is None or getattr(event, "request_id", None) != going.request_id:
            return False
        match event:
            case msg.FeaturesProgressed():
                going.images, going.images_total = event.done, event.total
            case msg.RepeatEnded():
                repeat = Repeat(event.seed, event.correct, event.tested)
                self._done[going.same_split] += (repeat,)
            case msg.RepeatsEnded():
                self._end(going, event)
        self._changed()
        return True

    def forget_requests(self) -> None:
        """Wait for no answer any more: the worker is gone."""
        if self.going:
            trained = self._count_text(self.going)
            self._ending = f"The training process ended after {trained}; try again."
            self.going = None
            self._changed()

    @property
    def _is_of_this_run(self) -> bool:
        return self._run is not None and self._run is self._session.run

    def _end(self, going: Going, event: msg.RepeatsEnded) -> None:
        self.going = None
        if event.error:
            self._ending = event.error
            self._session.report(event.error)
        elif event.outcome is msg.Outcome.CANCELLED:
            self._ending = f"Canceled after {self._count_text(going)}."

    def _count_text(self, going: Going) -> str:
        return f"{len(self._done[going.same_split])} of {going.wanted} trainings"
