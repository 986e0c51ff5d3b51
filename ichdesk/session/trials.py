"""Another model asked about the test images of the present run, to compare the two."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ichdesk.core.other_run import asked_samples, mapped, named_alike, other_run
from ichdesk.core.run import TrainingRun, is_done
from ichdesk.core.run_book import MAX_TITLE_LENGTH
from ichdesk.core.steps import parse_steps
from ichdesk.protocol import messages as msg
from ichdesk.protocol import runs
from ichdesk.session.observations import Watched
from ichdesk.session.state import Level, WorkerStatus
from ichdesk.session.worker_client import Worker

Mapping = Sequence[int | None]
"""Class of each label, from 0; None for a label without a class."""


class Keeper(Watched, Protocol):
    """What is to be known of the session, and where answers are kept."""

    def keep_answers(self, run: TrainingRun, note: str) -> None:
        """Keep the answers of another model as a run."""

    def report(self, text: str, level: Level = ...) -> None:
        """Tell the user."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A model that was asked.

    Attributes:
        name: Of its file.
        run: Whose test images it is asked about.
        done: Images with features, of `total`; 0 of 0 until its turn comes.
        answer: What it said; None while it works.
    """

    name: str
    run: TrainingRun
    request_id: int
    done: int = 0
    total: int = 0
    answer: msg.ModelTried | None = None

    @property
    def proposed(self) -> Mapping:
        """Classes of the labels as far as their names tell."""
        return named_alike(self.answer.labels if self.answer else (), self.run.names)

    @property
    def is_clear(self) -> bool:
        """Whether the names leave no question: a class for each label, a label for each class."""
        return None not in self.proposed and set(self.proposed) == set(range(len(self.run.names)))


class Trials:
    """The model that is asked now, if any; one at a time.

    Args:
        session: Whose run it is compared with.
        worker: Takes requests.
        request_ids: Numbers for them.
        changed: Called after a change.
    """

    def __init__(
        self,
        session: Keeper,
        worker: Worker,
        request_ids: Iterator[int],
        changed: Callable[[], None],
    ) -> None:
        self._session = session
        self._worker = worker
        self._request_ids = request_ids
        self._changed = changed
        self.trial: Trial | None = None

    @property
    def problem(self) -> str:
        """Why no model can be asked now and what to do, one sentence; "" if one can."""
        run = self._session.run
        if run is not None and run.is_active:
            return "A training is running; wait until it has ended."
        if run is None or not is_done(run):
            return "There is nothing to compare with yet; train a model first."
        if not any(run.test):
            return "No image was held out for testing, so there is nothing to ask; add images."
        if self._session.worker.status is WorkerStatus.FAILED:
            return "Training has stopped working; save the project and start ICHDesk again."
        return ""

    def start(self, path: Path) -> bool:
        """Ask a model about the test images of the present run; False, with a notice, if not."""
        run = self._session.run
        if self.problem or run is None:
            self._session.report(self.problem, Level.WARNING)
            return False
        self.drop()
        number, device = next(self._request_ids), self._session.project.config.device
        self.trial = Trial(path.name, run, number)
        self._worker.send(runs.try_model(number, path, run.names, asked_samples(run), device))
        self._changed()
        return True

    def keep(self, mapping: Mapping) -> None:
        """Keep the answers as a run, with a class for each label or None."""
        trial, self.trial = self.trial, None
        if trial is None or trial.answer is None:
            return
        answers = mapped(trial.answer.probabilities, mapping, len(trial.run.names))
        steps = parse_steps(trial.answer.steps)
        origin = _printable(trial.name)
        run = other_run(trial.run, origin, answers, trial.answer.backbone, steps)
        run.request_id = next(self._request_ids)
        self._session.keep_answers(run, _note(trial, mapping))
        self._changed()

    def drop(self) -> None:
        """Stop asking, or forget the answers that wait."""
        if self.trial is not None and self.trial.answer is None:
            self._worker.send(msg.Cancel(self.trial.request_id))
        self.trial = None

    def cancel(self) -> None:
        """Stop because the user wants it."""
        self.drop()
        self._changed()

    def handle(self, event: msg.Event) -> bool:
        """Take over an event of the model that is asked; False if it is of something else."""
        trial = self.trial
        if trial is None or getattr(event, "request_id", None) != trial.request_id:
            return isinstance(event, msg.ModelTried)  # of one that nobody waits for any more
        match event:
            case msg.FeaturesProgressed():
                self.trial = replace(trial, done=event.done, total=event.total)
            case msg.ModelTried(outcome=msg.Outcome.DONE):
                self.trial = replace(trial, answer=event)
                if self.trial.is_clear:
                    self.keep(self.trial.proposed)
            case msg.ModelTried():
                self.trial = None
                if event.error:
                    self._session.report(event.error)
        self._changed()
        return True

    def forget_requests(self) -> None:
        """Wait for no answer any more: the worker is gone."""
        if self.trial is not None and self.trial.answer is None:
            name, self.trial = self.trial.name, None
            text = f"The training process ended before {name} had answered; try again."
            self._session.report(text)
            self._changed()


def _printable(name: str) -> str:
    kept = "".join(c if c.isprintable() else "�" for c in name)
    return kept[:MAX_TITLE_LENGTH].strip() or "model"


def _note(trial: Trial, mapping: Mapping) -> str:
    """What the answers are, and what was made of the labels."""
    labels = trial.answer.labels if trial.answer else ()
    pairs = zip(labels, mapping, strict=True)
    said = [f"{_printable(a)} = {trial.run.names[c]}" for a, c in pairs if c is not None]
    left = [_printable(a) for a, c in zip(labels, mapping, strict=True) if c is None]
    parts = [f"Answers of another model. {'; '.join(said)}."]
    if left:
        parts.append(f"Left out: {', '.join(left)}.")
    return " ".join(parts)
