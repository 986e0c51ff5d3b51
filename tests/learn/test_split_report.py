"""A split is told with its patients and its near copies, by class and position."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ichdesk.core.config import TrainConfig
from ichdesk.core.metrics import accuracy
from ichdesk.core.samples import Sample
from ichdesk.core.split import Split
from ichdesk.core.split_facts import MAX_COPIES, NearCopy
from ichdesk.learn.experiment import DataSet, prepare_training, repeat
from ichdesk.learn.split_report import split_facts

PER_CLASS = 20


def data_of(patients: Callable[[int, int], str | None]) -> DataSet:
    """Two classes; a feature tells the patient and nothing else, so that only leaks help."""
    rng = np.random.default_rng(0)
    small = rng.integers(0, 255, (2 * PER_CLASS, 32, 32)).astype(np.uint8)
    small[PER_CLASS + 3] = small[5]  # of class 1, position 3, and of class 0, position 5
    classes = range(2)
    owners = [[patients(k, i) for i in range(PER_CLASS)] for k in classes]
    known = sorted({str(owner) for row in owners for owner in row})
    eye = np.eye(len(known), dtype=np.float32)
    return DataSet(
        tuple({i: eye[known.index(str(o))] for i, o in enumerate(owners[k])} for k in classes),
        len(known),
        (),
        tuple(tuple(_sample(k, i, o) for i, o in enumerate(owners[k])) for k in classes),
        tuple({i: small[k * PER_CLASS + i] for i in range(PER_CLASS)} for k in classes),
    )


def _sample(label: int, position: int, patient: str | None) -> Sample:
    return Sample(Path("x"), 0, 1, f"{label}-{position}", patient)


@pytest.fixture
def data() -> DataSet:
    """Five slices a patient, each patient in one class."""
    return data_of(lambda label, position: f"{label}-{position // 5}")


def test_copies_are_named_by_class_and_position(data: DataSet) -> None:
    rest = tuple(i for i in range(PER_CLASS) if i != 3)
    split = Split((tuple(range(PER_CLASS)), rest), ((), (3,)))
    facts = split_facts(data, split, "slice")
    assert facts.copies == (NearCopy(1, 3, 0, 5),)
    assert facts.copies_total == 1
    assert (facts.patients_train, facts.patients_test, facts.patients_both) == (8, 1, 1)


def test_the_list_of_copies_ends_and_their_number_goes_on(data: DataSet) -> None:
    many = 2 * MAX_COPIES
    same = data.small[0][0]
    small = (dict.fromkeys(range(many), same), {0: same})
    samples = tuple(_sample(0, i, None) for i in range(many)), data.samples[1]
    crowd = replace(data, samples=samples, small=small)
    facts = split_facts(crowd, Split(((), (0,)), (tuple(range(many)), ())), "slice")
    assert (len(facts.copies), facts.copies_total) == (MAX_COPIES, many)


def test_a_split_by_patient_is_made_where_patients_are_known(data: DataSet) -> None:
    for config, rule in ((TrainConfig(), "patient"), (TrainConfig(split="slice"), "slice")):
        assert data.rule(config.split) == rule
        split = prepare_training(data, config).split
        both = split_facts(data, split, rule).patients_both
        assert (both == 0) == (rule == "patient")


def test_without_patients_the_split_is_the_original_s() -> None:
    data = data_of(lambda label, position: None)
    asked = TrainConfig(split="patient")
    assert data.rule(asked.split) == "slice"
    by_slice = prepare_training(data, TrainConfig(split="slice")).split
    assert prepare_training(data, asked).split == prepare_training(data, TrainConfig()).split
    assert prepare_training(data, TrainConfig()).split == by_slice


def test_what_a_split_by_slice_hides(data: DataSet) -> None:
    """Features that only name the patient: known patients are all right, new ones a guess."""
    config = TrainConfig(epochs=30, learning_rate=0.1)
    by = {
        split: np.mean([accuracy(counts) for counts in repeat(data, rule, 6, lambda: False)])
        for split in ("slice", "patient")
        for rule in [replace(config, split=split)]
    }
    assert by["slice"] > 0.95
    assert by["patient"] < 0.75
