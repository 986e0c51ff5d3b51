"""Features are computed once per image, are the same every time, and bad images are left out."""

import threading
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import torch

from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample
from ichdesk.learn.features import (
    BATCH,
    Cancelled,
    Extractor,
    FeatureCache,
    FeatureProgress,
    FeatureTable,
    Seen,
    extract,
    read_image,
)
from tests.fakes.backbone import FakeBackbone, Grid

T = TypeVar("T")
MakeSamples = Callable[..., tuple[Sample, ...]]


def drain(steps: Generator[FeatureProgress, None, T]) -> tuple[list[FeatureProgress], T]:
    progress = []
    while True:
        try:
            progress.append(next(steps))
        except StopIteration as end:
            return progress, end.value


def never() -> bool:
    return False


@pytest.fixture
def extractor() -> Extractor:
    return Extractor(FakeBackbone(), torch.device("cpu"))


def compute(
    samples: tuple[Sample, ...], extractor: Extractor, cache: FeatureCache | None = None
) -> tuple[list[FeatureProgress], FeatureTable]:
    return drain(extract(samples, extractor, FeatureCache() if cache is None else cache, never))


def test_a_backbone_that_overflows_is_refused(make_samples: MakeSamples) -> None:
    class Endless(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.flatten(1)[:, :48] * torch.inf

    extractor = Extractor(FakeBackbone(module=Endless()), torch.device("cpu"))
    with pytest.raises(UserError, match="no usable numbers"):
        compute(make_samples(1, level=60), extractor)


def test_every_image_gets_its_features(make_samples: MakeSamples, extractor: Extractor) -> None:
    samples = make_samples(BATCH + 5, level=60)
    progress, table = compute(samples, extractor)
    assert progress == [
        FeatureProgress(0, BATCH + 5, 0),
        FeatureProgress(BATCH, BATCH + 5, 0),
        FeatureProgress(BATCH + 5, BATCH + 5, 0),
    ]
    assert set(table.seen) == {sample.sha256 for sample in samples}
    vector = table.seen[samples[0].sha256].vector
    assert vector.shape == (48,)
    assert vector.mean() == pytest.approx(60 / 127 - 1, abs=0.02)
    assert vector.base is None


def test_the_second_time_runs_no_backbone(make_samples: MakeSamples, extractor: Extractor) -> None:
    samples, cache = make_samples(5), FeatureCache()
    _, first = compute(samples, extractor, cache)
    seen = extractor.backbone.module.images
    progress, second = compute(samples, extractor, cache)
    assert progress == [FeatureProgress(5, 5, 5)]
    assert extractor.backbone.module.images == seen
    assert all(np.array_equal(first.seen[k].vector, second.seen[k].vector) for k in first.seen)


def test_another_backbone_has_other_features(
    make_samples: MakeSamples, extractor: Extractor
) -> None:
    samples, cache = make_samples(3), FeatureCache()
    compute(samples, extractor, cache)
    other = replace(extractor, backbone=FakeBackbone(fingerprint="other"))
    progress, _ = compute(samples, other, cache)
    assert progress[0].cached == 0


def test_equal_images_are_computed_once(make_samples: MakeSamples, extractor: Extractor) -> None:
    samples = make_samples(2) * BATCH
    progress, _ = compute(samples, extractor)
    assert progress[-1] == FeatureProgress(2 * BATCH, 2 * BATCH, 0)
    assert extractor.backbone.module.images == BATCH  # one batch, padded


def test_features_do_not_depend_on_the_company(make_samples: MakeSamples) -> None:
    torch.manual_seed(0)
    convolution = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 7, stride=4), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1)
    )
    module = torch.nn.Sequential(convolution, torch.nn.Flatten()).requires_grad_(False)
    extractor = Extractor(FakeBackbone(dimension=16, module=module), torch.device("cpu"))
    samples = make_samples(BATCH + 3)
    _, together = compute(samples, extractor)
    _, alone = compute(samples[-1:], extractor)
    digest = samples[-1].sha256
    assert np.array_equal(together.seen[digest].vector, alone.seen[digest].vector)


