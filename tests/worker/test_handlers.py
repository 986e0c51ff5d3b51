"""Every request ends in one terminal event, and what comes before it is right."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ichdesk.core.errors import UserError
from ichdesk.learn.features import BATCH
from ichdesk.learn.model import load_model
from ichdesk.learn.prediction import Predictor
from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    BatchEnded,
    Cancel,
    EpochEnded,
    Event,
    FeaturesProgressed,
    ModelSaved,
    Outcome,
    Predict,
    PredictionEnded,
    Request,
    RunEnded,
    SaveModel,
    Shutdown,
    SplitMade,
    StartTraining,
)
from ichdesk.worker.handlers import Handlers
from tests.fakes.backbone import NAME

MakeRequest = Callable[..., StartTraining]
TERMINAL = (RunEnded, PredictionEnded, ModelSaved)


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


def answer(handlers: Handlers, request: Request) -> list[Event]:
    """All events, checked for what holds of every request."""
    events = list(handlers.handle(request))
    assert [isinstance(event, TERMINAL) for event in events] == [False] * (len(events) - 1) + [True]
    assert all(event.request_id == request.request_id for event in events)
    assert all(type(decode(encode(event))) is type(event) for event in events)
    assert (events[-1].error is not None) == (events[-1].outcome is Outcome.FAILED)
    return events


def outcome(handlers: Handlers, request: Request) -> tuple[Outcome, str]:
    end = answer(handlers, request)[-1]
    return end.outcome, end.error or ""


def gray(*levels: int) -> np.ndarray:
    return np.stack([np.full((224, 224, 3), level, np.uint8) for level in levels])


def test_training_tells_its_story_in_order(handlers: Handlers, make_request: MakeRequest) -> None:
    events = answer(handlers, make_request((60, 20), (140, 30), epochs=30))
    order = [FeaturesProgressed, SplitMade, BatchEnded, EpochEnded, RunEnded]
    kinds = [order.index(type(event)) for event in events]
    assert kinds[:6] == [0, 0, 0, 0, 0, 1]  # nothing known, four batches of images, the split
    split = next(event for event in events if isinstance(event, SplitMade))
    assert [len(part) for part in split.test] == [3, 5]
    assert [len(part) for part in split.train] == [17, 25]
    assert (split.device, split.unreadable) == ("cpu", ())
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert [event.epoch for event in epochs] == list(range(30))
    assert epochs[-1].acc == epochs[-1].test_acc == 1.0
    assert epochs[-1].confusion.tolist() == [[3, 0], [0, 5]]
    end = events[-1]
    assert isinstance(end, RunEnded)
    assert end.outcome is Outcome.DONE
    assert set(end.seconds) == {"features", "train"}
    assert end.test_probabilities.shape == (8, 2)
    assert end.test_probabilities.argmax(axis=1).tolist() == [0] * 3 + [1] * 5


def test_batches_are_thinned(
    handlers: Handlers, make_request: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = make_request((60, 10), (140, 10), epochs=4, batch_size=1)  # 16 batches an epoch
    monkeypatch.setattr("ichdesk.worker.handlers.monotonic", lambda: 5.0)
    batches = [e for e in answer(handlers, request) if isinstance(e, BatchEnded)]
    assert batches == [BatchEnded(request.request_id, 0, 1, 16)]


def test_the_second_training_uses_what_is_known(
    handlers: Handlers, make_request: MakeRequest
) -> None:
    request = make_request((60, 10), (140, 10))
    answer(handlers, request)
    first = answer(handlers, replace(request, request_id=77))[0]
    assert first == FeaturesProgressed(77, 20, 20, 20)


def test_the_same_request_gives_the_same_numbers(make_request: MakeRequest) -> None:
    request = make_request((100, 20), (110, 20))
    ends = [answer(Handlers(), request)[-1] for _ in range(2)]
    np.testing.assert_array_equal(ends[0].test_probabilities, ends[1].test_probabilities)
    other = replace(request, settings=replace(request.settings, seed=1))
    assert not np.array_equal(
        answer(Handlers(), other)[-1].test_probabilities, ends[0].test_probabilities
    )


@pytest.mark.parametrize("sizes", [(1, 1), (1, 2), (2, 2), (3, 1), (3, 3), (1, 1, 0), (0, 2, 2)])
def test_small_and_empty_classes_train(
    sizes: tuple[int, ...], handlers: Handlers, make_request: MakeRequest
) -> None:
    request = make_request(*((60 * i, size) for i, size in enumerate(sizes, start=1)))
    events = answer(handlers, request)
    assert events[-1].outcome is Outcome.DONE
    epoch = next(event for event in events if isinstance(event, EpochEnded))
    assert (epoch.acc is None) == (max(sizes) == 1)
    assert epoch.confusion.sum(axis=1).tolist() == [min(size, 1) for size in sizes]
    assert answer(handlers, Predict(9, gray(60)))[-1].probabilities.shape == (1, len(sizes))


@pytest.mark.parametrize("sizes", [(), (5,), (5, 0), (0, 0)])
def test_one_class_is_not_enough(
    sizes: tuple[int, ...], handlers: Handlers, make_request: MakeRequest
) -> None:
    request = make_request(*((60 * i, size) for i, size in enumerate(sizes, start=1)))
    how, why = outcome(handlers, request)
    assert how is Outcome.FAILED
    assert "at least two enabled classes" in why


def test_unreadable_images_are_left_out_and_listed(
    handlers: Handlers, make_request: MakeRequest
) -> None:
    good, bad = make_request((60, 10), (140, 10)), make_request((61, 2), (62, 1), junk=True)
    first = replace(good.classes[0], samples=bad.classes[0].samples[:1] + good.classes[0].samples)
    events = answer(handlers, replace(good, classes=(first, good.classes[1])))
    assert events[-1].outcome is Outcome.DONE
    split = next(event for event in events if isinstance(event, SplitMade))
    assert sorted(split.train[0] + split.test[0]) == list(range(1, 11))
    (sentence,) = split.unreadable
    assert sentence.startswith("level 60, image 1: ")


def test_a_class_of_unreadable_images_fails(handlers: Handlers, make_request: MakeRequest) -> None:
    good, bad = make_request((60, 3)), make_request((61, 3), junk=True)
    how, why = outcome(handlers, replace(good, classes=good.classes + bad.classes))
    assert how is Outcome.FAILED
    assert "level 61, image 1" in why


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"epochs": 0}, "Epochs must"),
        ({"learning_rate": math.nan}, "Learning rate must"),
        ({"device": "abacus"}, "Device must"),
        ({"backbone": "unknown"}, "no backbone called"),
    ],
)
def test_bad_settings_fail_with_a_sentence(
    settings: dict[str, object], sentence: str, handlers: Handlers, make_request: MakeRequest
) -> None:
    how, why = outcome(handlers, make_request((60, 2), (140, 2), **settings))
    assert how is Outcome.FAILED
    assert sentence in why


def test_numbers_that_explode_still_end(handlers: Handlers, make_request: MakeRequest) -> None:
    events = answer(handlers, make_request((60, 9), (140, 9), learning_rate=10.0, epochs=50))
    assert events[-1].outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UserError("Do this."), "Do this."),
        (MemoryError(), "ran out of memory"),
        (torch.OutOfMemoryError("CUDA out of memory"), "ran out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "ran out of memory"),
        (RuntimeError("shapes (3, 4)"), "unexpected"),
        (ZeroDivisionError(), "unexpected"),
    ],
)
def test_any_exception_becomes_a_sentence(
    error: Exception,
    sentence: str,
    handlers: Handlers,
    make_request: MakeRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("ichdesk.worker.handlers.prepare_training", fail)
    how, why = outcome(handlers, make_request((60, 2), (140, 2)))
    assert how is Outcome.FAILED
    assert sentence in why
    assert "shapes" not in why


@pytest.mark.parametrize("kind", [FeaturesProgressed, SplitMade, BatchEnded, EpochEnded])
def test_cancel_ends_training_at_any_point(
    kind: type, handlers: Handlers, make_request: MakeRequest
) -> None:
    request = make_request((60, BATCH), (140, BATCH), epochs=1000)
    events = []
    for event in handlers.handle(request):
        events.append(event)
        if isinstance(event, kind):
            handlers.cancel(request.request_id)
    assert isinstance(events[-1], RunEnded)
    assert events[-1].outcome is Outcome.CANCELLED
    assert sum(isinstance(event, EpochEnded) for event in events) <= 1
    assert handlers.model is None
    answer(handlers, replace(request, settings=replace(request.settings, epochs=1)))


def test_a_request_cancelled_while_it_waits_does_nothing(
    handlers: Handlers, make_request: MakeRequest
) -> None:
    request = make_request((60, 2), (140, 2))
    assert list(handlers.handle(Cancel(request.request_id))) == []
    assert list(handlers.handle(Shutdown())) == []
    events = answer(handlers, request)
    assert [event.outcome for event in events] == [Outcome.CANCELLED]


def test_a_failed_run_leaves_the_model_alone(handlers: Handlers, make_request: MakeRequest) -> None:
    answer(handlers, make_request((60, 3), (140, 3)))
    model = handlers.model
    answer(handlers, make_request((60, 3)))
    assert handlers.model is model


def test_prediction(handlers: Handlers, make_request: MakeRequest) -> None:
    assert outcome(handlers, Predict(8, gray(60)))[0] is Outcome.FAILED
    answer(handlers, make_request((60, 20), (140, 20), epochs=50))
    images = gray(*[80, 160] * BATCH)
    end = answer(handlers, Predict(9, images))[-1]
    assert end.probabilities.shape == (2 * BATCH, 2)
    assert end.probabilities.argmax(axis=1).tolist() == [0, 1] * BATCH
    np.testing.assert_allclose(end.probabilities.sum(axis=1), 1.0, rtol=1e-5)
    assert answer(handlers, Predict(10, images[:0]))[-1].probabilities.shape == (0, 2)


def test_a_prediction_of_odd_images_fails(handlers: Handlers, make_request: MakeRequest) -> None:
    answer(handlers, make_request((60, 3), (140, 3)))
    assert outcome(handlers, Predict(9, np.zeros((1, 5, 5, 3), np.uint8)))[0] is Outcome.FAILED


def test_a_saved_model_predicts_the_same(
    handlers: Handlers, make_request: MakeRequest, tmp_path: Path
) -> None:
    path = tmp_path / "out.model"
    assert outcome(handlers, SaveModel(8, str(path), ("a", "b")))[0] is Outcome.FAILED
    answer(handlers, make_request((60, 20), (140, 20)))
    assert outcome(handlers, SaveModel(9, str(path), ("a", "b")))[0] is Outcome.DONE
    predictor = Predictor(load_model(path), "cpu")
    probabilities = [row for _, row in predictor.each(enumerate(gray(80, 160)))]
    assert predictor.labels == ("a", "b")
    end = answer(handlers, Predict(10, gray(80, 160)))[-1]
    np.testing.assert_allclose(probabilities, end.probabilities, atol=1e-5)


def test_saving_fails_with_a_sentence(
    handlers: Handlers, make_request: MakeRequest, tmp_path: Path
) -> None:
    answer(handlers, make_request((60, 2), (140, 2)))
    assert "classes have changed" in outcome(handlers, SaveModel(8, str(tmp_path / "x"), ("a",)))[1]
    assert "could not be saved" in outcome(handlers, SaveModel(9, str(tmp_path), ("a", "b")))[1]


def test_ready_says_what_there_is(handlers: Handlers) -> None:
    ready = handlers.ready()
    assert ready.devices[-1] == "cpu"
    assert len(ready.devices) == len(ready.device_names)
    assert {NAME, "ct-phantom", "tm-import"} <= set(ready.backbones)


def test_warming_up_never_fails(handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("ichdesk.worker.handlers.load_extractor", fail)
    handlers.warm()
