"""The last finished training as an .ichdesk file keeps it, all of it or nothing."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ichdesk.archive.manifest import Json, JsonObject
from ichdesk.archive.native import MAX_PROBABILITIES
from ichdesk.archive.native_settings import read_settings, settings_document
from ichdesk.archive.opened import CheckSteps
from ichdesk.core.config import DEVICES, MAX_EPOCHS, TrainConfig
from ichdesk.core.limits import MAX_CLASSES, MAX_ENTRIES
from ichdesk.core.metrics import Counts
from ichdesk.core.notes import Notes
from ichdesk.core.project import Project, name_problem
from ichdesk.core.run import EpochMetrics, RunPhase, TrainingRun
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.split_facts import BY_PATIENT, BY_SLICE, MAX_COPIES, NearCopy, SplitFacts

T = TypeVar("T")
_FIGURES = ("acc", "test_acc", "loss", "test_loss")
_SPLIT_COUNTS = (
    *("patients_train", "patients_test", "patients_both", "without_patient", "copies_total"),
)
_PHASES = ("features", "train")
_GONE = Sample(Path(), 0, 0, "")  # equal to no sample of a project
_MOST = 2**31


def run_document(
    run: TrainingRun, project: Project, number_of: Callable[[Sample], int | None]
) -> JsonObject:
    """A finished run, ready for JSON.

    Args:
        run: Ended well.
        project: As it is now; its classes may have been renamed, changed or deleted since.
        number_of: The number of a sample in the file; None for one that is not in it any more.
    """
    now = {bin_.id: (index, bin_.name) for index, bin_ in enumerate(project.classes)}
    classes: list[Json] = []
    for (class_id, samples), old_name in zip(run.key[0], run.names, strict=True):
        index, name = now.get(class_id, (None, old_name))
        numbers: list[Json] = [number_of(sample) for sample in samples]
        classes.append({"class": index, "name": name, "samples": numbers})
    said: JsonObject = {"settings": settings_document(run.config), "device": run.device}
    said["classes"] = classes
    said["train"], said["test"] = _rows(run.train), _rows(run.test)
    said["history"] = [_epoch_document(epoch) for epoch in run.history]
    said["confusion"] = None if run.confusion is None else run.confusion.tolist()
    said["test_probabilities"] = _probabilities_document(run.test_probabilities)
    said["split"] = _split_document(run.split)
    said["seconds"] = {name: run.seconds[name] for name in _PHASES if name in run.seconds}
    return said


def read_run(
    said: Json,
    classes: Sequence[ClassBin | None],
    samples: Sequence[Sample | None],
    check_steps: CheckSteps,
) -> TrainingRun:
    """A run from a file.

    Args:
        said: What the file says of it.
        classes: By their number in the file; None for one that was left out.
        samples: By their number in the file; None for one that was left out.
        check_steps: Fills in image steps; UserError if they cannot be used.

    Raises:
        ValueError: Something in it makes no sense.
    """
    run = _object(said)
    config = _config(run.get("settings"), check_steps)
    entries = [_object(entry) for entry in _list(run.get("classes"), MAX_CLASSES)]
    bins = [_trained_class(entry, classes) for entry in entries]
    trained_on = [_trained_on(entry, samples) for entry in entries]
    train, test = (_positions(run.get(part), trained_on) for part in ("train", "test"))
    _check_split(train, test)
    history = [_epoch(n, e) for n, e in enumerate(_list(run.get("history"), MAX_EPOCHS))]
    tested = sum(map(len, test))
    ids = tuple(bin_.id for bin_ in bins)
    _require(len(bins) >= 2 and len(set(ids)) == len(ids) and bool(history))
    return TrainingRun(
        0,
        ids,
        config,
        (tuple(zip(ids, trained_on, strict=True)), config),
        RunPhase.DONE,
        config.epochs,
        config.epochs,
        device=_one_of(run.get("device"), DEVICES),
        train=train,
        test=test,
        history=history,
        confusion=_confusion(run.get("confusion"), len(bins), tested),
        test_probabilities=_probabilities(run.get("test_probabilities"), tested, len(bins)),
        seconds=_seconds(run.get("seconds")),
        split=_split(run.get("split"), trained_on),
        names=tuple(bin_.name for bin_ in bins),
    )


# --- writing ---------------------------------------------------------------------------------


def _rows(rows: Sequence[Sequence[int]]) -> list[Json]:
    return [list[Json](row) for row in rows]


def _epoch_document(epoch: EpochMetrics) -> JsonObject:
    return {name: _number_document(getattr(epoch, name)) for name in _FIGURES}


def _number_document(value: float | None) -> Json:
    """JSON has no word for a loss that has exploded, so that it becomes a text."""
    return value if value is None or math.isfinite(value) else str(value)


def _split_document(facts: SplitFacts | None) -> Json:
    if facts is None:
        return None
    said: JsonObject = {"by": facts.by, **{name: getattr(facts, name) for name in _SPLIT_COUNTS}}
    said["copies"] = [[c.label, c.position, c.of_label, c.of_position] for c in facts.copies]
    return said


def _probabilities_document(rows: npt.NDArray[np.float32] | None) -> Json:
    if rows is None or rows.size > MAX_PROBABILITIES:
        return None
    return [[float(str(value)) for value in row] for row in rows]  # the shortest text of each


# --- reading ---------------------------------------------------------------------------------


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError("the run makes no sense")


def _object(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - wrong data, not a wrong argument
    return value


def _list(value: Json, most: int) -> list[Json]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("no list")
    return value


def _whole(value: Json, below: int) -> int:
    if type(value) is not int or not 0 <= value < below:
        raise ValueError("no number")
    return value


def _one_of(value: Json, known: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise ValueError("an unknown word")
    return value


def _config(said: Json, check_steps: CheckSteps) -> TrainConfig:
    notes = Notes()
    config = read_settings(said, notes, check_steps)
    _require(not notes.sentences())
    return config


def _trained_class(entry: JsonObject, classes: Sequence[ClassBin | None]) -> ClassBin:
    """The class of the project, or one that stands for a class that is not there any more."""
    name, number = entry.get("name"), entry.get("class")
    if not isinstance(name, str) or name_problem(name):
        raise ValueError("no name")
    bin_ = None if number is None else classes[_whole(number, len(classes))]
    return bin_ or ClassBin(name)


def _trained_on(entry: JsonObject, samples: Sequence[Sample | None]) -> tuple[Sample, ...]:
    found = []
    for number in _list(entry.get("samples"), MAX_ENTRIES):
        sample = None if number is None else samples[_whole(number, len(samples))]
        found.append(sample or _GONE)
    return tuple(found)


def _positions(
    value: Json, trained_on: Sequence[tuple[Sample, ...]]
) -> tuple[tuple[int, ...], ...]:
    rows = _list(value, len(trained_on))
    _require(len(rows) == len(trained_on))
    result = []
    for row, samples in zip(rows, trained_on, strict=True):
        positions = tuple(_whole(p, len(samples)) for p in _list(row, len(samples)))
        _require(list(positions) == sorted(set(positions)))
        result.append(positions)
    return tuple(result)


def _check_split(train: Sequence[tuple[int, ...]], test: Sequence[tuple[int, ...]]) -> None:
    for learned, held_out in zip(train, test, strict=True):
        _require(not set(learned) & set(held_out))


def _epoch(number: int, value: Json) -> EpochMetrics:
    said = _object(value)
    return EpochMetrics(number, *(_figure(said.get(name)) for name in _FIGURES))


def _figure(value: Json) -> float | None:
    """A figure of an epoch; texts are those of `_number_document`."""
    if value is None:
        return None
    if isinstance(value, str):
        return float(_one_of(value, ("nan", "inf", "-inf")))
    return _float(value)


def _float(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        raise ValueError("no number")
    return float(value)


def _confusion(value: Json, classes: int, tested: int) -> Counts:
    rows = [[_whole(n, _MOST) for n in _list(row, classes)] for row in _list(value, classes)]
    _require(len(rows) == classes and all(len(row) == classes for row in rows))
    counts = np.array(rows, np.int64)
    _require(int(counts.sum()) == tested)
    return counts


def _probabilities(value: Json, tested: int, classes: int) -> npt.NDArray[np.float32] | None:
    if value is None:
        return None
    rows = [[_float(p) for p in _list(row, classes)] for row in _list(value, tested)]
    _require(len(rows) == tested and all(len(row) == classes for row in rows))
    shares = np.array(rows, np.float64).reshape(tested, classes)
    _require(bool(((shares >= 0) & (shares <= 1)).all()))
    return shares.astype(np.float32)


def _split(value: Json, trained_on: Sequence[tuple[Sample, ...]]) -> SplitFacts | None:
    if value is None:
        return None
    said = _object(value)
    copies = tuple(_copy(entry, trained_on) for entry in _list(said.get("copies"), MAX_COPIES))
    counts = {name: _whole(said.get(name), _MOST) for name in _SPLIT_COUNTS}
    _require(counts["copies_total"] >= len(copies))
    return SplitFacts(_one_of(said.get("by"), (BY_SLICE, BY_PATIENT)), copies=copies, **counts)


def _copy(value: Json, trained_on: Sequence[tuple[Sample, ...]]) -> NearCopy:
    numbers = _list(value, 4)
    _require(len(numbers) == 4)
    label, of_label = (_whole(n, len(trained_on)) for n in numbers[::2])
    position = _whole(numbers[1], len(trained_on[label]))
    return NearCopy(label, position, of_label, _whole(numbers[3], len(trained_on[of_label])))


def _seconds(value: Json) -> dict[str, float]:
    said: Mapping[str, Json] = _object(value)
    return {name: _float(said[name]) for name in _PHASES if name in said}
