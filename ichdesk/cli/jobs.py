"""What the commands do, between reading their arguments and showing results."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from ichdesk.archive import (
    NATIVE_SUFFIX,
    TM_SUFFIX,
    Opened,
    Progress,
    SampleStore,
    lost_in_tm,
    lost_text,
    open_project,
)
from ichdesk.cli.progress import Bars
from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.model_facts import facts_of, facts_text
from ichdesk.core.notes import shown_name
from ichdesk.core.project import Project
from ichdesk.core.results import run_result, split_warnings
from ichdesk.core.run import TrainingRun, training_key
from ichdesk.core.test_set import overlap_text
from ichdesk.imaging.gather import gather
from ichdesk.imaging.gathered import scans_sentences
from ichdesk.imaging.pipeline import checked
from ichdesk.imaging.placement import add_to_test_set, by_side
from ichdesk.protocol import messages as msg
from ichdesk.protocol.runs import apply_event, repeat_training, start_training

_REQUEST_ID = 1


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished run, the names of its classes and its results ready for JSON."""

    run: TrainingRun
    names: tuple[str, ...]
    result: dict[str, Any]


def open_file(file: Path, store: SampleStore) -> Opened:
    """Open a project file and say on standard error what was left out."""
    opened = open_project(file, store, check_steps=checked)
    warn(opened.left_out)
    return opened


def open_reporting(file: Path, store: SampleStore) -> tuple[Project, float]:
    """Open a project, say on standard error what was left out; also the seconds it took."""
    start_s = monotonic()
    project = open_file(file, store).project
    return project, monotonic() - start_s


def warn(sentences: Sequence[str]) -> None:
    """Print sentences to standard error."""
    for sentence in sentences:
        print(sentence, file=sys.stderr)  # noqa: T201 - the command line's voice


def warn_lost(file: Path, opened: Opened) -> None:
    """Say on standard error what a project lost when it was saved to this file."""
    if file.suffix.lower() != NATIVE_SUFFIX and (lost := lost_in_tm(opened.project, opened.runs)):
        warn([lost_text(lost, opened.runs)])


def refuse_existing(path: Path, force: bool) -> None:
    """UserError if a file is there that would be lost; an empty one would not.

    A folder is never replaced, with force or without.
    """
    _refuse_folder(path)
    if not force and path.exists() and path.stat().st_size > 0:
        raise UserError(f"{path} exists already; choose another name, or add --force.")


def check_outputs(inputs: Sequence[Path], outputs: Sequence[Path]) -> None:
    """UserError, before any work is done, if a result would destroy an input or has no folder."""
    taken = {path.resolve() for path in inputs}
    for path in outputs:
        if path.resolve() in taken:
            raise UserError(f"{path} is used twice in this command; choose another name for it.")
        _refuse_folder(path)
        if not path.absolute().parent.is_dir() or (path.exists() and not path.is_file()):
            raise UserError(f"{path} cannot be made: it is no file, or its folder does not exist.")
        taken.add(path.resolve())


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise UserError(f"{path} is a folder, which is never replaced; choose another name.")


def override(config: TrainConfig, given: Mapping[str, Any]) -> TrainConfig:
    """Replace the settings that were given; UserError if one of them cannot be used."""
    config = replace(config, **{name: value for name, value in given.items() if value is not None})
    if problem := config.problem():
        raise UserError(problem)
    return config


def train(
    file: Path, store: SampleStore, given: Mapping[str, Any], bars: Bars, model: Path | None
) -> Trained:
    """Open a project, train on it and save the model if asked for.

    Args:
        file: The project.
        store: Keeps the bytes of the samples.
        given: Settings; `test` among them is a folder of test images.
        bars: Show progress.
        model: Where to save the model.
    """
    start_s = monotonic()
    project, open_s = open_reporting(file, store)
    settings = {name: value for name, value in given.items() if name != "test"}
    project = replace(project, config=override(project.config, settings))
    if given.get("test"):
        project = with_test_images(project, given["test"], store)
    run, handlers = train_project(project, bars)
    if model:
        _save_model(handlers, model, run)
    seconds = {"open": open_s, "total": monotonic() - start_s}
    result = run_result(run, run.names, seconds) | {"warnings": warnings(run)}
    return Trained(run, run.names, result)


def train_project(project: Project, bars: Bars) -> tuple[TrainingRun, Any]:
    """Train on a project; the finished run, and the handlers that hold its model."""
    from ichdesk.worker.handlers import Handlers  # noqa: PLC0415 - loads torch

    if problem := project.training_problem():
        raise UserError(problem)
    _, request, run = _start(project)
    handlers = Handlers()
    for event in handlers.handle(request):
        apply_event(run, event, monotonic())
        bars.show(run.phase.value.capitalize(), run.done, run.total)
    if run.error:
        raise UserError(run.error)
    return run, handlers


