"""The descent that a panel asks for is that of the run whose model the window holds."""

from collections.abc import Callable

import numpy as np
import pytest

from ichdesk.core.config import HEADS
from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    ObservationEnded,
    Observe,
    Observed,
    Outcome,
    RunEnded,
    SplitMade,
    StartTraining,
)
from ichdesk.worker.handlers import Handlers

MakeRequest = Callable[..., StartTraining]


def looks(make_request: MakeRequest, observer: str, **settings: object) -> list[Observed]:
    """Train, then look at the run, over the wire."""
    handlers, training = Handlers(), make_request((60, 12), (90, 12), (140, 12), **settings)
    events = list(handlers.handle(training))
    split, ended = next(e for e in events if isinstance(e, SplitMade)), events[-1]
    assert isinstance(ended, RunEnded)
    request = Observe(
        9, observer, training.classes, training.settings, split.train, split.test, ended.model
    )
    told = [decode(encode(event)) for event in handlers.handle(decode(encode(request)))]
    assert told[-1] == ObservationEnded(9, Outcome.DONE)
    return [event for event in told if isinstance(event, Observed)]


@pytest.mark.parametrize("head", HEADS)
def test_it_ends_in_the_model_of_the_run(make_request: MakeRequest, head: str) -> None:
    arrays = looks(make_request, "descent", head=head, epochs=4)[-1].arrays
    assert arrays["off"].tolist() == [0.0]
    assert [len(arrays[f"path_{number}"]) for number in range(3)] == [5, 5, 5]
    assert np.isfinite(arrays["loss"]).all()


def test_the_finder_answers_too(make_request: MakeRequest) -> None:
    arrays = looks(make_request, "rate-finder")[-1].arrays
    assert len(arrays["rates"]) == len(arrays["smoothed"])
