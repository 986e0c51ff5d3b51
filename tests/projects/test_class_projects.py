"""The stored class projects teach what their pages say, and can be drawn again."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image

from ichdesk.archive import SampleStore, open_project
from ichdesk.archive.lesson_key import lesson_name
from ichdesk.cli import run_command
from ichdesk.core.config import TrainConfig
from ichdesk.core.metrics import Counts, accuracy
from ichdesk.core.project import Project
from ichdesk.core.resources import project_path, resource_path
from ichdesk.learn.experiment import DataSet, NamedSamples, prepare_training, read_data_set
from ichdesk.learn.features import FeatureCache
from ichdesk.learn.fit import EpochResult
from ichdesk.learn.model import load_extractor
from ichdesk.phantom import phantom_jpegs
from ichdesk.phantom.class_projects import CLASS_PROJECTS, ProjectRecipe

SEEDS = range(10)
NEARLY_ALL = 9  # of ten seeds
MAX_BYTES = {".tm": 25_000_000, ".ichdesk": 12_000_000}  # all of a kind together
AS_TM = [number for number, recipe in CLASS_PROJECTS.items() if not recipe.needs_native]
Numbers = npt.NDArray[np.float64]
Confusions = Callable[[int], list[Counts]]


def stored(number: int) -> Path:
    suffix = ".ichdesk" if CLASS_PROJECTS[number].needs_native else ".tm"
    return project_path(f"experiment{number}{suffix}")


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Project]]:
    with SampleStore(tmp_path_factory.mktemp("samples")) as store:
        yield {number: open_project(stored(number), store).project for number in CLASS_PROJECTS}


@pytest.fixture(scope="module")
def data(projects: dict[int, Project]) -> Callable[[int], DataSet]:
    extractor = load_extractor(TrainConfig().backbone, torch.device("cpu"))
    features = FeatureCache()

    @cache
    def of(number: int) -> DataSet:
        classes = [NamedSamples(bin_.name, bin_.samples) for bin_ in projects[number].classes]
        reading = read_data_set(classes, extractor, features, lambda: False)
        while True:
            try:
                next(reading)
            except StopIteration as end:
                assert isinstance(end.value, DataSet)
                return end.value

    return of


@pytest.fixture(scope="module")
def confusions(projects: dict[int, Project], data: Callable[[int], DataSet]) -> Confusions:
    """Test results of a project with the settings in its file, one for each seed."""

    @cache
    def of(number: int) -> list[Counts]:
        config = projects[number].config
        return [last_epoch(data(number), replace(config, seed=s)).test.confusion for s in SEEDS]

    return of


def last_epoch(data: DataSet, config: TrainConfig) -> EpochResult:
    *_, last = prepare_training(data, config).results
    assert isinstance(last, EpochResult)
    return last


def accuracies(results: list[Counts]) -> Numbers:
    return np.array([accuracy(confusion) for confusion in results])


def sensitivities(results: list[Counts]) -> Numbers:
    """Share of the first class, Hemorrhage, that was recognized."""
    return np.array([confusion[0, 0] / confusion[0].sum() for confusion in results])


def test_small_data_scatter_and_large_data_do_not(confusions: Confusions) -> None:
    few, many = accuracies(confusions(1)), accuracies(confusions(3))
    assert few.mean() < many.mean()
    assert few.min() <= 0.5
    for left_out in SEEDS:  # no single seed makes the difference
        assert np.delete(few, left_out).std() > 2 * np.delete(many, left_out).std()


def test_rare_bleeds_are_missed_at_a_high_accuracy(confusions: Confusions) -> None:
    rare, balanced = confusions(2), confusions(3)
    assert (accuracies(rare) > accuracies(balanced)).sum() >= NEARLY_ALL
    assert (accuracies(rare) > 0.9).sum() >= NEARLY_ALL
    assert (sensitivities(rare) < 0.5).sum() >= NEARLY_ALL
    assert (sensitivities(rare) < sensitivities(balanced) - 0.3).sum() >= NEARLY_ALL
    assert (sensitivities(balanced) > 0.5).sum() >= NEARLY_ALL


def test_more_epochs_of_the_large_project_are_learned_by_heart(
    projects: dict[int, Project], data: Callable[[int], DataSet]
) -> None:
    config = projects[3].config
    for seed in range(3):
        short = last_epoch(data(3), replace(config, seed=seed))
        long = last_epoch(data(3), replace(config, seed=seed, epochs=75))
        assert long.train.acc > short.train.acc
        assert long.train.acc - long.test.acc > short.train.acc - short.test.acc


def test_color_coding_helps(confusions: Confusions) -> None:
    gray, colored = accuracies(confusions(4)), accuracies(confusions(5))
    assert (gray > 1 / 3).sum() >= NEARLY_ALL
    assert (colored > gray).sum() >= NEARLY_ALL


@pytest.mark.parametrize("suffix", MAX_BYTES)
def test_files_are_small_enough_together(suffix: str) -> None:
    files = [file for file in map(stored, CLASS_PROJECTS) if file.suffix == suffix]
    assert 0 < sum(file.stat().st_size for file in files) <= MAX_BYTES[suffix]


@pytest.mark.parametrize("number", CLASS_PROJECTS)
def test_a_file_holds_what_its_recipe_says(number: int, projects: dict[int, Project]) -> None:
    recipe, project = CLASS_PROJECTS[number], projects[number]
    assert {bin_.name: len(bin_.samples) for bin_ in project.classes} == recipe.counts
    assert project.config == recipe.config
    assert lesson_name(project) == recipe.lesson == f"experiment{number}"
    assert resource_path(f"lessons/{recipe.lesson}.md").is_file()


@pytest.mark.parametrize("number", AS_TM)
def test_samples_can_be_drawn_again(number: int) -> None:
    recipe = CLASS_PROJECTS[number]
    with zipfile.ZipFile(stored(number)) as archive:
        for name in recipe.counts:
            for index, drawn in enumerate(phantom_jpegs(name, 2, recipe.seed, recipe.style)):
                assert is_same(drawn, archive.read(f"{name}-!-{index}.jpg")), (name, index)


def test_a_whole_file_can_be_made_again(tmp_path: Path) -> None:
    again = tmp_path / "again.tm"
    assert run_command(["phantom", str(again), "--project", "1"]) == 0
    with zipfile.ZipFile(again) as made, zipfile.ZipFile(stored(1)) as kept:
        assert made.namelist() == kept.namelist()
        assert made.read("manifest.json") == kept.read("manifest.json")
        samples = made.namelist()[:-1]
        assert len(samples) == 60
        assert all(is_same(made.read(name), kept.read(name)) for name in samples)


def test_the_fifth_shows_the_slices_of_the_fourth() -> None:
    fourth, fifth = CLASS_PROJECTS[4], CLASS_PROJECTS[5]
    assert fifth == ProjectRecipe(
        fourth.counts, fourth.seed, fifth.style, fourth.config, lesson="experiment5"
    )
    assert replace(fifth.style, color_range_hu=None) == fourth.style


def is_same(drawn: bytes, kept: bytes) -> bool:
    """Equal, or as near as another version of the JPEG library or another processor comes."""
    if drawn == kept:
        return True
    with Image.open(io.BytesIO(drawn)) as a, Image.open(io.BytesIO(kept)) as b:
        same_quality = a.quantization == b.quantization  # type: ignore[attr-defined]
        difference = np.abs(np.asarray(a, np.int16) - np.asarray(b, np.int16))
    return same_quality and float(difference.mean()) < 0.5
