"""Pictures of slices: HU tables, color coding by value, and spoilers that keep the anatomy."""

import numpy as np
import pytest

from ichdesk.learn import pretrain_show, pretrain_tables
from ichdesk.learn.pretrain_show import show
from ichdesk.learn.pretrain_tables import LOWEST_HU, draw_table
from ichdesk.phantom import phantom_slice, render


@pytest.fixture(scope="module")
def hu() -> np.ndarray:
    rng = np.random.default_rng(4)
    return phantom_slice(rng, types=("intraparenchymal",), size_px=224, level="ventricle").hu


def test_gray_table_is_the_window() -> None:
    table = pretrain_tables._gray(40, 80)
    wanted = np.array([[-1000.0, 0, 20, 40, 60, 80, 1000]], np.float32)
    indices = wanted[0].astype(int) - LOWEST_HU
    np.testing.assert_array_equal(table[indices], render(wanted)[0])


def test_every_table_has_a_color_for_every_hu() -> None:
    tables = [draw_table(np.random.default_rng(i)) for i in range(200)]
    assert {table.shape for table in tables} == {(4096, 3)}
    assert {table.dtype for table in tables} == {np.dtype(np.uint8)}
    colored = [bool((table.max(axis=1) != table.min(axis=1)).any()) for table in tables]
    assert 70 < sum(colored) < 130
    air = -1000 - LOWEST_HU
    assert max(table[air].max() for table in tables) < 20


def test_color_coding_is_one_range_between_40_and_112_hu() -> None:
    gray = pretrain_tables._gray(40, 80)
    for seed in range(60):
        coded = pretrain_tables._color_coded(np.random.default_rng(seed), gray)
        changed = np.flatnonzero((coded != gray).any(axis=1)) + LOWEST_HU
        colored = np.flatnonzero(coded.max(axis=1) > coded.min(axis=1)) + LOWEST_HU
        assert changed.min() >= 40
        assert 40 <= colored.min() < colored.max() <= 112
        assert len(colored) > 0.7 * (colored.max() - colored.min())


def test_many_windows_differ_between_the_channels() -> None:
    table = pretrain_tables._many_windows(np.random.default_rng(1)).astype(int)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(table[:, one] - table[:, other]).max() > 40


def test_pictures_keep_shape_and_depend_on_the_generator_alone(hu: np.ndarray) -> None:
    for seed in range(40):
        first, second = (show(np.random.default_rng(seed), hu) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        assert first.shape == (224, 224, 3)
        assert first.dtype == np.uint8
        assert first.max() > 150
        assert first[:8, :8].mean() < 40


def test_input_is_left_alone(hu: np.ndarray) -> None:
    before = hu.copy()
    for seed in range(20):
        show(np.random.default_rng(seed), hu)
    np.testing.assert_array_equal(hu, before)


def test_moving_stays_far_below_a_cell_of_the_maps() -> None:
    spots = np.zeros((224, 224, 3), np.uint8)
    corners = [(30, 30), (30, 190), (190, 30), (110, 110), (190, 190)]
    for row, column in corners:
        spots[row - 1 : row + 2, column - 1 : column + 2] = 255
    for seed in range(40):
        moved = pretrain_show._move(np.random.default_rng(seed), spots)[..., 0].astype(float)
        for row, column in corners:
            part = moved[row - 9 : row + 10, column - 9 : column + 10]
            lines = np.arange(-9, 10)
            down = (part.sum(axis=1) * lines).sum() / part.sum()
            right = (part.sum(axis=0) * lines).sum() / part.sum()
            assert np.hypot(down, right) < 8 * 0.5


@pytest.mark.parametrize("step", [step for step, _ in pretrain_show._SPOILERS])
def test_spoilers_change_a_picture_but_little(hu: np.ndarray, step: object) -> None:
    picture = render(hu)
    spoiled = [step(np.random.default_rng(i), picture) for i in range(8)]  # type: ignore[operator]
    assert all(s.shape == picture.shape and s.dtype == np.uint8 for s in spoiled)
    errors = [float(np.abs(s.astype(int) - picture).mean()) for s in spoiled]
    assert max(errors) > 0.1
    assert max(errors) < 25


def test_smoothing_spares_bone_and_takes_noise_away() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(35, 5, (224, 224)).astype(np.float32)
    noise[100:110] = 1200
    smooth = pretrain_show._smooth(rng, noise)
    assert smooth[:90].std() < 0.8 * noise[:90].std()
    np.testing.assert_array_equal(smooth[100:110], noise[100:110])
