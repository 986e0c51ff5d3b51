"""What an Under the hood panel reads: a run with the names its classes have now."""

from dataclasses import dataclass

from ichdesk.core.run import TrainingRun
from ichdesk.session.session import Session


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as panels see it; `names` are in the order of the model's outputs."""

    run: TrainingRun
    names: tuple[str, ...]
    is_stale: bool = False

    @staticmethod
    def of(session: Session) -> "RunView | None":
        """The session's run, or None before the first click on Train."""
        if session.run is None:
            return None
        names = tuple(name for _, name in session.run_classes)
        return RunView(session.run, names, session.is_stale)
