"""What the Training card says, worked out from the session without a widget in sight."""

from dataclasses import dataclass

from ichdesk.core.run import RunPhase
from ichdesk.core.split_facts import split_text
from ichdesk.session.session import Session
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.run_text import (
    STALE_TEXT,
    accuracy_text,
    ending_text,
    phase_text,
    remaining_text,
)

NO_ENGINE_TEXT = "Training has stopped working; save the project and start ICHDesk again."


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    """Everything on the card that changes with the run.

    Attributes:
        button: Text of the button; `problem` says why it cannot be clicked, "" if it can.
        trained: The model is there and up to date, so the button rests.
        phase: What an active run does, "" otherwise; `progress` from 0 to 1, None if unknown.
        result: Test accuracy of a finished run.
        split: How its images were split.
        ending: How a run ended that was canceled or failed.
        stale: That the model is out of date.
    """

    button: str
    problem: str
    trained: bool
    active: bool
    phase: str
    progress: float | None
    remaining: str
    result: str
    split: str
    ending: str
    stale: str

    @staticmethod
    def of(session: Session, now_s: float) -> "TrainingStatus":
        """The status now; `now_s` is a monotonic clock."""
        run = session.run
        active = session.is_training
        done = run is not None and run.phase is RunPhase.DONE
        stale = done and session.is_stale
        trained = session.has_model and not stale  # a file may show a result and have no model
        return TrainingStatus(
            button="Model Trained" if trained else "Train Model",
            problem=_problem(session),
            trained=trained,
            active=active,
            phase=phase_text(run) if run and active else "",
            progress=(run.progress if run.total else None) if run and active else None,
            remaining=remaining_text(run, now_s) if run and active else "",
            result=accuracy_text(run) if run and done else "",
            split=split_text(run.split) if run and run.split and done else "",
            ending=ending_text(run) if run else "",
            stale=STALE_TEXT if stale else "",
        )


def device_text(session: Session) -> str:
    """Where training runs, or would run; how many images are ready while they are prepared."""
    worker, preparation = session.worker, session.preparation
    if worker.status is WorkerStatus.FAILED:
        return ""  # the card says so already
    if not worker.devices:
        return "Starting the training engine…"
    if preparation.is_going:
        return f"Images ready: {preparation.done:,} of {preparation.total:,}"
    device = session.project.config.device
    if session.run and session.run.is_active and session.run.device:
        device = session.run.device
    return f"Runs on: {device_name(session, device)}"


def device_name(session: Session, device: str) -> str:
    """A readable name of a device; the best one stands for "auto"."""
    worker = session.worker
    names = dict(zip(worker.devices, worker.device_names, strict=False))
    if device == "auto":
        return worker.device_names[0] if worker.device_names else "not known yet"
    return names.get(device, f"{device.upper()} (not on this computer)")


def _problem(session: Session) -> str:
    if session.worker.status is WorkerStatus.FAILED:
        return NO_ENGINE_TEXT
    return session.project.training_problem() or ""
