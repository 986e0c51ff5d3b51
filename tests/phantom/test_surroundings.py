"""What the scanner and the patient's history add to a slice, and where it is outlined."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ichdesk.phantom import old_lesions, scanner, surgery
from ichdesk.phantom.brain import draw_brain
from ichdesk.phantom.fields import Field
from ichdesk.phantom.head import Head, Plan, make_head
from ichdesk.phantom.headrest import draw_headrest
from ichdesk.phantom.landmarks import draw_landmarks
from ichdesk.phantom.old_lesions import draw_old_lesions
from ichdesk.phantom.scanner import scan
from ichdesk.phantom.surgery import draw_surgery

SIZE = 160
PLAN = Plan("ventricle", 246 / SIZE, 1, 0.0, 0.0, 0.3, 2.0)

Painter = Callable[[np.random.Generator, Head], None]


def _head(seed: int = 0, **changes: object) -> Head:
    rng = np.random.default_rng(seed)
    head = make_head(rng, replace(PLAN, **changes), SIZE)  # type: ignore[arg-type]
    draw_brain(rng, head)
    draw_landmarks(rng, head)
    return head


def _correlation(noise: Field, lag: int) -> float:
    return float((noise[:, lag:] * noise[:, :-lag]).mean() / (noise * noise).mean())


def _noise(seed: int, head: Head) -> Field:
    """Noise alone: with minus without, in the middle of the brain."""
    quiet = replace(head, plan=replace(head.plan, noise_hu=0.0))
    noisy, clean = (
        scanner._reconstruct(np.random.default_rng(seed), h, head.hu) for h in (head, quiet)
    )
    middle = slice(SIZE // 2 - 25, SIZE // 2 + 25)
    return (noisy - clean)[middle, middle]


def test_noise_is_colored_and_as_strong_as_planned() -> None:
    """A band-passed spectrum: neighbors vary together, and large areas hardly vary at all."""
    fields = [_noise(seed, _head()) for seed in range(12)]
    assert 1.5 < np.mean([noise.std() for noise in fields]) < 2.6
    assert np.mean([_correlation(noise, 1) for noise in fields]) > 0.12
    blocks = [noise.reshape(5, 10, 5, 10).mean(axis=(1, 3)) for noise in fields]
    white = np.mean([noise.std() for noise in fields]) / 10
    assert np.std(blocks) < white


def test_noise_is_stronger_inside_the_head_than_in_air() -> None:
    profile = scanner._noise_profile(np.random.default_rng(0), _head())
    assert profile[SIZE // 2, SIZE // 2] > 4 * profile[2, 2]


def test_brain_is_brighter_close_to_the_bone_on_average() -> None:
    head = _head()
    shade = np.mean([scanner._harden(np.random.default_rng(i), head) for i in range(60)], axis=0)
    rim = (head.depth_mm > 1) & (head.depth_mm < 4)
    assert 1.0 < shade[rim].mean() - shade[head.depth_mm > 40].mean() < 8.0
    assert (shade[head.scalp_mm < -2] == 0).all()


def test_petrous_bones_have_a_dark_bar_between_them() -> None:
    head = _head(level="posterior")
    shades = [scanner._harden(np.random.default_rng(i), head) for i in range(60)]
    x, y = head.head_x_mm, head.head_y_mm
    band = np.abs(y - 9) < 8
    middle, sides = band & (np.abs(x) < 10), band & (np.abs(x) > 36) & (head.depth_mm > 10)
    shade = np.mean(shades, axis=0)
    assert shade[middle].mean() < shade[sides].mean() - 1.0


def test_metal_throws_streaks_through_the_brain() -> None:
    head = _head()
    metal = np.zeros((SIZE, SIZE), bool)
    metal[78:84, 78:84] = True
    star = scanner._star(np.random.default_rng(1), head, metal)
    assert np.isfinite(star).all()
    near, far = star[70:92, 70:92].std(), star[:20, :20].std()
    assert near > 3 * far > 0


@pytest.mark.parametrize("level", ["vertex", "body", "ventricle", "basal", "posterior"])
def test_every_scan_is_finite_and_keeps_the_anatomy(level: str) -> None:
    for seed in range(12):
        head = _head(seed, level=level)
        drawn = head.hu.copy()
        hu = scan(np.random.default_rng(seed), head)
        assert hu.dtype == np.float32
        assert np.isfinite(hu).all()
        np.testing.assert_array_equal(head.hu, drawn)
        brain = (head.depth_mm > 15) & (drawn > 20) & (drawn < 45)
        assert abs(float(np.median(hu[brain]) - np.median(drawn[brain]))) < 10


@pytest.mark.parametrize("painter", old_lesions._PAINTERS)
def test_lesions_change_the_inside_of_the_head_only(painter: Painter) -> None:
    changed = 0
    for seed in range(8):
        head = _head(seed)
        before = head.hu.copy()
        painter(np.random.default_rng(seed), head)
        difference = np.abs(head.hu - before)
        assert np.isfinite(difference).all()
        assert difference[head.cavity == 0].max() == 0
        changed += difference.max() > 2
    assert changed >= 6


def test_what_is_marked_as_dark_brain_is_darker() -> None:
    for painter in (old_lesions._draw_old_infarct, old_lesions._draw_leukoaraiosis):
        darker = []
        for seed in range(10):
            head = _head(seed)
            before = head.hu.copy()
            painter(np.random.default_rng(seed), head)
            marked = head.signs["edema"] > 0.5
            assert (head.hu <= before + 1e-3).all()
            if marked.sum() > 20:
                darker.append(float((before - head.hu)[marked & (before < 60)].mean()))
        assert len(darker) >= 5
        assert np.mean(darker) > 2.5


def test_no_lesion_of_the_history_is_as_dense_as_a_clot() -> None:
    """Unless it is calcium or a vessel, which are small."""
    names = {"_draw_calcium", "_draw_dense_vessel"}
    for painter in (p for p in old_lesions._PAINTERS if p.__name__ not in names):
        for seed in range(10):
            head = _head(seed)
            before = head.hu.copy()
            painter(np.random.default_rng(seed), head)
            spared = (head.signs["calcification"] < 0.02) & (before < 45)
            assert head.hu[spared].max() < 60


def test_swelling_is_marked_outside_the_skull() -> None:
    areas = []
    for seed in range(12):
        head = _head(seed)
        before = head.hu.copy()
        surgery._draw_scalp_swelling(np.random.default_rng(seed), head)
        marked = head.signs["swelling"] > 0.5
        areas.append(int(marked.sum()))
        assert head.depth_mm[marked].max(initial=-1) < 0
        np.testing.assert_array_equal(head.hu[head.depth_mm > 0], before[head.depth_mm > 0])
    assert np.median(areas) > 40


@pytest.mark.parametrize(
    "painter", [surgery._draw_opened_skull, surgery._draw_catheter, surgery._draw_clip]
)
def test_surgery_is_marked_where_it_is(painter: Painter) -> None:
    seen = 0
    for seed in range(16):
        head = _head(seed)
        before = head.hu.copy()
        painter(np.random.default_rng(seed), head)
        marked = head.signs["surgery"] > 0.5
        seen += marked.sum() >= 3
        unexplained = (np.abs(head.hu - before) > 150) & (head.signs["surgery"] < 0.05)
        assert unexplained.sum() <= 3  # edges of a cut
    assert seen >= 11


def test_headrest_stays_outside_the_head() -> None:
    drawn = 0
    for seed in range(40):
        head = _head(seed)
        before = head.hu.copy()
        draw_headrest(np.random.default_rng(seed), head)
        inside = head.scalp_mm > 0
        np.testing.assert_array_equal(head.hu[inside], before[inside])
        drawn += bool((head.hu > before + 300).any())
    assert 22 <= drawn < 40


def test_surgery_is_in_every_seventh_slice_or_so() -> None:
    operated = 0
    for seed in range(150):
        head = _head(seed % 5)
        draw_surgery(np.random.default_rng(seed), head)
        operated += bool((head.signs["surgery"] > 0.5).any())
    assert 12 <= operated <= 36


def test_surroundings_depend_on_the_generator_alone() -> None:
    def complete(seed: int) -> Field:
        rng, head = np.random.default_rng(seed), _head()
        for painter in (draw_old_lesions, draw_surgery, draw_headrest):
            painter(rng, head)
        return scan(rng, head)

    for seed in range(6):
        np.testing.assert_array_equal(complete(seed), complete(seed))
    assert not np.array_equal(complete(0), complete(1))
