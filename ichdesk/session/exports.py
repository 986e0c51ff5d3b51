"""The trained model to a file of some format: asked of the worker, followed, and told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ichdesk.core.model_facts import facts_of, facts_text
from ichdesk.protocol import messages as msg
from ichdesk.session.observations import Watched
from ichdesk.session.state import JobState, Level, WorkerStatus
from ichdesk.session.worker_client import Worker

OWN_FORMAT = "ichdesk"
_NOTE = "For teaching, not for diagnosis."
_NO_MODEL = "There is no trained model yet; click Train Model first."
_TRAINING = "A training is running; wait until it has ended."
_GOING = "Another export is going on; wait until it has ended, or cancel it."
_AGAIN = "export the model again"
_ANEW = "save the project and start ICHDesk again"
_STOPPED = "Training has stopped working; save the project and start ICHDesk again."


class Exporting(Watched, Protocol):
    """What is to be known of the session, and whom to tell."""

    @property
    def has_model(self) -> bool:
        """Whether the worker holds a trained model, or is loading it."""

    @property
    def run_classes(self) -> tuple[tuple[int, str], ...]:
        """(position in the project, name) of the run's classes, as they are called now."""

    def report(self, text: str, level: Level = ...) -> None:
        """Tell the user."""

    def writing_began(self) -> None:
        """Closing the window waits from now on."""

    def writing_ended(self, succeeded: bool) -> None:
        """It waits no longer for this."""


@dataclass(slots=True, eq=False)
class Export:
    """One export, going or ended.

    Attributes:
        path: The file or folder.
        title: Of the format; "" if the list of formats has not come.
        stage: What is being done, such as "Tracing the network"; "" until its turn comes.
        outcome: How it ended; None while it goes.
        ending: The same as a sentence.
    """

    request_id: int
    path: Path
    title: str
    stage: str = ""
    is_canceling: bool = False
    outcome: msg.Outcome | None = None
    ending: str = ""

    @property
    def is_going(self) -> bool:
        """Whether it has not ended."""
        return self.outcome is None


class Exports:
    """The formats that there are, and the last export.

    Exports go on whatever happens meanwhile: a new training, or another project, is done after it,
    and the model in the file is the one that was shown when it was asked for.

    Args:
        session: Whose model is exported.
        worker: Takes requests.
        request_ids: Numbers for them.
        changed: Called after a change.

    Attributes:
        formats: What the worker offers, in the order to show; () until it has answered.
        list_error: Why it could not say, one sentence; "" if it could.
        last: The last export; None if there was none.
    """

    def __init__(
        self,
        session: Exporting,
        worker: Worker,
        request_ids: Iterator[int],
        changed: Callable[[], None],
    ) -> None:
        self._session = session
        self._worker = worker
        self._request_ids = request_ids
        self._changed = changed
        self._listing: int | None = None
        self._is_listed = False
        self.formats: tuple[msg.FormatInfo, ...] = ()
        self.list_error = ""
        self.last: Export | None = None

    @property
    def going(self) -> Export | None:
        """The export that has not ended."""
        return self.last if self.last and self.last.is_going else None

    @property
    def job(self) -> JobState | None:
        """The same as work in the background."""
        going = self.going
        if going is None:
            return None
        doing = "canceling" if going.is_canceling else going.stage
        return JobState(f"Exporting {going.path.name}{': ' * bool(doing)}{doing}")

    @property
    def problem(self) -> str:
        """Why no model can be exported now and what to do, one sentence; "" if it can."""
        if self.going:
            return _GOING
        if self._session.run is not None and self._session.run.is_active:
            return _TRAINING
        if not self._session.has_model:
            return _NO_MODEL
        return _STOPPED if self._session.worker.status is WorkerStatus.FAILED else ""

    def info(self, name: str) -> msg.FormatInfo | None:
        """What is known of a format, or None."""
        return next((info for info in self.formats if info.name == name), None)

    def ensure(self) -> None:
        """Ask which formats there are, unless this worker has been asked."""
        is_lost = self._session.worker.status is WorkerStatus.FAILED
        if self._is_listed or self._listing is not None or is_lost:
            return
        self._listing = next(self._request_ids)
        self._worker.send(msg.ListFormats(self._listing))

    def start(self, path: Path, name: str = OWN_FORMAT) -> bool:
        """Write the model that is shown; False, with a notice, where there is a problem."""
        run, problem = self._session.run, self.problem
        if run is None or problem:
            self._session.report(problem or _NO_MODEL, Level.WARNING)
            return False
        info, number = self.info(name), next(self._request_ids)
        labels = tuple(label for _, label in self._session.run_classes)
        self.last = Export(number, path, info.title if info else "")
        self._session.writing_began()
        request = msg.SaveModel(number, str(path), labels, name, facts_text(facts_of(run)))
        self._worker.send(request)
        self._changed()
        return True

    def cancel(self) -> None:
        """Ask the worker to stop; nothing is left behind then."""
        if (going := self.going) and not going.is_canceling:
            going.is_canceling = True
            self._worker.send(msg.Cancel(going.request_id))
            self._changed()

    def handle(self, event: msg.Event) -> bool:
        """Take over an event; False if it is of something else."""
        match event:
            case msg.FormatsListed():
                self._take_list(event)
            case msg.ModelProgressed() | msg.ModelSaved():
                self._take(event)
            case _:
                return False
        return True

    def forget_requests(self, *, will_restart: bool) -> None:
        """Wait for no answer any more: the worker is gone, and with it the export that went."""
        self._listing, self._is_listed = None, False
        if (going := self.going) is None:
            return
        if going.is_canceling:
            self._end(going, msg.Outcome.CANCELLED, "")
        else:
            remedy = _AGAIN if will_restart else _ANEW
            reason = f"{going.path.name} was not written, as the training process ended; {remedy}."
            self._end(going, msg.Outcome.FAILED, reason)

    def _take_list(self, event: msg.FormatsListed) -> None:
        if event.request_id != self._listing:
            return
        self._listing, self._is_listed = None, event.outcome is msg.Outcome.DONE
        self.list_error = event.error or ""
        if self._is_listed:
            self.formats = event.formats
        self._changed()

    def _take(self, event: msg.ModelProgressed | msg.ModelSaved) -> None:
        going = self.going
        if going is None or event.request_id != going.request_id:
            return
        if isinstance(event, msg.ModelSaved):
            self._end(going, event.outcome, event.error or "")
        else:
            going.stage = event.stage
            self._changed()

    def _end(self, going: Export, outcome: msg.Outcome, error: str) -> None:
        going.outcome = outcome
        if outcome is msg.Outcome.DONE:
            kind = f" as {going.title}" if going.title else ""
            going.ending = f"Exported {going.path.name}{kind}. {_NOTE}"
            self._session.report(going.ending, Level.INFO)
        elif outcome is msg.Outcome.FAILED:
            going.ending = error
            self._session.report(error)
        else:
            going.ending = f"The export was canceled; {going.path.name} was not written."
        self._session.writing_ended(outcome is msg.Outcome.DONE)
        self._changed()
