"""The same training with other seeds: as single trainings would, and the model stays as it was."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    EpochEnded,
    Event,
    FeaturesProgressed,
    Outcome,
    RepeatEnded,
    RepeatsEnded,
    SplitMade,
    StartTraining,
)
from ichdesk.protocol.runs import repeat_training
from ichdesk.worker.handlers import Handlers

MakeRequest = Callable[..., StartTraining]
HARD = ((100, 20), (103, 20))  # grays that are nearly the same


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


def ends(events: list[Event]) -> list[tuple[int, float]]:
    """Seed and accuracy of each training."""
    return [(e.seed, e.correct / e.tested) for e in events if isinstance(e, RepeatEnded)]


def test_it_tells_its_story_in_order(handlers: Handlers, make_request: MakeRequest) -> None:
    request = repeat_training(make_request((60, 20), (140, 20), epochs=20), 3)
    events = list(handlers.handle(request))
    kinds = list(dict.fromkeys(type(event) for event in events))
    assert kinds == [FeaturesProgressed, SplitMade, RepeatEnded, RepeatsEnded]
    assert all(event.request_id == request.request_id for event in events)
    assert events[-4:] == [
        *(RepeatEnded(request.request_id, seed, 6, 6) for seed in range(3)),
        RepeatsEnded(request.request_id, Outcome.DONE),
    ]
    assert [decode(encode(event)) for event in events] == events


@pytest.mark.parametrize("same_split", [False, True])
def test_it_agrees_with_single_runs(
    handlers: Handlers, make_request: MakeRequest, same_split: bool
) -> None:
    training = make_request(*HARD, seed=2)
    events = list(handlers.handle(repeat_training(training, 3, same_split)))
    split = next(event for event in events if isinstance(event, SplitMade))
    alone = list(handlers.handle(training))
    last = [event for event in alone if isinstance(event, EpochEnded)][-1]
    assert ends(events)[2] == (2, last.test_acc)
    own = next(event for event in alone if isinstance(event, SplitMade))
    assert (split.test == own.test) == same_split
    if not same_split:
        for seed, share in ends(events):
            single = replace(training, settings=replace(training.settings, seed=seed))
            epochs = [e for e in handlers.handle(single) if isinstance(e, EpochEnded)]
            assert epochs[-1].test_acc == share


def test_the_model_is_left_alone(handlers: Handlers, make_request: MakeRequest) -> None:
    list(handlers.handle(make_request((60, 4), (140, 4))))
    model = handlers.model
    list(handlers.handle(repeat_training(make_request(*HARD), 2)))
    assert handlers.model is model is not None


def test_what_cannot_be_trained_on_is_said(handlers: Handlers, make_request: MakeRequest) -> None:
    (end,) = handlers.handle(repeat_training(make_request((60, 2)), 3))
    assert isinstance(end, RepeatsEnded)
    assert end.outcome is Outcome.FAILED
    assert "two enabled classes" in end.error


@pytest.mark.parametrize("after", [0, 1, 3])
def test_it_stops_when_canceled(handlers: Handlers, make_request: MakeRequest, after: int) -> None:
    request = repeat_training(make_request(*HARD), 50)
    if not after:
        handlers.cancel(request.request_id)
    events: list[Event] = []
    for event in handlers.handle(request):
        events.append(event)
        if len(ends(events)) == after:
            handlers.cancel(request.request_id)
    assert events[-1] == RepeatsEnded(request.request_id, Outcome.CANCELLED)
    assert len(ends(events)) == after
