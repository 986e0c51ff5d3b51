"""Figures for the window: what an observer sees, as events."""

from collections.abc import Callable, Iterator

from ichdesk.core.config import TrainConfig
from ichdesk.core.split import Split
from ichdesk.learn.experiment import DataSet
from ichdesk.learn.features import Extractor
from ichdesk.learn.model import Model, read_model, require_fingerprint
from ichdesk.learn.observers import OBSERVERS, Scene
from ichdesk.protocol.messages import ObservationEnded, Observe, Observed, Outcome


def scene(
    request: Observe,
    data: DataSet,
    extractor: Extractor,
    config: TrainConfig,
    is_cancelled: Callable[[], bool],
) -> Scene:
    """What the observer of a request may look at.

    Raises:
        UserError: The model of the request is damaged or was trained with another backbone.
    """
    return Scene(
        data,
        Split(request.train, request.test),
        config,
        extractor,
        _trained(request, extractor),
        request.images,
        request.options,
        is_cancelled,
    )


def observations(request: Observe, seen: Scene) -> Iterator[Observed | ObservationEnded]:
    """Do what is asked for; the last event is the terminal one.

    Raises:
        UserError: The observer is unknown or cannot do its work.
        Cancelled: Nobody wants to know any more.
    """
    for found in OBSERVERS[request.observer](seen):
        yield Observed(request.request_id, found.done, found.total, found.arrays)
        seen.stop_if_cancelled()
    yield ObservationEnded(request.request_id, Outcome.DONE)


def _trained(request: Observe, extractor: Extractor) -> Model | None:
    if not len(request.model):
        return None
    model = read_model(request.model.tobytes(), "The trained model")
    require_fingerprint(extractor.backbone, model.fingerprint)
    return model