def test_unreadable_images_are_left_out(
    make_samples: MakeSamples, extractor: Extractor, tmp_path: Path
) -> None:
    good, junk = make_samples(2, junk=(1,))
    gone = Sample(tmp_path / "gone.jpg", 0, 5, "0" * 64)
    short = Sample(good.path, 0, 10**9, "1" * 64)
    changed = replace(good, sha256="2" * 64)
    progress, table = compute((good, junk, gone, short, changed), extractor)
    assert progress[-1].done == 5
    assert list(table.seen) == [good.sha256]
    assert "gone.jpg" in table.unreadable[gone.sha256]
    assert "changed" in table.unreadable[short.sha256]
    assert "changed" in table.unreadable[changed.sha256]
    assert all(reason.endswith(".") for reason in table.unreadable.values())


def test_only_unreadable_images(make_samples: MakeSamples, extractor: Extractor) -> None:
    _, table = compute(make_samples(3, junk=(0, 1, 2)), extractor)
    assert not table.seen
    assert extractor.backbone.module.images == 0


def test_no_samples(extractor: Extractor) -> None:
    progress, table = compute((), extractor)
    assert progress == [FeatureProgress(0, 0, 0)]
    assert not table.seen


def test_cancel_stops_between_batches_and_keeps_what_is_done(
    make_samples: MakeSamples, extractor: Extractor
) -> None:
    samples, cache = make_samples(3 * BATCH), FeatureCache()
    threads = set(threading.enumerate())
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        drain(extract(samples, extractor, cache, lambda: next(asked)))
    assert len(cache) == BATCH
    assert set(threading.enumerate()) == threads


def test_leaving_early_ends_the_threads(make_samples: MakeSamples, extractor: Extractor) -> None:
    threads = set(threading.enumerate())
    steps = extract(make_samples(2 * BATCH), extractor, FeatureCache(), never)
    next(steps)
    next(steps)
    steps.close()
    assert set(threading.enumerate()) == threads


class SmallMemory(Grid):
    """Has memory for so many images at once."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.sizes: list[int] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.sizes.append(len(x))
        if len(x) > self.most:
            raise torch.OutOfMemoryError
        return super().forward(x)


def test_what_is_too_much_at_once_goes_in_halves(extractor: Extractor) -> None:
    images = np.random.default_rng(0).integers(0, 256, (11, 224, 224, 3), np.uint8)
    module = SmallMemory(most=3)
    small = Extractor(FakeBackbone(module=module), torch.device("cpu"))
    np.testing.assert_array_equal(small.run(images), extractor.run(images))
    assert module.sizes == [11, 5, 2, 3, 6, 3, 3]


def test_an_image_too_large_for_the_memory_is_told() -> None:
    tiny = Extractor(FakeBackbone(module=SmallMemory(most=0)), torch.device("cpu"))
    with pytest.raises(torch.OutOfMemoryError):
        tiny.run(np.zeros((4, 224, 224, 3), np.uint8))


def test_the_cache_drops_the_least_recently_used() -> None:
    image = Seen(np.zeros(100, np.float32), np.zeros((32, 32), np.uint8))
    cache = FeatureCache(limit_bytes=3 * (400 + 1024))
    for name in "abc":
        cache.put((name, "k"), image)
    cache.get(("a", "k"))
    cache.put(("d", "k"), image)
    cache.put(("d", "k"), image)
    assert cache.get(("b", "k")) is None
    assert all(cache.get((name, "k")) is not None for name in "acd")
    assert len(cache) == 3


def test_a_decoded_image_is_what_the_model_takes(make_samples: MakeSamples) -> None:
    image = read_image(make_samples(1)[0])
    assert not isinstance(image, str)
    assert image.shape == (224, 224, 3)
