"""The worker trains on everything but the fixed test set, however it is asked to split."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ichdesk.core.config import TrainConfig
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.split_facts import BY_TEST_SET
from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    EpochEnded,
    Outcome,
    RepeatEnded,
    RunEnded,
    SplitMade,
    StartTraining,
)
from ichdesk.protocol.runs import repeat_training, start_training
from ichdesk.worker.handlers import Handlers

MakeRequest = Callable[..., StartTraining]


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


def with_test_set(request: StartTraining, *tested: tuple[int, ...]) -> StartTraining:
    """The request with these positions of each class in the fixed test set."""
    classes = tuple(
        replace(
            entry,
            samples=tuple(s._replace(is_test=i in own) for i, s in enumerate(entry.samples)),
        )
        for entry, own in zip(request.classes, tested, strict=True)
    )
    return replace(request, classes=classes)


@pytest.mark.parametrize("split", ["auto", "slice", "patient"])
def test_the_test_set_is_the_test(
    handlers: Handlers, make_request: MakeRequest, split: str
) -> None:
    request = with_test_set(make_request((60, 8), (140, 6), split=split), (0, 7), (2,))
    assert decode(encode(request)) == request
    events = list(handlers.handle(request))
    made = next(event for event in events if isinstance(event, SplitMade))
    assert made.test == ((0, 7), (2,))
    assert made.train == ((1, 2, 3, 4, 5, 6), (0, 1, 3, 4, 5))
    assert made.facts.by == BY_TEST_SET
    last = [event for event in events if isinstance(event, EpochEnded)][-1]
    assert last.confusion.sum(axis=1).tolist() == [2, 1]
    assert isinstance(events[-1], RunEnded)
    assert len(events[-1].test_probabilities) == 3


@pytest.mark.parametrize("same_split", [False, True])
def test_repeats_are_all_tested_on_it(
    handlers: Handlers, make_request: MakeRequest, same_split: bool
) -> None:
    training = with_test_set(make_request((100, 20), (103, 20), seed=2), (0, 1, 2), (5, 6, 7))
    events = list(handlers.handle(repeat_training(training, 3, same_split)))
    made = next(event for event in events if isinstance(event, SplitMade))
    assert made.test == ((0, 1, 2), (5, 6, 7))
    assert [e.tested for e in events if isinstance(e, RepeatEnded)] == [6, 6, 6]
    alone = [e for e in handlers.handle(training) if isinstance(e, EpochEnded)][-1]
    ends = [e.correct / e.tested for e in events if isinstance(e, RepeatEnded)]
    assert ends[2] == alone.test_acc


def test_a_class_of_test_images_only_is_tested_and_never_learned(
    handlers: Handlers, make_request: MakeRequest
) -> None:
    request = with_test_set(make_request((60, 6), (140, 6), (200, 2)), (0,), (0,), (0, 1))
    events = list(handlers.handle(request))
    made = next(event for event in events if isinstance(event, SplitMade))
    assert made.train[2] == ()
    assert made.test[2] == (0, 1)
    assert events[-1].outcome is Outcome.DONE


def test_two_classes_must_have_something_to_learn(
    handlers: Handlers, make_request: MakeRequest
) -> None:
    request = with_test_set(make_request((60, 6), (140, 2)), (0,), (0, 1))
    end = list(handlers.handle(request))[-1]
    assert end.outcome is Outcome.FAILED
    assert "outside the test set" in end.error


def test_the_window_asks_with_the_marks() -> None:
    samples = tuple(Sample(Path("x"), i, 1, str(i), is_test=i == 1) for i in range(3))
    bins = [ClassBin("A", samples), ClassBin("B", samples)]
    config = TrainConfig()
    request = start_training(1, bins, config)
    assert [[s.is_test for s in c.samples] for c in request.classes] == [[False, True, False]] * 2
