"""From a scene to maps: the planted sign is found, the check runs, and nobody waits in vain."""

import io
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample
from ichdesk.core.split import Split
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.experiment import DataSet, prepare_training
from ichdesk.learn.features import Cancelled, Extractor
from ichdesk.learn.model import Model
from ichdesk.learn.observers import OBSERVERS, Observation, Scene
from ichdesk.phantom.jpegs import GRAY, jpeg, phantom_slices

NOTHING = np.zeros((0, 224, 224, 3), np.uint8)


@pytest.fixture(scope="module")
def masks() -> list[np.ndarray]:
    return []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, masks: list[np.ndarray]) -> Scene:
    """Trained on 24 + 24 synthetic slices; ten more with a bleed each are held out."""
    path = tmp_path_factory.mktemp("samples") / "samples.bin"
    classes = []
    for name, count in (("Normal", 24), ("Intraparenchymal", 34)):
        drawn = list(phantom_slices(name, count, 41))
        classes.append(stored(path, [jpeg(each.hu, GRAY) for each in drawn]))
        masks += [each.masks["intraparenchymal"] for each in drawn[24:]]
    extractor = Extractor(load_backbone("ct-phantom"), torch.device("cpu"))
    vectors = tuple(features(own, extractor) for own in classes)
    data = DataSet(vectors, extractor.backbone.dimension, (), tuple(classes))
    config = TrainConfig(seed=3)
    training = prepare_training(
        DataSet(tuple({i: own[i] for i in range(24)} for own in vectors), data.dimension, ()),
        config,
    )
    for _ in training.results:
        pass
    model = Model(training.head, ("a", "b"), "ct-phantom", extractor.backbone.fingerprint)
    split = Split((tuple(range(24)), tuple(range(24))), ((), tuple(range(24, 34))))
    return Scene(data, split, config, extractor, model, NOTHING, {}, lambda: False)


def stored(path: Path, jpegs: list[bytes]) -> tuple[Sample, ...]:
    samples = []
    with path.open("ab") as file:
        for data in jpegs:
            samples.append(Sample(path, file.tell(), len(data), sha256(data).hexdigest()))
            file.write(data)
    return tuple(samples)


def features(samples: tuple[Sample, ...], extractor: Extractor) -> dict[int, np.ndarray]:
    pictures = np.stack([np.asarray(Image.open(io.BytesIO(s.read()))) for s in samples])
    rows = [extractor.run(pictures[i : i + 16]) for i in range(0, len(pictures), 16)]
    return dict(enumerate(np.concatenate(rows)))


def changed(scene: Scene, options: Mapping[str, str], **parts: object) -> Scene:
    fields = ("data", "split", "config", "extractor", "trained", "images")
    kept = {name: parts.get(name, getattr(scene, name)) for name in fields}
    is_cancelled = parts.get("is_cancelled", scene.is_cancelled)
    return Scene(**kept, options=options, is_cancelled=is_cancelled)  # type: ignore[arg-type]


def looked(scene: Scene) -> list[Observation]:
    return list(OBSERVERS["heat-maps"](scene))


def of_tested(count: int) -> str:
    return " ".join(f"1:{24 + i}" for i in range(count))


def test_the_hottest_places_lie_in_the_bleeds(whole: Scene, masks: list[np.ndarray]) -> None:
    """By chance this were one in twenty; see the numbers in `ichdesk.learn.heat_maps`."""
    arrays = looked(changed(whole, {"samples": of_tested(10)}))[-1].arrays
    assert arrays["maps"].shape == (10, 2, 28, 28)
    hits = []
    for heat, mask in zip(arrays["maps"][:, 1], masks, strict=True):
        row, column = divmod(int(heat.argmax()), 28)
        hits.append(mask[8 * row : 8 * row + 8, 8 * column : 8 * column + 8].any())
    assert np.mean(hits) >= 0.5


def test_maps_sum_to_what_the_scores_differ_by(whole: Scene) -> None:
    arrays = looked(changed(whole, {"samples": "1:30 0:2", "classes": "1"}))[-1].arrays
    assert arrays["classes"].tolist() == [1]
    assert arrays["pictures"].shape == (2, 224, 224, 3)
    row = whole.data.vectors[1][30]
    logit = whole.model.head(torch.from_numpy(row[None])).detach()[0, 1]
    assert arrays["scores"][0, 0] == pytest.approx(float(logit), abs=1e-3)
    difference = arrays["scores"] - arrays["average_scores"]
    sums = arrays["maps"].sum((2, 3))
    np.testing.assert_allclose(sums, difference, atol=0.05 * abs(difference).max())


def test_the_check_looks_again_with_ever_more_random_weights(whole: Scene) -> None:
    wish = {"samples": of_tested(3), "check": "yes"}
    seen, again = (looked(changed(whole, wish)) for _ in range(2))
    arrays = seen[-1].arrays
    assert arrays["random_maps"].shape == (3, 3, 2, 28, 28)
    assert arrays["correlations"].shape == (3, 3, 2)
    head, _, everything = arrays["correlations"].mean(axis=(1, 2))
    assert abs(everything) < 0.3 < head < 0.95  # the backbone sees bleeds whatever the head does
    np.testing.assert_array_equal(arrays["random_maps"], again[-1].arrays["random_maps"])
    levels = [len(each.arrays.get("random_maps", ())) for each in seen]
    assert sorted(set(levels)) == [0, 1, 2, 3] == sorted(set(levels), key=levels.index)
    steps = [(each.done, each.total) for each in seen]
    assert steps == [(i + 1, len(steps)) for i in range(len(steps))]


def test_pictures_of_no_class_are_looked_at_as_they_are(whole: Scene) -> None:
    images = np.random.default_rng(0).integers(0, 255, (2, 224, 224, 3)).astype(np.uint8)
    arrays = looked(changed(whole, {}, images=images))[-1].arrays
    np.testing.assert_array_equal(arrays["pictures"], images)
    assert arrays["maps"].shape[:2] == (2, 2)


@pytest.mark.parametrize("after", [0, 3, 9])
def test_it_stops_when_nobody_waits_any_more(whole: Scene, after: int) -> None:
    asked = iter(range(100))
    stops: Callable[[], bool] = lambda: next(asked) >= after  # noqa: E731
    scene = changed(whole, {"samples": "1:30", "check": "yes"}, is_cancelled=stops)
    with pytest.raises(Cancelled):
        looked(scene)
    assert next(asked) == after + 1


@pytest.mark.parametrize(
    ("options", "parts", "sentence"),
    [
        ({}, {}, "no picture to look at"),
        ({"samples": "1:30"}, {"split": Split(((), ()), ((), ()))}, "No image was trained on"),
        ({"samples": "1:30"}, {"trained": None}, "train one first"),
    ],
)
def test_what_cannot_be_seen_is_a_sentence(
    whole: Scene, options: dict[str, str], parts: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        looked(changed(whole, options, **parts))
