"""A model that was kept with a project works again in another worker, or is refused aloud."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from ichdesk.learn.head import Head
from ichdesk.learn.model import Model, model_bytes
from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    LoadModel,
    ModelLoaded,
    Outcome,
    Predict,
    RunEnded,
    SaveModel,
    Settings,
    StartTraining,
)
from ichdesk.worker.handlers import Handlers
from tests.fakes.backbone import NAME

MakeRequest = Callable[..., StartTraining]
SETTINGS = Settings(3, 16, 0.001, 0, NAME, "cpu")
IMAGES = np.stack([np.full((224, 224, 3), level, np.uint8) for level in (60, 100, 140)])


def as_bytes(model: Model) -> np.ndarray:
    return np.frombuffer(model_bytes(model), np.uint8)


def load(handlers: Handlers, request: LoadModel) -> ModelLoaded:
    (end,) = handlers.handle(decode(encode(request)))
    assert isinstance(decode(encode(end)), ModelLoaded)
    return end


@pytest.fixture
def model() -> Model:
    return Model(Head(48, 2, torch.Generator().manual_seed(0)), ("0", "1"), NAME, "f" * 64)


def test_the_model_of_a_run_works_in_another_worker(make_request: MakeRequest, tmp_path) -> None:
    first, second = Handlers(), Handlers()
    request = make_request((60, 20), (140, 20), epochs=20)
    ended = list(first.handle(request))[-1]
    assert isinstance(ended, RunEnded)
    assert b"level 6" not in ended.model.tobytes()  # names of classes change, and may be deleted
    expected = list(first.handle(Predict(8, IMAGES)))[-1].probabilities
    end = load(second, LoadModel(9, ended.model, ("a", "b"), request.settings))
    assert (end.outcome, end.error) == (Outcome.DONE, None)
    again = list(second.handle(Predict(10, IMAGES)))[-1].probabilities
    np.testing.assert_array_equal(again, expected)
    assert second.model.labels == ("a", "b")
    saved = SaveModel(11, str(tmp_path / "m.ichmodel"), ("a", "b"))
    assert list(second.handle(saved))[-1].outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"fingerprint": "0" * 64}, "another version of the backbone"),
        ({"fingerprint": ""}, "does not fit"),
        ({"labels": ("0", "1", "2")}, "damaged"),
        ({"backbone": "ct-phantom"}, "does not fit"),
        ({"head": Head(49, 2, torch.Generator())}, "does not fit"),
        ({"head": Head(48, 3, torch.Generator()), "labels": ("0", "1", "2")}, "does not fit"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(model: Model, change, word: str) -> None:
    handlers = Handlers()
    end = load(handlers, LoadModel(1, as_bytes(replace(model, **change)), ("a", "b"), SETTINGS))
    assert end.outcome is Outcome.FAILED
    assert word in end.error


@pytest.mark.parametrize("data", [b"", b"x" * 100, b"\xff" * 16, b"\2\0\0\0\0\0\0\0{}"])
def test_bytes_that_are_no_model_are_refused(data: bytes) -> None:
    raw = np.frombuffer(data, np.uint8)
    end = load(Handlers(), LoadModel(1, raw, ("a", "b"), SETTINGS))
    assert "The trained model in the project" in end.error


def test_other_image_steps_are_another_model(model: Model) -> None:
    steps = '[{"step": "window", "level_hu": 0.0, "width_hu": 10.0}]'
    request = LoadModel(1, as_bytes(model), ("a", "b"), replace(SETTINGS, steps=steps))
    assert "does not fit" in load(Handlers(), request).error


def test_a_model_that_cannot_be_loaded_leaves_none(model: Model, make_request: MakeRequest) -> None:
    """Or the model of the project before would answer."""
    handlers = Handlers()
    list(handlers.handle(make_request((60, 2), (140, 2))))
    assert handlers.model is not None
    load(handlers, LoadModel(9, as_bytes(model)[:50], ("a", "b"), SETTINGS))
    assert handlers.model is None
    assert list(handlers.handle(Predict(10, IMAGES)))[-1].outcome is Outcome.FAILED
