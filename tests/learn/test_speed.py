"""A measurement takes as long as it must, says images a second, and can be stopped."""

from itertools import count

import pytest
import torch

from ichdesk.learn import speed
from ichdesk.learn.features import BATCH, Cancelled, Extractor
from ichdesk.learn.speed import images_per_second
from tests.fakes.backbone import FakeBackbone


class Seen(torch.nn.Module):
    """Remembers the sizes of its batches, from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.sizes.append(len(x))
        return x.mean(dim=(2, 3))


@pytest.fixture
def extractor() -> Extractor:
    return Extractor(FakeBackbone(module=Seen()), torch.device("cpu"))


def test_images_are_counted_by_time(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    monkeypatch.setattr(speed, "THREADS", 1)
    monkeypatch.setattr(speed, "monotonic", lambda: next(ticks) / 2)
    # starts at 0 s, looks after each batch, finds 1.5 s gone after the third, and ends at 2 s
    assert images_per_second(extractor, lambda: False) == 3 * BATCH / 2
    assert extractor.backbone.module.sizes == [1, BATCH, BATCH, BATCH]  # the first warms up


def test_every_thread_runs_a_batch(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "THREADS", 3)
    monkeypatch.setattr(speed, "_SECONDS", 0.0)
    assert images_per_second(extractor, lambda: False) > 0
    assert extractor.backbone.module.sizes == [1, BATCH, BATCH, BATCH]


def test_a_measurement_can_be_stopped(extractor: Extractor) -> None:
    with pytest.raises(Cancelled):
        images_per_second(extractor, lambda: True)
    assert extractor.backbone.module.sizes == [1]
