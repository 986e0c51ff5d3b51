"""The one writer of state: an open project, its training run, its preview and its messages."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic

from ichdesk.archive import SampleStore
from ichdesk.core.notes import counted
from ichdesk.core.project import Project
from ichdesk.core.results import split_warnings, untaught_text
from ichdesk.core.run import (
    RunPhase,
    TrainingRun,
    classes_now,
    is_current,
    is_done,
    training_key,
)
from ichdesk.core.run_book import NO_RUNS, RunBook
from ichdesk.core.steps import Steps
from ichdesk.imaging.classified import Classified
from ichdesk.protocol import messages as msg
from ichdesk.protocol import runs
from ichdesk.session.backbones import Backbones
from ichdesk.session.classifying import NO_MODEL, Answers, classify_files
from ichdesk.session.exports import OWN_FORMAT, Exports
from ichdesk.session.jobs import Jobs, Post
from ichdesk.session.kept_runs import Clock, KeptRuns, utc_now
from ichdesk.session.luck import Luck
from ichdesk.session.observations import Observations
from ichdesk.session.preparation import Preparation
from ichdesk.session.preview import Preview
from ichdesk.session.state import (
    Change,
    JobState,
    Level,
    PreviewImage,
    WorkerState,
    WorkerStatus,
)
from ichdesk.session.trials import Trials
from ichdesk.session.worker_client import Worker, WorkerDied, WorkerSilent

_SILENT = (
    "The training has shown no progress for a minute. Large projects can take so long; if nothing "
    "changes, click Cancel and train again, which starts the training process anew if it hangs."
)
_SPLIT_REMEDY = "choose Split: By patient under Advanced and train again"


class Session(KeptRuns):
    """State of the window and everything that may change it.

    All methods run on one thread, the session's; `post` brings results of background work there.

    Args:
        worker: Takes requests; its events come back through `handle`.
        store: Holds the bytes of all samples.
        post: Runs a function on the session's thread, from any thread.
        clock: Says when a training ended.
    """

    def __init__(
        self, worker: Worker, store: SampleStore, post: Post, clock: Clock = utc_now
    ) -> None:
        super().__init__(store, post, clock)
        self._worker = worker
        self._request_ids = count(1)
        self._preview = Preview(post, self._preview_changed, self._predict)
        self._answers = Answers(post)
        # saving must not wait for a folder of images
        self._classifying = Jobs(post, lambda: self._notify(Change.JOB), self.report)
        self.backbones = Backbones(
            self, worker, self._request_ids, post, lambda: self._notify(Change.BACKBONES)
        )
        self.luck = Luck(self, worker, self._request_ids, lambda: self._notify(Change.RUN))
        self.observations = Observations(
            self, worker, self._request_ids, lambda: self._notify(Change.OBSERVATIONS)
        )
        self.exports = Exports(
            self, worker, self._request_ids, lambda: self._notify(Change.EXPORTS | Change.JOB)
        )
        self.trials = Trials(self, worker, self._request_ids, lambda: self._notify(Change.RUN))
        self.preparation = Preparation(
            self, worker, self._request_ids, lambda: self._notify(Change.PREPARATION)
        )
        self._run_notices: set[int] = set()
        self._loading: int | None = None
        self._model_is_gone = False
        self._is_stale = False  # once found, because every panel asks
        self._stale_for: tuple[object, object, object] = (None, None, self.project)
        self.worker = WorkerState()

    # --- reading -----------------------------------------------------------------------------

    @property
    def preview(self) -> tuple[PreviewImage, ...]:
        """Images that the user chose to try the model on."""
        return self._preview.images

    @property
    def job(self) -> JobState | None:
        """Background work on files, an export of the model included, or None."""
        return super().job or self._classifying.state or self.exports.job

    @property
    def is_training(self) -> bool:
        """Whether a run is going."""
        return self.run is not None and self.run.is_active

    @property
    def has_model(self) -> bool:
        """Whether the worker holds a trained model of this project, or is loading it."""
        return not self._model_is_gone and is_done(self.run)

    @property
    def is_stale(self) -> bool:
        """Whether data or settings have changed since the model was trained."""
        asked = self.run, self.run and self.run.test, self.project
        if any(a is not b for a, b in zip(asked, self._stale_for, strict=True)):
            self._is_stale = self.run is not None and not is_current(self.run, self.project)
            self._stale_for = asked
        return self._is_stale

    @property
    def run_classes(self) -> tuple[tuple[int, str], ...]:
        """(position in the project, name) of the run's classes, as they are called now."""
        return classes_now(self.run, self.project) if self.run else ()

    # --- training ----------------------------------------------------------------------------

    def train(self) -> bool:
        """Start a run; False, with a notice, if something is missing."""
        if self.is_training:
            return False
        problem = self.project.training_problem() or self._worker_problem()
        if problem:
            self.report(problem, Level.WARNING)
            return False
        classes = [bin_ for bin_ in self.project.enabled_classes if bin_.samples]
        request_id = next(self._request_ids)
        self._drop_questions()
        self._keep_run()
        self._history.seal()
        self.run = TrainingRun(
            request_id,
            tuple(bin_.id for bin_ in classes),
            self.project.config,
            training_key(self.project),
            phase_started_s=monotonic(),
            names=tuple(bin_.name for bin_ in classes),
        )
        self._loading, self._model_is_gone = None, False
        self._forget_run_notices()
        self._preview.forget_probabilities()
        self._worker.send(runs.start_training(request_id, classes, self.project.config))
        self._notify(Change.RUN | Change.PREVIEW | Change.NOTICES)
        return True

    def cancel_training(self) -> None:
        """Ask the worker to stop the run."""
        if self.run and self.run.is_active:
            self._worker.send(msg.Cancel(self.run.request_id))

    def export_model(self, path: Path, format: str = OWN_FORMAT) -> bool:  # noqa: A002 - its name
        """Write the trained model to a file; False, with a notice, if it cannot be done."""
        return self.exports.start(path, format)

    def classify_files(self, paths: Sequence[Path], out: Path) -> None:
        """Write a table of what the model says to image files, in the background."""
        if not self.has_model:
            self.report(NO_MODEL, Level.WARNING)
            return
        run, names = self.run, tuple(name for _, name in self.run_classes)

        def send(images: msg.Pixels) -> int | None:
            return self._predict(images) if self.run is run else None

        def done(classified: Classified) -> None:
            text = f"Saved {out.name}. {classified.summary}"
            level = Level.WARNING if classified.warnings else Level.INFO
            self.report(text, level, tuple(classified.warnings))

        ask = partial(self._answers.ask, send=send)
        work = partial(classify_files, paths, out, (names, self._shown_steps), ask)
        self._classifying.start("Classifying images", work, done)

    def cancel_job(self) -> None:
        """Stop the background work that is shown."""
        if super().job is not None:
            super().cancel_job()
        elif self._classifying.state is not None:
            self._classifying.cancel()
        else:
            self.exports.cancel()

    def preview_files(self, paths: Sequence[Path]) -> None:
        """Show images in the preview, with the model's output if there is one."""
        self._preview.load_files(paths, self._shown_steps)

    def preview_samples(self, class_id: int, indices: Collection[int]) -> None:
        """Show samples of a class in the preview."""
        bin_ = self.project.class_by_id(class_id)
        self._preview.load_samples(bin_, sorted(indices), self._shown_steps)

    # --- events ------------------------------------------------------------------------------

    def handle(self, event: msg.Event | WorkerDied | WorkerSilent) -> None:
        """Apply a worker event. What nobody waits for any more, or got already, is dropped."""
        if isinstance(event, WorkerSilent):
            if self.is_training:
                self._report_run(_SILENT, Level.WARNING)
            return
        self._forget_notice(_SILENT)
        match event:
            case msg.WorkerReady():
                self.worker = WorkerState(
                    WorkerStatus.READY, event.devices, event.device_names, event.backbones
                )
                self._notify(Change.WORKER)
            case WorkerDied():
                self._worker_died(event)
            case msg.PredictionEnded():
                self._preview.show(event)
                self._answers.handle(event)
            case msg.ModelLoaded():
                self._model_loaded(event)
            case msg.BackbonesListed():
                self.backbones.handle(event)
            case _ if self.luck.handle(event) or self.observations.handle(event):
                pass
            case _ if self.exports.handle(event):
                pass
            case _ if self.trials.handle(event) or self.preparation.handle(event):
                pass
            case _ if self.run and self.run.is_active and event.request_id == self.run.request_id:
                self._run_event(self.run, event)

    def close(self) -> None:
        """Stop background work; the worker and the store are closed by who made them."""
        self._jobs.close()
        self._classifying.close()
        self.backbones.close()
        self._preview.close()

    # --- inside ------------------------------------------------------------------------------

    def _drop_questions(self) -> None:
        """Stop what the worker was asked about the present run, which is about to be another."""
        self.luck.drop()
        self.observations.drop()
        self.trials.drop()
        self._answers.drop()

    @property
    def _shown_steps(self) -> Steps:
        """Those that the model was trained with; without a model, the project's."""
        return self.run.config.steps if self.run and self.has_model else self.project.config.steps

    def _replace_project(
        self, project: Project, path: Path | None, runs: RunBook = NO_RUNS
    ) -> None:
        self.cancel_training()
        self._drop_questions()
        super()._replace_project(project, path, runs)
        self._removed_runs = ()
        for kept in self.runs:
            kept.run.request_id = next(self._request_ids)  # what tells runs apart
        self._load_model()
        self._preview.clear()
        self._notify(~Change.WORKER & ~Change.JOB)

    def _use_run(self) -> None:
        self._drop_questions()
        self._forget_run_notices()
        self._history.seal()
        self._load_model()
        self._preview.forget_probabilities()
        self._preview.predict()

    def _keep_run(self) -> None:
        """Remember a finished run for the comparison with the next one."""
        if is_done(self.run):
            self.previous_run = self.run

    def _load_model(self) -> None:
        """Give the model of the present run to the worker, which does not have it."""
        run = self.run
        self._loading, self._model_is_gone = None, run is None or not run.model
        if run is None or self._model_is_gone:
            return
        self._loading = next(self._request_ids)
        labels = tuple(name for _, name in self.run_classes)
        device = self.project.config.device
        self._worker.send(runs.load_model(self._loading, run, labels, device))

    def _model_loaded(self, event: msg.ModelLoaded) -> None:
        if event.request_id != self._loading:
            return
        self._loading = None
        if event.error:
            self._model_is_gone = True
            self._preview.forget_probabilities()
            self._report_run(event.error, Level.WARNING)
        self._notify(Change.RUN | Change.PREVIEW)

    def _worker_problem(self) -> str | None:
        if self.worker.status is WorkerStatus.FAILED:
            return "Training has stopped working; save the project and start ICHDesk again."
        return None

    def _worker_died(self, event: WorkerDied) -> None:
        status = WorkerStatus.STARTING if event.will_restart else WorkerStatus.FAILED
        self.worker = replace(self.worker, status=status)
        self._preview.forget_requests()
        self._answers.drop()
        self.backbones.forget_requests()
        self.luck.forget_requests()
        self.observations.forget_requests()
        self.trials.forget_requests()
        self.preparation.forget_requests()
        self.exports.forget_requests(will_restart=event.will_restart)
        if self.run and self.run.is_active:
            self.run.phase = RunPhase.FAILED
            self.run.error = event.reason
            self._report_run(event.reason)
        elif self.run and self.has_model:
            self._model_died(self.run, event)
        elif not event.will_restart:
            self.report(event.reason)
        self._notify(Change.WORKER | Change.RUN | Change.PREVIEW)

    def _model_died(self, run: TrainingRun, event: WorkerDied) -> None:
        """Bring the model to the next worker, unless it was what the last one died of."""
        if event.will_restart and run.model and self._loading is None:
            self._load_model()
            self._report_run(event.reason, Level.WARNING)
            return
        self._loading, self._model_is_gone = None, True
        self._preview.forget_probabilities()
        self._report_run(f"{event.reason} The trained model is gone; train again.")

    def _run_event(self, run: TrainingRun, event: msg.Event) -> None:
        runs.apply_event(run, event, monotonic())
        if isinstance(event, msg.RunEnded):
            self._run_ended(run)
        self._notify(Change.RUN)

    def _run_ended(self, run: TrainingRun) -> None:
        if run.error:
            self._report_run(run.error)
        if run.unreadable:
            count = counted(len(run.unreadable), "image")
            text = f"{count} could not be read and took no part in training."
            self._report_run(text, Level.WARNING, run.unreadable)
        if run.phase is RunPhase.DONE:
            self._keep_ended(run)
            names = [name for _, name in self.run_classes]
            if warning := untaught_text(run, names):
                self._report_run(warning, Level.WARNING)
            for sentence, details in split_warnings(run, names, _SPLIT_REMEDY):
                self._report_run(sentence, Level.WARNING, details)
            self._preview.predict()

    def _report_run(
        self, text: str, level: Level = Level.ERROR, details: tuple[str, ...] = ()
    ) -> None:
        """Report what the next run makes old news."""
        self.report(text, level, details)
        self._run_notices.add(self.notices[-1].id)

    def _forget_run_notices(self) -> None:
        self.notices = tuple(n for n in self.notices if n.id not in self._run_notices)
        self._run_notices.clear()

    def _forget_notice(self, text: str) -> None:
        kept = tuple(notice for notice in self.notices if notice.text != text)
        if len(kept) < len(self.notices):
            self.notices = kept
            self._notify(Change.NOTICES)

    def _predict(self, images: msg.Pixels) -> int | None:
        if not self.has_model:
            return None
        request_id = next(self._request_ids)
        self._worker.send(msg.Predict(request_id, images))
        return request_id

    def _preview_changed(self, error: str | None = None) -> None:
        if error:
            self.report(error)
        self._notify(Change.PREVIEW)
