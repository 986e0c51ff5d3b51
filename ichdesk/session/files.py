"""The project under edit and its files: opened, saved, imported, exported in the background."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ichdesk.archive import (
    NATIVE_SUFFIX,
    PICTURES,
    TM_SUFFIX,
    ExportForm,
    Opened,
    SampleStore,
    export_samples,
    lost_in_tm,
    lost_text,
    open_project,
    save_project,
)
from ichdesk.core.errors import UserError
from ichdesk.core.notes import counted
from ichdesk.core.project import Project, new_project
from ichdesk.core.run import TrainingRun, is_done
from ichdesk.core.run_book import NO_RUNS, RunBook
from ichdesk.core.samples import Sample
from ichdesk.core.test_set import lock_problem, locked, overlap_text
from ichdesk.imaging.gather import gather
from ichdesk.imaging.gathered import Gathered
from ichdesk.imaging.pipeline import baked, checked
from ichdesk.imaging.placement import add_gathered, add_to_test_set, by_side
from ichdesk.session.editing import ProjectEditor
from ichdesk.session.imports import (
    added_level,
    added_text,
    left_out_text,
    locked_text,
    strangers_text,
)
from ichdesk.session.jobs import Jobs, Post, Progress
from ichdesk.session.state import Change, JobState, Level

T = TypeVar("T")
_NOT_ADDED = "The images were not added, as another project was opened meanwhile; add them again."
_NO_IMAGES = "No image was found there; choose images, DICOM files, a folder or a zip of them."


class ProjectFiles(ProjectEditor):
    """An edited project with its file; `Session` adds training and preview.

    Args:
        store: Holds the bytes of all samples.
        post: Runs a function on the session's thread, from any thread.

    Attributes:
        path: The project's file; None if it has none yet.
        run: The last training, going or ended.
        previous_run: The one before that ended well.
        runs: Those that ended well and are kept in the file.
    """

    def __init__(self, store: SampleStore, post: Post) -> None:
        super().__init__()
        self._store = store
        self._jobs = Jobs(post, lambda: self._notify(Change.JOB), self.report)
        self._saved = self.project
        self._projects_before = 0  # tells results that were meant for an earlier project
        self._writing = 0
        self._told_lost = set[str]()
        self._after_writing: Callable[[], object] | None = None
        self.path: Path | None = None
        self.run: TrainingRun | None = None
        self.previous_run: TrainingRun | None = None
        self.runs = NO_RUNS
        self._run_edits = self._saved_run_edits = 0  # names, notes and removals
        self._saved_runs = self.runs

    @property
    def is_modified(self) -> bool:
        """Whether the project differs from its file in what takes a person to make again.

        Another training does not count: its figures come back with a click.
        """
        return self.project is not self._saved or self._run_edits != self._saved_run_edits

    @property
    def has_unsaved_work(self) -> bool:
        """Whether a crash would cost something, be it only a training."""
        return self.is_modified or self.runs is not self._saved_runs

    @property
    def name(self) -> str:
        """File name of the project, or "Untitled"."""
        return self.path.name if self.path else "Untitled"

    @property
    def finished_run(self) -> TrainingRun | None:
        """The last run that ended well; while another one goes, the one before."""
        return self.run if is_done(self.run) else self.previous_run

    @property
    def job(self) -> JobState | None:
        """Background work on files, or None."""
        return self._jobs.state

    @property
    def is_writing(self) -> bool:
        """Whether files are being written, or wait to be."""
        return self._writing > 0

    def new(self) -> None:
        """Start an empty project with two classes."""
        self._replace_project(new_project(), None)

    def open(self, path: Path) -> None:
        """Open a project file in the background.

        The open project stays if that fails, or if it was changed in the meantime.
        """
        is_same = self._watch()

        def done(opened: Opened) -> None:
            if not is_same() and self.is_modified:
                text = f"{path.name} was not opened, because you changed the project meanwhile."
                self.report(f"{text} Open it again.", Level.WARNING)
                return
            self._replace_project(opened.project, path, opened.runs)
            self._report_left_out(f"Opened {path.name}", opened.left_out)

        self._jobs.start(
            f"Opening {path.name}",
            lambda progress: open_project(path, self._store, progress, checked),
            done,
        )

    def restore_work(
        self,
        path: Path | None,
        work: Callable[[Progress], Opened],
        then: Callable[[], None],
        ended: Callable[[bool], None],
    ) -> None:
        """Bring back in the background what a crash left; it counts as changed.

        Args:
            path: The file that it belongs to; None if it has none.
            work: Reads it.
            then: Called when it is the present project.
            ended: Called last, in every case.
        """
        is_same = self._watch()
        name = path.name if path else "the unsaved project"

        def done(opened: Opened) -> None:
            if not is_same() and self.is_modified:
                text = f"{name} was not restored, because you changed the project meanwhile."
                self.report(f"{text[:1].upper()}{text[1:]} Restore it again.", Level.WARNING)
                return
            self._replace_project(opened.project, path, opened.runs)
            self._saved = replace(opened.project)  # equal, but another: never saved
            self._notify(Change.FILE)
            self._report_left_out(f"Restored {name}", opened.left_out)
            then()

        self._jobs.start(f"Restoring {name}", work, done, ended)

    def save(self, path: Path | None = None, then: Callable[[], None] | None = None) -> None:
        """Save in the background, to the project's file or another one; then call `then`.

        The name decides what kind of file it becomes. What a .tm file does not keep is told once.
        Then, too, the project counts as saved: the file holds all that it can, and a question at
        the end that Save cannot answer would only teach people to ignore questions.
        """
        target = path or self.path
        if target is None:
            raise ValueError("a new project needs a path")
        project, number = self.project, self._projects_before
        runs, run_edits = self.runs, self._run_edits

        def done(_: None) -> None:
            if number != self._projects_before:
                return
            self._saved, self._saved_run_edits, self.path = project, run_edits, target
            self._saved_runs = runs
            self._tell_lost(target, lost_in_tm(project, runs))
            self._notify(Change.FILE)
            if then:
                then()

        self._write(
            f"Saving {target.name}",
            lambda progress: save_project(project, target, progress, baked(project), runs),
            done,
        )

    def import_files(
        self, paths: Sequence[Path], class_id: int | None = None, *, is_test: bool = False
    ) -> None:
        """Read images, folders and zips in the background, into a class or new ones.

        A folder of folders makes a class of each; other images, and slices of scans in any case,
        go to `class_id`, or to a new class named after the folder or zip. What is meant for the
        fixed test set (`is_test`) makes no class and needs one to go to. A folder that has only
        the folders `train` and `test` says itself what is meant for which.
        """
        number, one_class = self._projects_before, class_id is not None

        def work(progress: Progress) -> list[tuple[Gathered, Sequence[Path], bool]]:
            parts = [(paths, is_test)] if is_test or one_class else by_side(paths)
            add = self._store.add
            return [(gather(p, add, progress, one_class=one_class), p, side) for p, side in parts]

        def done(found: list[tuple[Gathered, Sequence[Path], bool]]) -> None:
            for gathered, read, side in found:
                if number != self._projects_before:
                    self.report(_NOT_ADDED, Level.WARNING)
                elif side:
                    self._add_to_test_set(gathered, class_id)
                else:
                    self._add_gathered(gathered, class_id, read)

        self._jobs.start("Reading images", work, done)

    def export_samples(
        self, folder: Path, class_id: int | None = None, form: ExportForm = PICTURES
    ) -> None:
        """Write the images of a class, or of all, to a folder in the background."""
        project, bake = self.project, baked(self.project)
        source = project if class_id is None else project.class_by_id(class_id)

        def work(progress: Progress) -> int:
            return export_samples(source, folder, progress, bake, form)

        def done(written: int) -> None:
            self.report(f"Saved {counted(written, 'image')} to {folder.name}.", Level.INFO)

        self._write("Saving images", work, done)

    def write_files(self, title: str, work: Callable[[Progress], str]) -> None:
        """Write files beside the project in the background; `work` returns what to tell then."""
        self._write(title, work, lambda told: self.report(told, Level.INFO))

    @property
    def lock_problem(self) -> str:
        """Why the last split cannot be locked and what to do, one sentence; "" if it can."""
        return lock_problem(self.project, self.finished_run)

    def lock_split(self) -> None:
        """Keep the images that the last finished run held out as the fixed test set."""
        run = self.finished_run
        if run is None or self.lock_problem:
            self.report(self.lock_problem, Level.WARNING)
            return
        before, after = self.project, locked(self.project, run)
        self._edit("Lock split", after)
        count = after.test_count - before.test_count
        self.report(locked_text(count), Level.INFO if count else Level.WARNING)

    def when_written(self, go_on: Callable[[], object]) -> None:
        """Go on when all files are written; not at all if one of them cannot be."""
        self._after_writing = go_on

    def writing_began(self) -> None:
        """Count files that closing the window waits for."""
        self._writing += 1

    def writing_ended(self, succeeded: bool) -> None:
        """They are there, or will not be; go on if that was the last."""
        self._writing -= 1
        if not succeeded:
            self._after_writing = None
        elif not self._writing and self._after_writing is not None:
            go_on, self._after_writing = self._after_writing, None
            go_on()

    def cancel_job(self) -> None:
        """Stop the background work on files."""
        self._jobs.cancel()

    def _replace_project(
        self, project: Project, path: Path | None, runs: RunBook = NO_RUNS
    ) -> None:
        """Take over a project from a file with the runs that it keeps, or an empty one."""
        self._projects_before += 1
        self._history.clear()
        self.project = self._saved = project
        self.path = path
        self.runs, self._run_edits, self._saved_run_edits = runs, 0, 0
        self._saved_runs = runs
        self.run = runs.present_run
        self.previous_run = runs.before(runs.present) if runs.present is not None else None
        self._told_lost.clear()
        self.notices = ()

    @property
    def proposed_suffix(self) -> str:
        """What the name of a new file best ends with: .tm only where that loses nothing now."""
        is_tm = self.path is not None and self.path.suffix.lower() != NATIVE_SUFFIX
        return TM_SUFFIX if is_tm and not self._loses_in_tm else NATIVE_SUFFIX

    @property
    def _loses_in_tm(self) -> bool:
        """Whether a .tm file would keep less than what takes a person to make again."""
        return bool(lost_in_tm(self.project)) or any(kept.is_marked for kept in self.runs)

    def _tell_lost(self, target: Path, lost: tuple[str, ...]) -> None:
        """Say once per project what its .tm file does not keep."""
        if target.suffix.lower() != NATIVE_SUFFIX and not self._told_lost.issuperset(lost):
            self._told_lost.update(lost)
            self.report(lost_text(lost, self.runs), Level.WARNING)

    def _write(self, title: str, work: Callable[[Progress], T], done: Callable[[T], None]) -> None:
        """Start a job that closing the window waits for."""
        self.writing_began()
        self._jobs.start(title, work, done, self.writing_ended)

    def _add_gathered(
        self, gathered: Gathered, class_id: int | None, paths: Sequence[Path]
    ) -> None:
        try:
            project, added = add_gathered(self.project, gathered, class_id, paths)
        except UserError as error:
            self.report(str(error))
            return
        self._edit("Add images", project)
        self._tell_added(gathered, added)
        new = [sample for _, group in gathered.classes for sample in group]
        for is_test in (False, True):  # a manifest may say so of single images
            self._tell_overlap([sample for sample in new if sample.is_test is is_test])

    def _add_to_test_set(self, gathered: Gathered, class_id: int | None) -> None:
        project, added, strangers = add_to_test_set(self.project, gathered, class_id)
        self._edit("Add test images", project)
        if added or not strangers:
            self._tell_added(gathered, len(added))
        if strangers:
            self.report(strangers_text(strangers), Level.WARNING)
        self._tell_overlap(added)

    def _tell_overlap(self, added: Sequence[Sample]) -> None:
        if text := overlap_text(self.project, added):
            self.report(text, Level.WARNING)

    def _tell_added(self, gathered: Gathered, added: int) -> None:
        """What came of an import."""
        if added:
            if text := added_text(added, gathered):
                self.report(text, added_level(gathered), gathered.left_out)
        elif len(gathered.left_out) == 1:
            self.report(gathered.left_out[0], Level.WARNING)
        else:
            self.report(_NO_IMAGES, Level.WARNING, gathered.left_out)

    def _watch(self) -> Callable[[], bool]:
        """A question to ask later: whether the project is still as it is now."""
        project, run_edits = self.project, self._run_edits
        return lambda: self.project is project and self._run_edits == run_edits

    def _report_left_out(self, what: str, left_out: tuple[str, ...]) -> None:
        if left_out:
            self.report(left_out_text(what, left_out), Level.WARNING, left_out)
