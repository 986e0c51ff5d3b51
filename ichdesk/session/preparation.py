"""Features that the worker computes before anybody asks for them, so that training finds them."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

from ichdesk.core.project import Project
from ichdesk.core.samples import Sample
from ichdesk.core.steps import steps_text
from ichdesk.protocol import messages as msg
from ichdesk.protocol import runs
from ichdesk.session.state import JobState, WorkerState, WorkerStatus
from ichdesk.session.worker_client import Worker

IMAGES_AT_ONCE = 256
"""So many that asking takes no time, and so few that what is no longer wanted soon ends."""

Key = tuple[str, str, str, str]
"""What features depend on: the image's SHA-256, backbone, device, and a slice's image steps."""


class Watched(Protocol):
    """What is to be known of the session."""

    @property
    def project(self) -> Project:
        """The project as it is now."""

    @property
    def is_training(self) -> bool:
        """Whether a run is going."""

    @property
    def has_model(self) -> bool:
        """Whether there is a trained model."""

    @property
    def is_stale(self) -> bool:
        """Whether it is out of date."""

    @property
    def job(self) -> JobState | None:
        """Background work on files."""

    @property
    def worker(self) -> WorkerState:
        """What is known of the worker."""


class Preparation:
    """Asks for the features of the project's images, some at a time, while the worker is idle.

    The worker gives it up for anything else that it is asked; `go_on` takes it up again.

    Args:
        session: Whose images are prepared.
        worker: Takes requests.
        request_ids: Numbers for them.
        changed: Called when `done` or `total` have changed.
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
        self._project: Project | None = None
        self._known = set[Key]()
        self._missing: dict[Key, Sample] = {}
        self._asked: tuple[Key, ...] = ()
        self._request_id: int | None = None
        self._computed = 0  # of those that were asked for
        self._may_be_deadly = False
        self.total = 0

    @property
    def is_going(self) -> bool:
        """Whether the worker has been asked."""
        return self._request_id is not None

    @property
    def done(self) -> int:
        """How many of `total` images are ready."""
        return self.total - len(self._missing) + self._computed

    def go_on(self) -> None:
        """Ask for the next images, unless something else is going or all are ready."""
        self._look()
        if self.is_going or self._may_be_deadly or not self._missing or not self._is_idle:
            return
        self._asked = tuple(islice(self._missing, IMAGES_AT_ONCE))
        self._request_id, self._computed = next(self._request_ids), 0
        samples = [self._missing[key] for key in self._asked]
        config = self._session.project.config
        self._worker.send(runs.prepare_images(self._request_id, samples, config))
        self._changed()

    def handle(self, event: msg.Event) -> bool:
        """Take over an event of what was asked; False if it is of something else."""
        if self._request_id is None or getattr(event, "request_id", None) != self._request_id:
            return isinstance(event, msg.ImagesPrepared)  # of an older request
        if isinstance(event, msg.FeaturesProgressed):
            self._computed = event.done
            self._changed()
        elif isinstance(event, msg.ImagesPrepared):
            self._ended(event.outcome)
        return True

    def forget_requests(self) -> None:
        """The worker is gone, and with it what it knew.

        If it may have died of this, the rest is left to the training: a worker is started anew a
        few times only, and not for what nobody has asked for.
        """
        self._may_be_deadly |= self.is_going
        self._known.clear()
        self._project = None
        self._end()

    def _ended(self, outcome: msg.Outcome) -> None:
        if outcome is not msg.Outcome.CANCELLED:  # what failed would fail again
            self._known.update(self._asked)
            for key in self._asked:
                self._missing.pop(key, None)
        self._end()
        if outcome is msg.Outcome.DONE:
            self.go_on()

    def _end(self) -> None:
        self._asked, self._request_id, self._computed = (), None, 0
        self._changed()

    @property
    def _is_idle(self) -> bool:
        session = self._session
        is_ready = session.worker.status is WorkerStatus.READY
        is_trained = session.has_model and not session.is_stale
        return is_ready and not is_trained and not session.is_training and session.job is None

    def _look(self) -> None:
        """Find out what is missing, if the project is another one than the last time."""
        project = self._session.project
        if project is self._project:
            return
        self._project = project
        samples = [sample for bin_ in project.enabled_classes for sample in bin_.samples]
        config = project.config
        picture = config.backbone, config.device, ""
        slice_ = config.backbone, config.device, steps_text(config.steps)
        keys = [(sample.sha256, *(slice_ if sample.is_hu else picture)) for sample in samples]
        missing = zip(keys, samples, strict=True)
        self._missing = {key: sample for key, sample in missing if key not in self._known}
        self.total = len(samples)
        if self._request_id is not None and not self._missing.keys() & set(self._asked):
            self._worker.send(msg.Cancel(self._request_id))  # nobody wants these any more
