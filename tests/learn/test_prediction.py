"""Answers to any number of images, the same whatever else is asked."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from ichdesk.core.samples import Sample
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.features import BATCH, Image
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model
from ichdesk.learn.pixels import to_input
from ichdesk.learn.prediction import Predictor


@pytest.fixture(scope="module")
def model() -> Model:
    backbone = load_backbone("ct-phantom")
    head = Head(backbone.dimension, 3, torch.Generator().manual_seed(0))
    return Model(head, ("a", "b", "c"), "ct-phantom", backbone.fingerprint)


@pytest.fixture(scope="module")
def images() -> Image:
    return np.random.default_rng(0).integers(0, 256, (2 * BATCH + 3, 224, 224, 3), np.uint8)


@torch.inference_mode()
def test_each_in_order(model: Model, images: Image) -> None:
    answers = list(Predictor(model, "cpu").each((f"{i}", image) for i, image in enumerate(images)))
    assert [what for what, _ in answers] == [f"{i}" for i in range(len(images))]
    features = load_backbone("ct-phantom").module(to_input(images))
    expected = torch.softmax(model.head(features), dim=1).numpy()
    np.testing.assert_allclose([row for _, row in answers], expected, atol=1e-5)


def test_an_image_alone_has_the_same_answer(model: Model, images: Image) -> None:
    predictor = Predictor(model, "cpu")
    many = dict(predictor.each(enumerate(images)))
    ((_, alone),) = predictor.each([(0, images[5])])
    np.testing.assert_array_equal(alone, many[5])
    assert list(predictor.each([])) == []


def test_images_are_taken_only_a_little_ahead(
    model: Model, images: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ichdesk.learn.prediction._BATCHES_AHEAD", 2)
    taken = []

    def endless() -> "object":
        for number in iter(int, 1):
            taken.append(number)
            yield number, images[0]

    answers = Predictor(model, "cpu").each(endless())  # type: ignore[arg-type]
    for _ in range(BATCH):
        next(answers)
    answers.close()
    assert len(taken) <= 3 * BATCH


def test_samples_of_a_project(
    model: Model, make_samples: Callable[..., tuple[Sample, ...]]
) -> None:
    samples = make_samples(3, junk=(1,))
    predictor = Predictor(model, "cpu")
    work, told = predictor.samples([*samples, samples[0]]), []
    while True:
        try:
            told.append(next(work))
        except StopIteration as end:
            answers = end.value
            break
    assert told[-1].done == told[-1].total == 4
    assert isinstance(answers[samples[1].sha256], str)
    for sample in (samples[0], samples[2]):
        assert answers[sample.sha256].sum() == pytest.approx(1, abs=1e-5)
