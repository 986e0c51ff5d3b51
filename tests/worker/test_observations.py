"""What observers see: with images and model of a run, one after another, stopped at will."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from ichdesk.learn.features import Cancelled
from ichdesk.learn.observers import OBSERVERS, Observation, Scene, positions
from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    FeaturesProgressed,
    ObservationEnded,
    Observe,
    Observed,
    Outcome,
    Predict,
    RunEnded,
    SplitMade,
    StartTraining,
)
from ichdesk.worker.handlers import Handlers

MakeRequest = Callable[..., StartTraining]
SKETCHES = 3


def sketches(scene: Scene) -> Iterator[Observation]:
    """Say what the scene holds, again and again."""
    for number in range(SKETCHES):
        seen = np.array([scene.pixels(0, 0).mean(), len(scene.model.labels)], np.float32)
        held_out = positions(scene.split.test)
        yield Observation({"seen": seen, "held out": held_out}, number + 1, SKETCHES)


@pytest.fixture
def observer(monkeypatch: pytest.MonkeyPatch) -> str:
    OBSERVERS.discover()
    monkeypatch.setitem(OBSERVERS._plugins, "sketches", sketches)
    return "sketches"


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


@pytest.fixture
def request_to_observe(handlers: Handlers, make_request: MakeRequest, observer: str) -> Observe:
    """A look at a run that has ended."""
    training = make_request((60, 20), (140, 20))
    events = list(handlers.handle(training))
    split = next(event for event in events if isinstance(event, SplitMade))
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    return Observe(
        99, observer, training.classes, training.settings, split.train, split.test, ended.model
    )


def test_it_tells_its_story_in_order(handlers: Handlers, request_to_observe: Observe) -> None:
    first, *seen, last = handlers.handle(request_to_observe)
    assert first == FeaturesProgressed(99, 40, 40, 40), "features are those of the training"
    assert [(event.done, event.total) for event in seen] == [(1, 3), (2, 3), (3, 3)]
    assert last == ObservationEnded(99, Outcome.DONE)
    gray, classes = seen[-1].arrays["seen"]
    assert 60 <= gray <= 100
    assert classes == 2
    told = [(label, i) for label, own in enumerate(request_to_observe.test) for i in own]
    assert seen[-1].arrays["held out"].tolist() == [list(pair) for pair in told]


def test_what_it_sees_travels(handlers: Handlers, request_to_observe: Observe) -> None:
    asked = decode(encode(request_to_observe))
    assert isinstance(asked, Observe)
    events = [decode(encode(event)) for event in handlers.handle(asked)]
    assert [type(event) for event in events[1:]] == [Observed] * SKETCHES + [ObservationEnded]


def test_the_current_model_stays(handlers: Handlers, request_to_observe: Observe) -> None:
    before = handlers.model
    list(handlers.handle(request_to_observe))
    assert handlers.model is before


def test_it_can_be_stopped_between_two_sketches(
    handlers: Handlers, request_to_observe: Observe
) -> None:
    events = handlers.handle(request_to_observe)
    next(events), next(events)
    handlers.cancel(99)
    assert list(events) == [ObservationEnded(99, Outcome.CANCELLED)]


def test_without_a_model_it_says_what_to_do(
    handlers: Handlers, make_request: MakeRequest, observer: str
) -> None:
    training = make_request((60, 4), (140, 4))
    request = Observe(5, observer, training.classes, training.settings)
    last = list(handlers.handle(request))[-1]
    assert last == ObservationEnded(
        5, Outcome.FAILED, "There is no trained model to look into; train one first."
    )


def test_an_unknown_observer_is_a_sentence(handlers: Handlers, make_request: MakeRequest) -> None:
    training = make_request((60, 4), (140, 4))
    last = list(handlers.handle(Observe(5, "fortune", training.classes, training.settings)))[-1]
    assert isinstance(last, ObservationEnded)
    assert "no observer called “fortune”" in (last.error or "")


def test_a_short_request_is_answered_in_between(
    handlers: Handlers, request_to_observe: Observe
) -> None:
    events = handlers.handle(request_to_observe)
    next(events), next(events)
    (answer,) = handlers.handle(Predict(7, np.zeros((1, 224, 224, 3), np.uint8)))
    assert answer.outcome is Outcome.DONE
    assert list(events)[-1] == ObservationEnded(99, Outcome.DONE)


@pytest.mark.parametrize("name", OBSERVERS.names())
def test_every_observer_sees_something_or_says_why_not(
    name: str, handlers: Handlers, make_request: MakeRequest, request_to_observe: Observe
) -> None:
    request = Observe(
        5,
        name,
        request_to_observe.classes,
        request_to_observe.settings,
        request_to_observe.train,
        request_to_observe.test,
        request_to_observe.model,
    )
    events = list(handlers.handle(request))
    last = events[-1]
    assert isinstance(last, ObservationEnded)
    assert (last.outcome is Outcome.DONE) == (last.error is None)
    assert last.error is None or "unexpected" not in last.error
    for event in events:
        if isinstance(event, Observed):
            for array in event.arrays.values():
                assert array.dtype == np.float32
            assert decode(encode(event)).done == event.done


@pytest.mark.parametrize("name", OBSERVERS.names())
def test_every_observer_can_be_stopped(
    name: str, handlers: Handlers, request_to_observe: Observe
) -> None:
    request = Observe(
        5,
        name,
        request_to_observe.classes,
        request_to_observe.settings,
        request_to_observe.train,
        request_to_observe.test,
        request_to_observe.model,
    )
    handlers.cancel(5)
    assert list(handlers.handle(request)) == [ObservationEnded(5, Outcome.CANCELLED)]


def test_cancelled_is_what_a_scene_raises(handlers: Handlers, request_to_observe: Observe) -> None:
    seen: list[Scene] = []

    def keep(scene: Scene) -> Iterator[Observation]:
        seen.append(scene)
        handlers.cancel(99)
        with pytest.raises(Cancelled):
            scene.stop_if_cancelled()
        yield Observation()

    OBSERVERS._plugins["sketches"] = keep
    assert list(handlers.handle(request_to_observe))[-1].outcome is Outcome.CANCELLED
    assert len(seen) == 1
