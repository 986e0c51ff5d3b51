"""Another model on the images of a project, to compare its answers with those of a run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample
from ichdesk.core.steps import steps_text
from ichdesk.learn.devices import resolve_device
from ichdesk.learn.features import FeatureCache, extract
from ichdesk.learn.model import load_extractor, require_fit
from ichdesk.protocol.messages import FeaturesProgressed, ModelTried, Outcome, TryModel
from ichdesk.worker.trained_models import load_trained


def tried(
    request: TryModel,
    samples: Sequence[Sample],
    cache: FeatureCache,
    is_cancelled: Callable[[], bool],
) -> Iterator[FeaturesProgressed | ModelTried]:
    """Do what is asked for; the last event is the terminal one.

    Raises:
        UserError: The model cannot be used here, or an image cannot be read.
        Cancelled: `is_cancelled` said so.
    """
    model = load_trained(Path(request.path))
    extractor = load_extractor(model.backbone, resolve_device(request.device))
    require_fit(model, extractor.backbone)
    extractor = replace(extractor, steps=model.steps)
    reading = extract(samples, extractor, cache, is_cancelled)
    while True:
        try:
            seen = next(reading)
        except StopIteration as end:
            table = end.value
            break
        yield FeaturesProgressed(request.request_id, seen.done, seen.total, seen.cached)
    if table.unreadable:
        raise UserError(next(iter(table.unreadable.values())))
    vectors = np.stack([table.seen[sample.sha256].vector for sample in samples])
    yield ModelTried(
        request.request_id,
        Outcome.DONE,
        None,
        model.labels,
        model.backbone.partition(":")[0],
        steps_text(model.steps),
        model.classify(vectors),
    )
