"""A finished training as an .ichdesk file keeps it, all of it or nothing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

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
from ichdesk.core.run_book import title_problem
from ichdesk.core.samples import ClassBin, Sample, marked
from ichdesk.core.split_facts import MAX_COPIES, RULES, NearCopy, SplitFacts

_FIGURES = ("acc", "test_acc", "loss", "test_loss")
_SPLIT_COUNTS = (
    *("patients_train", "patients_test", "patients_both", "without_patient", "copies_total"),
)
_PHASES = ("features", "train")
_MOST = 2**31


class Numbers(Protocol):
    """Gives everything that a run refers to its number in the file."""

    def of_sample(self, sample: Sample) -> int:
        """Its place in the list of samples, or a number beyond the list if it was removed."""

    def of_class(self, class_id: int) -> int:
        """Its place in the list of classes, or a number beyond the list if it was deleted."""


@dataclass(slots=True)
class KnownParts:
    """What runs of a file refer to by number.

    What is not in the project any more gets a stand-in, the same for the same number, so that two
    runs still know an image that both were tested on.

    Attributes:
        classes: By their number in the file; None for one that was left out.
        samples: By their number in the file; None for one that was left out.
        check_steps: Fills in image steps; UserError if they cannot be used.
    """

    classes: Sequence[ClassBin | None]
    samples: Sequence[Sample | None]
    check_steps: CheckSteps
    _deleted: dict[int, ClassBin] = field(default_factory=dict)
    _removed: dict[int, Sample] = field(default_factory=dict)

    def class_(self, number: Json, name: str) -> tuple[int, str]:
        """Id and name of a class of the project, or of one that stands for a deleted class."""
        if number is None:  # a file of version 1 does not say which of the deleted it was
            return ClassBin(name).id, name
        place = _whole(number, len(self.classes) + MAX_ENTRIES)
        bin_ = self.classes[place] if place < len(self.classes) else None
        if bin_ is not None:
            return bin_.id, bin_.name
        return self._deleted.setdefault(place, ClassBin(name)).id, name

    def sample(self, number: Json) -> Sample:
        """A sample of the project, or one that stands for a removed image."""
        if number is None:  # as above
            number = -1 - len(self._removed)
            return self._removed.setdefault(number, _stand_in(number))
        place = _whole(number, len(self.samples) + MAX_ENTRIES)
        found = self.samples[place] if place < len(self.samples) else None
        return found or self._removed.setdefault(place, _stand_in(place))


def run_document(run: TrainingRun, project: Project, numbers: Numbers) -> JsonObject:
    """A finished run, ready for JSON.

    Args:
        run: Ended well.
        project: As it is now; its classes may have been renamed, changed or deleted since.
        numbers: Of samples and classes in the file.
    """
    now = {bin_.id: bin_.name for bin_ in project.classes}
    classes: list[Json] = []
    for (class_id, samples), old_name in zip(run.key[0], run.names, strict=True):
        entry: JsonObject = {"class": numbers.of_class(class_id)}
        entry["name"] = now.get(class_id, old_name)
        entry["samples"] = [numbers.of_sample(sample) for sample in samples]
        classes.append(entry | test_set_document(samples))
    said: JsonObject = {"settings": settings_document(run.config), "device": run.device}
    said["classes"] = classes
    said["train"], said["test"] = _rows(run.train), _rows(run.test)
    said["history"] = [_epoch_document(epoch) for epoch in run.history]
    said["confusion"] = None if run.confusion is None else run.confusion.tolist()
    said["test_probabilities"] = _probabilities_document(run.test_probabilities)
    said["split"] = _split_document(run.split)
    said["seconds"] = {name: run.seconds[name] for name in _PHASES if name in run.seconds}
    return said | ({"other_model": run.origin} if run.origin else {})


def read_run(said: Json, parts: KnownParts) -> TrainingRun:
    """A run from a file, without its model.

    Raises:
        ValueError: Something in it makes no sense.
    """
    run = _object(said)
    config = _config(run.get("settings"), parts.check_steps)
    entries = [_object(entry) for entry in _list(run.get("classes"), MAX_CLASSES)]
    classes = [_trained_class(entry, parts) for entry in entries]
    trained_on = [_trained_on(entry, parts) for entry in entries]
    train, test = (_positions(run.get(part), trained_on) for part in ("train", "test"))
    _check_split(train, test)
    history = [_epoch(n, e) for n, e in enumerate(_list(run.get("history"), MAX_EPOCHS))]
    origin = _origin(run.get("other_model", ""))
    tested = sum(map(len, test))
    ids = tuple(class_id for class_id, _ in classes)
    _require(len(ids) >= 2 and len(set(ids)) == len(ids) and bool(history) != bool(origin))
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
        confusion=_confusion(run.get("confusion"), len(ids), tested),
        test_probabilities=_probabilities(run.get("test_probabilities"), tested, len(ids)),
        seconds=_seconds(run.get("seconds")),
        split=_split(run.get("split"), trained_on),
        names=tuple(name for _, name in classes),
        origin=origin,
    )


def test_set_document(samples: Sequence[Sample]) -> JsonObject:
    """Positions of the samples in the fixed test set, ready for JSON; nothing if there are none."""
    positions: list[Json] = [place for place, sample in enumerate(samples) if sample.is_test]
    return {"test_set": positions} if positions else {}


def read_test_set(entry: JsonObject, count: int) -> tuple[int, ...]:
    """Positions of the samples in the fixed test set, of `count`; ValueError if they are none."""
    return _ascending(entry.get("test_set", []), count)


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


def _origin(value: Json) -> str:
    _require(isinstance(value, str) and title_problem(value) is None)
    return str(value)


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


def _trained_class(entry: JsonObject, parts: KnownParts) -> tuple[int, str]:
    name = entry.get("name")
    if not isinstance(name, str) or name_problem(name):
        raise ValueError("no name")
    return parts.class_(entry.get("class"), name)


def _trained_on(entry: JsonObject, parts: KnownParts) -> tuple[Sample, ...]:
    said = _list(entry.get("samples"), MAX_ENTRIES)
    samples = tuple(parts.sample(number) for number in said)
    return marked(samples, read_test_set(entry, len(samples)))


def _stand_in(number: int) -> Sample:
    """Equal to no sample of a project, for there is no such digest."""
    return Sample(Path(), 0, 0, f"removed {number}")


def _positions(
    value: Json, trained_on: Sequence[tuple[Sample, ...]]
) -> tuple[tuple[int, ...], ...]:
    rows = _list(value, len(trained_on))
    _require(len(rows) == len(trained_on))
    pairs = zip(rows, trained_on, strict=True)
    return tuple(_ascending(row, len(samples)) for row, samples in pairs)


def _ascending(value: Json, below: int) -> tuple[int, ...]:
    positions = tuple(_whole(position, below) for position in _list(value, below))
    _require(list(positions) == sorted(set(positions)))
    return positions


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
    return SplitFacts(_one_of(said.get("by"), RULES), copies=copies, **counts)


def _copy(value: Json, trained_on: Sequence[tuple[Sample, ...]]) -> NearCopy:
    numbers = _list(value, 4)
    _require(len(numbers) == 4)
    label, of_label = (_whole(n, len(trained_on)) for n in numbers[::2])
    position = _whole(numbers[1], len(trained_on[label]))
    return NearCopy(label, position, of_label, _whole(numbers[3], len(trained_on[of_label])))


def _seconds(value: Json) -> dict[str, float]:
    said: Mapping[str, Json] = _object(value)
    return {name: _float(said[name]) for name in _PHASES if name in said}
