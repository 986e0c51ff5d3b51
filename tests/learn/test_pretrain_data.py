"""Training data: a function of seed and position, cached shard by shard, flipped with its maps."""

from pathlib import Path

import numpy as np
import pytest

from ichdesk.learn import pretrain_data
from ichdesk.learn.backbones import ct_phantom
from ichdesk.learn.pretrain_data import (
    MAPS,
    Slices,
    TrainingBatches,
    build_cache,
    load_cache,
    make_example,
    show,
)


@pytest.fixture(scope="module")
def slices() -> Slices:
    examples = [make_example(0, index) for index in range(6)]
    hu, maps, targets = (np.stack(part) for part in zip(*examples, strict=True))
    return Slices(hu, maps, targets)


def test_example_depends_on_seed_and_index_only(slices: Slices) -> None:
    for array, expected in zip(make_example(0, 3), (slices.hu, slices.maps, slices.targets)):  # noqa: B905
        np.testing.assert_array_equal(array, expected[3])
    assert not np.array_equal(make_example(1, 3)[0], slices.hu[3])


def test_maps_show_the_types_that_the_targets_name(slices: Slices) -> None:
    assert slices.maps.shape == (6, len(MAPS), 28, 28)
    present = slices.maps[:, :5].max(axis=(2, 3)) > 0
    np.testing.assert_array_equal(present, slices.targets[:, :5] == 1)
    assert present.any()
    assert not present.all(axis=1).any()


def test_network_and_data_mean_the_same_maps() -> None:
    assert ct_phantom.MAPS == MAPS


def test_cache_is_completed_not_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slices: Slices
) -> None:
    monkeypatch.setattr(pretrain_data, "_SHARD", 2)
    assert list(build_cache(tmp_path, 0, 5, 0)) == [0, 2, 4, 5]
    first = (tmp_path / "slices-00000.npz").stat().st_mtime_ns
    (tmp_path / "slices-00001.npz").unlink()
    assert list(build_cache(tmp_path, 0, 5, 0)) == [3, 5]
    assert (tmp_path / "slices-00000.npz").stat().st_mtime_ns == first
    loaded = load_cache(tmp_path, 5)
    assert len(loaded) == 5
    np.testing.assert_array_equal(loaded.hu, slices.hu[:5])
    np.testing.assert_array_equal(loaded.targets, slices.targets[:5])
    assert not list(tmp_path.glob("*.ichdesk-tmp"))


def test_batch_depends_on_its_step_only(slices: Slices) -> None:
    fresh, used = (TrainingBatches(slices, 0, 4, 5) for _ in range(2))
    for step in (0, 4, 1):
        used[step]
    np.testing.assert_array_equal(fresh[3].pictures, used[3].pictures)
    np.testing.assert_array_equal(fresh[3].maps, used[3].maps)
    assert not np.array_equal(fresh[2].pictures, fresh[3].pictures)


def test_every_pass_shows_every_slice_once(slices: Slices) -> None:
    data = TrainingBatches(slices, 0, 3, 4)
    for first in (0, 2):
        targets = np.concatenate([data[first].types, data[first + 1].types])
        expected = slices.targets[:, :5].astype(np.float32)
        assert sorted(map(tuple, targets)) == sorted(map(tuple, expected))


def test_flipped_pictures_have_flipped_maps(slices: Slices) -> None:
    """The fluid map lies where the picture is dark inside the head, also after a flip."""
    data = TrainingBatches(slices, 0, 6, 8)
    flips = 0
    for step in range(8):
        batch = data[step]
        for maps in batch.maps:
            original = [np.allclose(maps * 255, m, atol=0.5) for m in slices.maps]
            mirrored = [np.allclose(maps[..., ::-1] * 255, m, atol=0.5) for m in slices.maps]
            assert any(original) or any(mirrored)
            flips += any(mirrored) and not any(original)
    assert 10 < flips < 38


def test_pictures_are_gray_or_color_coded_but_always_pictures(slices: Slices) -> None:
    colored = 0
    for seed in range(30):
        picture = show(np.random.default_rng(seed), slices.hu[0].astype(np.float32))
        assert picture.shape == (224, 224, 3)
        assert picture.dtype == np.uint8
        assert picture.max() > 150
        assert picture[:8, :8].mean() < 40
        colored += np.abs(picture[..., 0].astype(int) - picture[..., 2]).max() > 25
    assert 6 <= colored <= 24
