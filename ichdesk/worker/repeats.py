"""The same training again with other seeds, which shows how much of a result is luck."""

from collections.abc import Callable, Iterator

from ichdesk.core.config import TrainConfig
from ichdesk.learn.experiment import DataSet, repeat
from ichdesk.protocol.messages import Outcome, RepeatEnded, RepeatsEnded, RepeatTraining


def repeats(
    request: RepeatTraining, data: DataSet, config: TrainConfig, is_cancelled: Callable[[], bool]
) -> Iterator[RepeatEnded | RepeatsEnded]:
    """Do what is asked for; the last event is the terminal one.

    Raises:
        UserError: A loss has grown beyond all numbers.
        Cancelled: `is_cancelled` said so.
    """
    split_seed = config.seed if request.same_split else None
    trainings = repeat(data, config, request.repeats, is_cancelled, split_seed)
    for seed, confusion in enumerate(trainings):
        correct, tested = int(confusion.trace()), int(confusion.sum())
        yield RepeatEnded(request.request_id, seed, correct, tested)
    yield RepeatsEnded(request.request_id, Outcome.DONE)
