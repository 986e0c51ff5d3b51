"""The stored project with a letter beside every bleed teaches what its page says."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
import numpy.typing as npt
import pytest
import torch

from ichdesk.archive import SampleStore, open_project
from ichdesk.core.config import TrainConfig
from ichdesk.core.data_health import State
from ichdesk.core.image_health import Spots, image_checks
from ichdesk.core.metrics import accuracy
from ichdesk.core.project import Project
from ichdesk.core.resources import project_path
from ichdesk.core.split import Split
from ichdesk.core.steps import Step, Steps
from ichdesk.imaging.pipeline import checked, model_pixels
from ichdesk.learn.experiment import DataSet, NamedSamples, prepare_training, read_data_set
from ichdesk.learn.features import FeatureCache
from ichdesk.learn.fit import EpochResult
from ichdesk.learn.model import load_extractor
from ichdesk.learn.observers import OBSERVERS, Scene
from ichdesk.phantom.class_projects import CLASS_PROJECTS
from ichdesk.phantom.samples import draw_samples
from tests.projects.test_native_projects import is_same_slice

SEEDS = range(10)
NEARLY_ALL = 9  # of ten seeds
WITH_LETTER, NORMAL, WITHOUT_LETTER = range(3)
CROPPED: Steps = checked([Step("crop_to_head"), Step("window")])
Numbers = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with SampleStore(tmp_path_factory.mktemp("samples")) as store:
        yield open_project(project_path("experiment8.ichdesk"), store).project


@pytest.fixture(scope="module")
def read(project: Project) -> Callable[[Steps], DataSet]:
    """All three classes, the disabled one last, through these image steps."""
    extractor = load_extractor(TrainConfig().backbone, torch.device("cpu"))
    features = FeatureCache()
    classes = [NamedSamples(bin_.name, bin_.samples) for bin_ in project.classes]

    @cache
    def of(steps: Steps) -> DataSet:
        reading = read_data_set(classes, replace(extractor, steps=steps), features, lambda: False)
        while True:
            try:
                next(reading)
            except StopIteration as end:
                assert isinstance(end.value, DataSet)
                return end.value

    return of


@pytest.fixture(scope="module")
def measured(read: Callable[[Steps], DataSet]) -> Callable[[Steps], tuple[Numbers, Numbers]]:
    """Test accuracy, and share of the bleeds without letter that are called bleeds, by seed."""

    @cache
    def of(steps: Steps) -> tuple[Numbers, Numbers]:
        results = [outcome(read(steps), replace(TrainConfig(), seed=seed)) for seed in SEEDS]
        tested, unmarked = np.array(results).T
        return tested, unmarked

    return of


def trained_on(data: DataSet) -> DataSet:
    """Without the disabled class."""
    return DataSet(
        data.vectors[:2], data.dimension, data.unreadable, data.samples[:2], data.small[:2]
    )


def outcome(data: DataSet, config: TrainConfig) -> tuple[float, float]:
    learned = trained_on(data)
    training = prepare_training(learned, config)
    *_, last = training.results
    assert isinstance(last, EpochResult)
    tested = accuracy(last.test.confusion)
    assert tested is not None
    others = data.labeled([(), (), tuple(data.vectors[WITHOUT_LETTER])])
    with torch.no_grad():
        called = training.head.eval()(others.x).argmax(dim=1)
    return tested, float((called == WITH_LETTER).float().mean())


def test_the_letter_is_learned_and_the_bleeds_are_not(
    measured: Callable[[Steps], tuple[Numbers, Numbers]],
) -> None:
    tested, unmarked = measured(TrainConfig().steps)
    assert (tested >= 0.9).sum() >= NEARLY_ALL
    assert (unmarked < 0.45).sum() >= NEARLY_ALL
    assert (tested - unmarked > 0.5).sum() >= NEARLY_ALL


def test_cropping_to_the_head_takes_the_letter_away(
    measured: Callable[[Steps], tuple[Numbers, Numbers]],
) -> None:
    (tested, unmarked), (cropped, found) = measured(TrainConfig().steps), measured(CROPPED)
    assert (cropped < tested).sum() >= NEARLY_ALL
    assert (found > unmarked + 0.3).sum() >= NEARLY_ALL


def test_only_the_bleeds_have_the_letter_and_the_crop_leaves_none_of_it(project: Project) -> None:
    marked, normal, unmarked = (bin_.samples for bin_ in project.classes)
    assert [bin_.enabled for bin_ in project.classes] == [True, True, False]

    def corner(data: bytes, steps: Steps) -> int:
        return int(model_pixels(data, steps)[-56:, :48].max())

    for sample in marked[::10]:
        assert corner(sample.read(), TrainConfig().steps) == 255
        pixels = model_pixels(sample.read(), CROPPED)
        assert int(pixels[-20:, :20].max()) < 30
    for sample in (*normal[::10], *unmarked[::5]):
        whole = model_pixels(sample.read(), TrainConfig().steps)
        assert (whole[-50:-10, 8:36] > 200).mean() < 0.2


@pytest.mark.parametrize("steps", [TrainConfig().steps, CROPPED])
def test_data_health_points_at_the_corner(
    steps: Steps, project: Project, read: Callable[[Steps], DataSet]
) -> None:
    data = trained_on(read(steps))
    config = TrainConfig(steps=steps)
    extractor = replace(load_extractor(config.backbone, torch.device("cpu")), steps=config.steps)
    images = np.zeros((0, 224, 224, 3), np.uint8)
    empty = Split(((), ()), ((), ()))
    scene = Scene(data, empty, config, extractor, None, images, {}, lambda: False)
    *_, last = OBSERVERS["data-health"](scene)
    checks = {c.key: c for c in image_checks(project.classes[:2], last.arrays)}
    spots = Spots.of(last.arrays)
    assert spots is not None
    if steps == CROPPED:
        assert checks["spots"].state is State.FINE
        return
    assert checks["spots"].state is State.PROBLEM
    assert "at the bottom left" in checks["spots"].text
    rows, columns = np.nonzero(spots.telling)
    assert rows.min() >= 11
    assert columns.max() <= 4


def test_samples_can_be_drawn_again(project: Project) -> None:
    recipe = CLASS_PROJECTS[8]
    for bin_ in project.classes:
        for again, kept in zip(
            islice(draw_samples(recipe, bin_.name), 2), bin_.samples, strict=False
        ):
            assert (again.patient, again.series) == (kept.patient, kept.series)
            assert is_same_slice(again.data, kept)


def test_the_slices_without_letter_are_others(project: Project) -> None:
    marked, _, unmarked = (bin_.samples for bin_ in project.classes)
    assert not {s.patient for s in marked} & {s.patient for s in unmarked}