def repeat(
    project: Project, config: TrainConfig, repeats: int, bars: Bars
) -> tuple[list[float], TrainingRun]:
    """Test accuracies of runs with the seeds 0 to repeats - 1, and the first run's split."""
    from ichdesk.worker.handlers import Handlers  # noqa: PLC0415 - loads torch

    project = replace(project, config=config)
    if problem := project.training_problem():
        raise UserError(problem)
    _, request, run = _start(project)
    accuracies = []
    for event in Handlers().handle(repeat_training(request, repeats)):
        match event:
            case msg.FeaturesProgressed():
                bars.show("Features", event.done, event.total)
            case msg.SplitMade():
                apply_event(run, event, monotonic())
            case msg.RepeatEnded():
                if not event.tested:
                    raise UserError("No image of the test set can be read; put in others.")
                accuracies.append(event.correct / event.tested)
                bars.show("Training", len(accuracies), repeats)
            case msg.RepeatsEnded(error=str() as error):
                raise UserError(error)
    return accuracies, run


def warnings(run: TrainingRun) -> list[str]:
    """What the split of a run does to its test accuracy; details follow their sentence."""
    found = split_warnings(run, run.names, "add --split patient")
    return [line for sentence, details in found for line in (sentence, *details)]


def gather_project(source: Path, store: SampleStore) -> Opened:
    """A project from a file, a zip of images or a folder; UserError if it holds no image.

    A folder with nothing but `train` and `test` has the fixed test set in the latter.
    """
    if source.is_file() and source.suffix.lower() in {NATIVE_SUFFIX, TM_SUFFIX}:
        return open_file(source, store)
    if not source.exists():
        raise UserError(f"{source} does not exist; check the name.")
    if len(sides := by_side([source])) > 1:
        ((train,), _), ((test,), _) = sides
        return Opened(add_test_images(gather_project(train, store).project, test, store)[0], ())
    gathered = gather([source], store.add)
    warn([*gathered.left_out, *scans_sentences(gathered.scans)])
    project = Project()
    own_name = None if source.name in gathered.private_names else source.stem
    for name, samples in gathered.classes:
        project = project.add_class(name or own_name, samples)
    if not project.sample_count:
        raise UserError(f"{source} holds no image that can be read; choose another folder.")
    return Opened(project, ())


def with_test_images(project: Project, folder: Path, store: SampleStore) -> Project:
    """Put the images of a folder into the fixed test set.

    What was left out, and what spoils the test set, is told on standard error.

    Args:
        project: What to add to.
        folder: Has a folder for each class, of its name; a zip of such folders will do.
        store: Keeps the bytes of the samples.

    Raises:
        UserError: Nothing in it belongs to a class of the project.
    """
    if not folder.exists():
        raise UserError(f"{folder} does not exist; check the name.")
    project, added = add_test_images(project, folder, store)
    if not added:
        raise UserError(
            f"{folder} has no test image for a class of the project; put the images of each class "
            "into a folder of its name."
        )
    return project


def add_test_images(
    project: Project, folder: Path, store: SampleStore, progress: Progress | None = None
) -> tuple[Project, int]:
    """Put the images of a folder into the fixed test set, and say how many there were.

    What was left out, and what spoils the test set, is told on standard error.
    """
    gathered = gather([folder], store.add, progress)
    project, added, strangers = add_to_test_set(project, gathered, None)
    warn([*gathered.left_out, *scans_sentences(gathered.scans)])
    if added:
        named = [shown_name(name) for name in strangers if name]
        warn([f"{name} is no class of the project; its images were left out." for name in named])
        warn(list(filter(None, [overlap_text(project, added)])))
    return project, len(added)


def _start(project: Project) -> tuple[tuple[str, ...], msg.StartTraining, TrainingRun]:
    classes = [bin_ for bin_ in project.enabled_classes if bin_.samples]
    request = start_training(_REQUEST_ID, classes, project.config)
    ids = tuple(bin_.id for bin_ in classes)
    names = tuple(bin_.name for bin_ in classes)
    run = TrainingRun(_REQUEST_ID, ids, project.config, training_key(project), names=names)
    return names, request, run


def _save_model(handlers: Any, path: Path, run: TrainingRun) -> None:
    facts = facts_text(facts_of(run))
    request = msg.SaveModel(_REQUEST_ID + 1, str(path), run.names, facts=facts)
    for event in handlers.handle(request):
        if isinstance(event, msg.ModelSaved) and event.error:
            raise UserError(event.error)
