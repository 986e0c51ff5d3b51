"""What is planted in phantoms is found in their pixels, and nothing is found in clean ones."""

import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ichdesk.core.config import TrainConfig
from ichdesk.core.data_health import Check, State
from ichdesk.core.image_health import image_checks
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.split import Split
from ichdesk.learn.experiment import DataSet, NamedSamples, read_data_set
from ichdesk.learn.features import Cancelled, Extractor, FeatureCache
from ichdesk.learn.observers import OBSERVERS, Observation, Scene
from ichdesk.phantom.render import render
from ichdesk.phantom.slices import phantom_slice
from tests.fakes.backbone import FakeBackbone

Picture = np.ndarray
Classes = list[list[Picture]]
Patients = Callable[[int, int], str | None]
EACH = 24


@pytest.fixture(scope="module")
def hus() -> list[np.ndarray]:
    return [phantom_slice(np.random.default_rng(seed), size_px=224).hu for seed in range(2 * EACH)]


@pytest.fixture
def clean(hus: list[np.ndarray]) -> Classes:
    """Two classes that differ in nothing."""
    pictures = [render(hu) for hu in hus]
    return [pictures[:EACH], pictures[EACH:]]


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., dict[str, Check]]:
    """Makes samples of pictures and all checks of them."""

    def look(classes: Classes, patients: Patients = lambda k, i: None) -> dict[str, Check]:
        bins = [
            ClassBin(str(k), tuple(stored(tmp_path, p, patients(k, i)) for i, p in enumerate(own)))
            for k, own in enumerate(classes)
        ]
        *_, last = OBSERVERS["data-health"](scene(bins))
        assert (last.done, last.total) == (100, 100)
        assert all(values.dtype == np.float32 for values in last.arrays.values())
        return {check.key: check for check in image_checks(bins, last.arrays)}

    return look


def stored(folder: Path, picture: Picture, patient: str | None) -> Sample:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=90)
    data = file.getvalue()
    digest = sha256(data).hexdigest()
    (folder / digest).write_bytes(data)
    return Sample(folder / digest, 0, len(data), digest, patient)


def scene(bins: list[ClassBin], is_cancelled: Callable[[], bool] = lambda: False) -> Scene:
    extractor = Extractor(FakeBackbone(), torch.device("cpu"))
    named = [NamedSamples(bin_.name, bin_.samples) for bin_ in bins]
    reading = read_data_set(named, extractor, FeatureCache(), lambda: False)
    while True:
        try:
            next(reading)
        except StopIteration as end:
            data = end.value
            break
    assert isinstance(data, DataSet)
    nothing = np.zeros((0, 224, 224, 3), np.uint8)
    return Scene(data, Split((), ()), TrainConfig(), extractor, None, nothing, {}, is_cancelled)


def places(check: Check) -> list[int]:
    return [shown.place.index for shown in check.images]


def test_nothing_is_found_where_nothing_is(
    clean: Classes, look: Callable[..., dict[str, Check]]
) -> None:
    checks = look(clean)
    assert [*checks] == ["readable", "sizes", "shown", "spots", "outliers", "near"]
    assert {check.state for check in checks.values()} == {State.FINE}


def test_a_marker_in_one_class_is_found(
    clean: Classes, look: Callable[..., dict[str, Check]]
) -> None:
    for picture in clean[0]:
        picture[200:214, 6:20] = 255
    checks = look(clean)
    assert checks["spots"].state is State.PROBLEM
    assert "outside the head, at the bottom left, tells “0”" in checks["spots"].text
    assert "48 images" in checks["spots"].text
    assert checks["shown"].state is State.FINE


def test_another_window_in_one_class_is_found(
    clean: Classes, hus: list[np.ndarray], look: Callable[..., dict[str, Check]]
) -> None:
    wide = [render(hu, width_hu=200.0) for hu in hus[:EACH]]
    check = look([wide, clean[1]])["shown"]
    assert check.state is State.PROBLEM


def test_colors_in_one_class_are_found(
    clean: Classes, hus: list[np.ndarray], look: Callable[..., dict[str, Check]]
) -> None:
    colored = [render(hu, color_range_hu=(50.0, 90.0)) for hu in hus[:EACH]]
    check = look([colored, clean[1]])["sizes"]
    assert check.state is State.LOOK
    assert "“0” 23 of 24, “1” 0 of 24" in check.text


def test_what_is_no_head_is_found(clean: Classes, look: Callable[..., dict[str, Check]]) -> None:
    clean[1][5] = 255 - clean[1][5]
    check = look(clean)["outliers"]
    assert check.state is State.LOOK
    assert places(check) == [5]


def test_near_copies_are_found_and_slices_of_a_patient_are_not(
    clean: Classes, look: Callable[..., dict[str, Check]]
) -> None:
    again = np.pad(clean[0][3], ((0, 1), (0, 1), (0, 0)))[1:, 1:]
    across = look([clean[0], [*clean[1], again]])["near"]
    assert (across.state, places(across)) == (State.PROBLEM, [3, EACH])
    within = look([[*clean[0], again], clean[1]])["near"]
    assert (within.state, places(within)) == (State.LOOK, [3, EACH])
    same = look([[*clean[0], again], clean[1]], lambda k, i: f"{k} {i % EACH if i != EACH else 3}")
    assert same["near"].state is State.FINE
    assert "1 image that resemble" in same["near"].text


def test_unreadable_images_are_named(tmp_path: Path, clean: Classes) -> None:
    bins = [ClassBin(str(k), tuple(stored(tmp_path, p, None) for p in clean[k])) for k in (0, 1)]
    bins[1].samples[4].path.write_bytes(b"gone")
    *_, last = OBSERVERS["data-health"](scene(bins))
    assert last.arrays["unreadable"].tolist() == [[1, 4]]
    made = image_checks(bins, last.arrays)
    assert made[0].state is State.PROBLEM


def test_it_comes_in_steps_and_can_be_stopped(tmp_path: Path, clean: Classes) -> None:
    bins = [ClassBin(str(k), tuple(stored(tmp_path, p, None) for p in clean[k])) for k in (0, 1)]
    seen: list[Observation] = []
    work = OBSERVERS["data-health"](scene(bins, lambda: len(seen) >= 5))
    with pytest.raises(Cancelled):
        for found in work:
            seen.append(found)
    assert len(seen) == 5
    *_, last = all_of = list(OBSERVERS["data-health"](scene(bins)))
    steps = [found.done for found in all_of]
    assert steps == sorted(steps)
    assert last.done == last.total


def test_tiny_projects_are_looked_at_without_a_claim(look: Callable[..., dict[str, Check]]) -> None:
    checks = look([[np.zeros((224, 224, 3), np.uint8)], [np.full((224, 224, 3), 99, np.uint8)]])
    assert checks["shown"].state is State.UNKNOWN
    assert checks["outliers"].state is State.UNKNOWN
    assert checks["spots"].state is State.FINE
