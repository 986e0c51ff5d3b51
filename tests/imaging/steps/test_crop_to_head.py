"""The head, and neither headrest nor tube, decides what is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ichdesk.core.steps import DEFAULT_STEPS, Step
from ichdesk.imaging.pipeline import checked, slice_pixels
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.imaging.steps import STEPS
from ichdesk.phantom import phantom_slice

STEP = STEPS["crop_to_head"]
SIDE = 512
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE].astype(np.float32)


def air() -> np.ndarray:
    return np.full((SIDE, SIDE), -1000, np.float32)


def head(
    row: float = 240, column: float = 260, height: float = 180, width: float = 140
) -> np.ndarray:
    """An ellipse of bone around brain, with two cavities; half axes in px."""
    inside = np.hypot((ROWS - row) / height, (COLUMNS - column) / width)
    hu = np.where(inside < 1, np.float32(800), air())
    hu[inside < 0.93] = 35
    for side in (-0.4, 0.4):
        hu[np.hypot(ROWS - row + 0.5 * height, COLUMNS - column - side * width) < 15] = -1000
    return hu


def box(hu: np.ndarray) -> tuple[int, int]:
    dense = hu > -300
    return np.ptp(np.flatnonzero(dense.any(1))) + 1, np.ptp(np.flatnonzero(dense.any(0))) + 1


def with_things(hu: np.ndarray) -> np.ndarray:
    """A shell under the head that touches it, foam, a tube, a dot of metal and noise in the air."""
    hu = hu.copy()
    shell = np.abs(np.hypot(ROWS - 190, COLUMNS - 260) - 231) < 4
    np.putmask(hu, shell & (ROWS > 250), 400)
    np.putmask(hu, (hu < -900) & (np.abs(ROWS - 440) < 30), -850)
    ring = np.abs(np.hypot(ROWS - 60, COLUMNS - 60) - 14)
    np.putmask(hu, ring < 3, 100)
    hu[20:26, 480:486] = 3000
    return hu + np.random.default_rng(0).normal(0, 12, hu.shape).astype(np.float32)


def test_the_box_of_the_head() -> None:
    hu = head()
    seen = STEP(hu, margin=0.0)
    np.testing.assert_allclose(seen.shape, box(hu), atol=2)
    assert (seen > -300).sum() == (hu > -300).sum()  # nothing of the head is lost


def test_other_things_do_not_count() -> None:
    alone, among = STEP(head(), margin=0.0), STEP(with_things(head()), margin=0.0)
    np.testing.assert_allclose(among.shape, alone.shape, atol=8)  # where it touches the shell


@pytest.mark.parametrize("margin", [5.0, 20.0, 50.0])
def test_margin_is_a_share_of_the_longer_side(margin: float) -> None:
    tight, wide = STEP(head(), margin=0.0), STEP(head(), margin=margin)
    px = round(margin / 100 * max(tight.shape))
    assert wide.shape == (tight.shape[0] + 2 * px, tight.shape[1] + 2 * px)
    np.testing.assert_array_equal(wide[px:-px, px:-px], tight)
    assert (wide[:px] == -1000).all()


def test_a_head_at_the_edge_is_as_large_as_one_in_the_middle() -> None:
    steps = checked([Step("crop_to_head"), *DEFAULT_STEPS])
    middle, edge = (
        slice_pixels(HuImage(hu, (0.5, 0.5), Place()), steps).astype(int)
        for hu in (head(), head(row=182, column=142))
    )
    assert np.abs(middle - edge).mean() < 2


def test_proportions_are_kept() -> None:
    steps = checked([Step("crop_to_head", (("margin", 0.0),)), *DEFAULT_STEPS])
    pixels = slice_pixels(HuImage(head(), (0.5, 0.5), Place()), steps)[..., 0]
    rows, columns = np.flatnonzero(pixels.any(1)), np.flatnonzero(pixels.any(0))
    assert np.ptp(rows) + 1 == 224
    assert np.ptp(columns) + 1 == pytest.approx(224 * 140 / 180, abs=2)


@pytest.mark.parametrize("seed", range(4))
def test_a_slice_without_a_head_stays_whole(seed: int) -> None:
    hu = air()
    empty = [hu, hu + np.random.default_rng(seed).normal(0, 30, hu.shape).astype(np.float32)]
    only_things = with_things(hu)
    for slice_hu in (*empty, only_things):
        np.testing.assert_array_equal(STEP(slice_hu), slice_hu)


def test_an_image_all_of_tissue_is_a_head() -> None:
    hu = np.full((40, 60), 35, np.float32)
    np.testing.assert_array_equal(STEP(hu, margin=0.0), hu)


@pytest.mark.parametrize("seed", range(8))
def test_phantoms_with_headrests(seed: int) -> None:
    drawn = phantom_slice(np.random.default_rng(seed), size_px=256)
    seen = STEP(drawn.hu, margin=0.0)
    brain = (drawn.hu > 10) & (drawn.hu < 60)
    kept = ((seen > 10) & (seen < 60)).sum()
    assert kept >= 0.97 * brain.sum()
    assert (seen > -300).mean() > 0.55  # an ellipse fills 79 % of its box


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 700), st.integers(1, 60), st.integers(0, 2**31))
def test_no_tissue_of_the_largest_part_is_lost(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    hu = np.full((height, width), -1000, np.float32)
    top, left = rng.integers(0, height), rng.integers(0, width)
    hu[top : top + int(rng.integers(1, 400)), left : left + int(rng.integers(1, 50))] = 40
    seen = STEP(hu, margin=0.0)
    assert (seen == 40).sum() == (hu == 40).sum()
