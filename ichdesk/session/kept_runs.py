"""The runs that a project keeps: added, named, annotated, removed and brought into use again."""

from collections.abc import Callable
from datetime import UTC, datetime

from ichdesk.archive import SampleStore
from ichdesk.core.errors import UserError
from ichdesk.core.notes import counted
from ichdesk.core.run import TrainingRun, is_current
from ichdesk.core.run_book import MAX_NOTE_LENGTH, MAX_RUNS, KeptRun, RunBook
from ichdesk.session.files import ProjectFiles
from ichdesk.session.jobs import Post
from ichdesk.session.state import Change, Level

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present time."""
    return datetime.now(UTC)


class KeptRuns(ProjectFiles):
    """A project with its files and its runs; `Session` adds the worker.

    Undo does not reach runs: what was removed can be brought back until the next training.

    Args:
        store: Holds the bytes of all samples.
        post: Runs a function on the session's thread, from any thread.
        clock: Says when a training ended.
    """

    def __init__(self, store: SampleStore, post: Post, clock: Clock = utc_now) -> None:
        super().__init__(store, post)
        self._clock = clock
        self._removed_runs: tuple[KeptRun, ...] = ()

    @property
    def removed_run(self) -> KeptRun | None:
        """The run that was removed last and can be brought back; None if there is none."""
        return self._removed_runs[-1] if self._removed_runs else None

    def rename_run(self, number: int, name: str) -> bool:
        """Give a kept run a name, "" for none; False, with a notice, if it cannot be used."""
        return self._edit_runs(lambda runs: runs.rename(number, name))

    def annotate_run(self, number: int, note: str) -> bool:
        """Write a note on a kept run, "" for none; False, with a notice, if it cannot be kept."""
        return self._edit_runs(lambda runs: runs.annotate(number, note))

    def remove_run(self, number: int) -> bool:
        """Keep a run no longer; False, with a notice, if it is the one in use."""
        removed = self.runs[number]
        if not self._edit_runs(lambda runs: runs.remove(number)):
            return False
        self._removed_runs += (removed,)
        self._notify(Change.RUN)
        return True

    def bring_back_run(self) -> None:
        """Keep the run again that was removed last."""
        if (kept := self.removed_run) is not None:
            self._removed_runs = self._removed_runs[:-1]
            self._edit_runs(lambda runs: runs.put_back(kept))

    def restore_run(self, number: int) -> bool:
        """Use the model and the settings of a kept run again; False, with a notice, if training.

        The settings are one step of undo; what they were is not forgotten.
        """
        if self.run is not None and self.run.is_active:
            self.report("A training is running; wait until it has ended, or cancel it.")
            return False
        kept = self.runs[number]
        self.runs = self.runs.use(number)
        self.run, self.previous_run = kept.run, self.runs.before(number)
        self._edit(f"Restore {kept.title}", self.project.with_config(kept.run.config))
        self._use_run()
        self._tell_restored(kept)
        self._notify(Change.RUN | Change.PREVIEW)
        return True

    def _use_run(self) -> None:
        """Load what the present run has trained."""
        raise NotImplementedError

    def _report_run(
        self, text: str, level: Level = Level.ERROR, details: tuple[str, ...] = ()
    ) -> None:
        """Report what the next run makes old news."""
        raise NotImplementedError

    def _keep_ended(self, run: TrainingRun) -> None:
        """Put a run that ended well into the book, and say what had to go for it."""
        self.runs, gone = self.runs.add(run, self._clock())
        self._removed_runs = ()
        self._tell_gone(gone)

    def _tell_gone(self, gone: tuple[KeptRun, ...]) -> None:
        for kept in gone:
            self._report_run(
                f"{_upper(kept.title)} is not kept any more: a project keeps at most "
                f"{counted(MAX_RUNS, 'run')}, and those with a name or a note longest.",
                Level.WARNING if kept.is_marked else Level.INFO,
            )

    def keep_answers(self, run: TrainingRun, note: str) -> None:
        """Keep the answers of another model as a run beside those that were trained."""
        runs, gone = self.runs.add(run, self._clock())
        number = runs.last
        self.runs = runs.rename(number, run.origin).annotate(number, note[:MAX_NOTE_LENGTH])
        self._run_edits += 1
        self._tell_gone(gone)
        self._notify(Change.RUN | Change.FILE)

    def _tell_restored(self, kept: KeptRun) -> None:
        model = "its model and its settings" if kept.run.model else "its settings, without a model"
        self._report_run(f"{_upper(kept.title)} is in use again: {model}.", Level.INFO)
        if not is_current(kept.run, self.project):
            self._report_run(
                f"Images or classes have changed since {kept.title}; its figures are those of "
                "then. Train again for figures of now.",
                Level.WARNING,
            )

    def _edit_runs(self, change: Callable[[RunBook], RunBook]) -> bool:
        try:
            runs = change(self.runs)
        except UserError as error:
            self.report(str(error))
            return False
        if runs is not self.runs:
            self.runs = runs
            self._run_edits += 1
            self._notify(Change.RUN | Change.FILE)
        return True


def _upper(title: str) -> str:
    return title[:1].upper() + title[1:]
