"""The stored projects with patients and with Hounsfield units teach what their pages say."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from ichdesk.archive import SampleStore, open_project
from ichdesk.cli import run_command
from ichdesk.core.config import TrainConfig
from ichdesk.core.metrics import accuracy
from ichdesk.core.project import Project
from ichdesk.core.resources import project_path
from ichdesk.core.samples import Sample
from ichdesk.core.split_facts import BY_PATIENT, BY_SLICE
from ichdesk.core.steps import Step, Steps
from ichdesk.imaging.hu_png import is_hu_png, read_hu_png
from ichdesk.imaging.pipeline import checked
from ichdesk.learn.experiment import DataSet, NamedSamples, prepare_training, read_data_set
from ichdesk.learn.features import FeatureCache
from ichdesk.learn.fit import EpochResult
from ichdesk.learn.model import load_extractor
from ichdesk.phantom.class_projects import CLASS_PROJECTS
from ichdesk.phantom.samples import draw_samples
from tests.projects.test_class_projects import is_same

SEEDS = range(10)
NEARLY_ALL = 9  # of ten seeds
LEAKAGE, LIVE = 6, 7
BLOOD, BRAIN, BONE = (50.0, 90.0), (20.0, 40.0), (150.0, 400.0)  # HU
Numbers = npt.NDArray[np.float64]


def stored(number: int) -> Path:
    return project_path(f"experiment{number}.ichdesk")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleStore]:
    with SampleStore(tmp_path_factory.mktemp("samples")) as store:
        yield store


@pytest.fixture(scope="module")
def projects(store: SampleStore) -> dict[int, Project]:
    return {number: open_project(stored(number), store).project for number in (LEAKAGE, LIVE)}


@pytest.fixture(scope="module")
def measured(projects: dict[int, Project]) -> Callable[[int, TrainConfig], Numbers]:
    """Accuracy of each seed with these settings."""
    extractor = load_extractor(TrainConfig().backbone, torch.device("cpu"))
    features = FeatureCache()

    @cache
    def read(number: int, steps: Steps) -> DataSet:
        classes = [NamedSamples(bin_.name, bin_.samples) for bin_ in projects[number].classes]
        shown = replace(extractor, steps=steps)
        reading = read_data_set(classes, shown, features, lambda: False)
        while True:
            try:
                next(reading)
            except StopIteration as end:
                assert isinstance(end.value, DataSet)
                return end.value

    @cache
    def of(number: int, config: TrainConfig) -> Numbers:
        data = read(number, config.steps)
        return np.array([last_accuracy(data, replace(config, seed=seed)) for seed in SEEDS])

    return of


def last_accuracy(data: DataSet, config: TrainConfig) -> float:
    *_, last = prepare_training(data, config).results
    assert isinstance(last, EpochResult)
    share = accuracy(last.test.confusion)
    assert share is not None
    return share


def color_coded(low_hu: float, high_hu: float) -> Steps:
    return checked([Step("color_code", (("low_hu", low_hu), ("high_hu", high_hu)))])


def test_a_split_by_slice_promises_what_a_split_by_patient_denies(
    projects: dict[int, Project], measured: Callable[[int, TrainConfig], Numbers]
) -> None:
    config = projects[LEAKAGE].config
    assert config == TrainConfig(split=BY_SLICE)
    slices = measured(LEAKAGE, config)
    patients = measured(LEAKAGE, replace(config, split=BY_PATIENT))
    assert (slices >= 0.85).sum() >= NEARLY_ALL
    assert 0.35 <= patients.mean() <= 0.65  # a coin decided
    assert (slices - patients > 0.15).sum() >= NEARLY_ALL
    auto = measured(LEAKAGE, replace(config, split="auto"))
    np.testing.assert_array_equal(auto, patients)


def test_no_patient_has_both_outcomes(projects: dict[int, Project]) -> None:
    recipe = CLASS_PROJECTS[LEAKAGE]
    patients = [{sample.patient for sample in bin_.samples} for bin_ in projects[LEAKAGE].classes]
    assert [len(keys) for keys in patients] == [recipe.patients] * 2
    assert not patients[0] & patients[1]
    assert not any(sample.is_hu for bin_ in projects[LEAKAGE].classes for sample in bin_.samples)


def test_the_range_that_is_colored_decides(
    projects: dict[int, Project], measured: Callable[[int, TrainConfig], Numbers]
) -> None:
    config = projects[LIVE].config
    assert config.steps == checked([Step("window", (("width_hu", 380.0),))])
    gray = measured(LIVE, config)
    blood = measured(LIVE, replace(config, steps=color_coded(*BLOOD)))
    brain = measured(LIVE, replace(config, steps=color_coded(*BRAIN)))
    bone = measured(LIVE, replace(config, steps=color_coded(*BONE)))
    assert (blood > gray).sum() >= NEARLY_ALL
    assert (brain < gray).sum() >= NEARLY_ALL
    assert bone.mean() < blood.mean()


def test_the_slices_keep_their_units_and_geometry(projects: dict[int, Project]) -> None:
    samples = [sample for bin_ in projects[LIVE].classes for sample in bin_.samples]
    assert len({sample.patient for sample in samples}) == len(samples)
    for sample in samples[::20]:
        image = read_hu_png(sample.read())
        assert sample.is_hu
        assert image.hu.min() <= -1000
        assert image.hu.max() >= 600
        assert 0.9 <= image.spacing_mm[0] == image.spacing_mm[1] <= 1.5
        assert image.place.position_mm is not None


@pytest.mark.parametrize("number", [LEAKAGE, LIVE])
def test_samples_can_be_drawn_again(number: int, projects: dict[int, Project]) -> None:
    for bin_ in projects[number].classes:
        drawn = islice(draw_samples(CLASS_PROJECTS[number], bin_.name), 2)
        for again, kept in zip(drawn, bin_.samples, strict=False):
            assert (again.patient, again.series) == (kept.patient, kept.series)
            assert is_same_slice(again.data, kept)


def test_a_whole_file_can_be_made_again(
    projects: dict[int, Project], tmp_path: Path, store: SampleStore
) -> None:
    path = tmp_path / "again.ichdesk"
    assert run_command(["phantom", str(path), "--project", str(LEAKAGE)]) == 0
    again, kept = open_project(path, store).project, projects[LEAKAGE]
    assert again.config == kept.config
    assert again.manifest == kept.manifest
    for made, old in zip(again.classes, kept.classes, strict=True):
        assert made.name == old.name
        pairs = list(zip(made.samples, old.samples, strict=True))
        assert [(a.patient, a.series) for a, _ in pairs] == [
            (b.patient, b.series) for _, b in pairs
        ]
        assert all(is_same_slice(a.read(), b) for a, b in pairs)


@pytest.mark.parametrize("number", [LEAKAGE, LIVE])
def test_a_file_that_would_lose_something_is_refused(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my class.tm"
    assert run_command(["phantom", str(path), "--project", str(number)]) != 0
    assert "my class.ichdesk" in capsys.readouterr().err
    assert not path.exists()


def is_same_slice(drawn: bytes, kept: Sample) -> bool:
    """Equal, or as near as another version of a library or another processor comes."""
    data = kept.read()
    if not is_hu_png(data):
        return is_same(drawn, data)
    a, b = read_hu_png(drawn), read_hu_png(data)
    same_place = (a.spacing_mm, a.place) == (b.spacing_mm, b.place)
    return same_place and float(np.abs(a.hu - b.hu).mean()) < 0.5
