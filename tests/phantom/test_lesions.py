"""Painted hemorrhages: each where it belongs, as dense as its age, with the signs around it."""

from itertools import product

import numpy as np
import pytest

from ichdesk.phantom.brain import draw_brain
from ichdesk.phantom.fields import Field
from ichdesk.phantom.head import LEVELS, Head, Plan, make_head
from ichdesk.phantom.hemorrhages.blood import AGES, darken
from ichdesk.phantom.hemorrhages.epidural import paint_epidural
from ichdesk.phantom.hemorrhages.intraparenchymal import draw_clot, paint_deep, paint_fossa
from ichdesk.phantom.hemorrhages.intraventricular import paint_intraventricular, settle
from ichdesk.phantom.hemorrhages.patchy import paint_contusions, paint_infarct, paint_metastases
from ichdesk.phantom.hemorrhages.subarachnoid import paint_subarachnoid
from ichdesk.phantom.hemorrhages.subdural import paint_crescent, paint_falx, paint_tentorium
from ichdesk.phantom.hemorrhages.trauma import swell_scalp
from ichdesk.phantom.landmarks import draw_landmarks
from ichdesk.phantom.lesions import HEMORRHAGE_TYPES, PAINTERS
from ichdesk.phantom.slices import phantom_slice

SIZE = 160
HEIGHTS_MM = {"vertex": 53, "body": 32, "ventricle": 12, "basal": -8, "posterior": -30}
SEEDS = range(12)


def a_head(seed: int, level: str = "ventricle", *, side: int = 1, mass: float = 0.5) -> Head:
    plan = Plan(
        level=level, pixel_mm=1.5, side=side, mass=mass, shift_mm=0.0, atrophy=0.4, noise_hu=1.0,
        height_mm=HEIGHTS_MM[level],
    )  # fmt: skip
    rng = np.random.default_rng((seed, 1))
    head = make_head(rng, plan, SIZE)
    draw_brain(rng, head)
    draw_landmarks(rng, head)
    return head


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng((seed, 2))


def shown(weight: Field) -> np.ndarray:
    return weight > 0.5


@pytest.mark.parametrize(("name", "level"), list(product(HEMORRHAGE_TYPES, LEVELS)))
def test_blood_stays_inside_the_skull_and_out_of_bone(name: str, level: str) -> None:
    for seed in range(6):
        head = a_head(seed, level)
        bone = head.hu > 500
        weight = PAINTERS[name](generator(seed), head)
        assert weight.dtype == head.hu.dtype == np.float32
        assert 0 <= weight.min() <= weight.max() <= 1
        assert not (shown(weight) & (bone | (head.depth_mm < 0))).any(), seed


@pytest.mark.parametrize(("name", "level"), list(product(HEMORRHAGE_TYPES, LEVELS)))
def test_a_painter_brightens_brain_only_where_it_says(name: str, level: str) -> None:
    for seed in range(6):
        head = a_head(seed, level)
        before = head.hu.copy()
        weight = PAINTERS[name](generator(seed), head)
        elsewhere = (head.depth_mm > 3) & (weight == 0) & (before > 26) & (before < 60)
        # Under a crescent, closed sulci and cortex pressed inwards get lighter, but not like blood.
        assert (head.hu - before)[elsewhere].max() < 13, seed


def test_crescents_lie_under_the_skull_of_their_side() -> None:
    for seed, side in product(SEEDS, (-1, 1)):
        head = a_head(seed, side=side, mass=0.3)
        blood = shown(paint_crescent(generator(seed), head, side))
        assert np.quantile(head.depth_mm[blood], 0.98) < 18, seed
        assert (head.x_mm[blood] * side > 0).all(), seed


def test_crescents_are_longer_along_the_skull_than_they_are_thick() -> None:
    ratio = []
    for seed in SEEDS:
        head = a_head(seed, mass=0.1)
        blood = shown(paint_crescent(generator(seed), head, 1))
        length = np.ptp(np.arctan2(head.head_y_mm, head.head_x_mm)[blood]) * 70
        ratio.append(length / head.depth_mm[blood].max())
    assert np.median(ratio) > 8


def test_blood_on_the_falx_is_a_sheet_on_one_side_of_the_midline() -> None:
    for seed, level in product(SEEDS, ("vertex", "body", "ventricle")):
        head = a_head(seed, level, side=-1)
        blood = shown(paint_falx(generator(seed), head))
        assert blood.sum() >= 6
        assert head.x_mm[blood].max() < 2
        assert head.x_mm[blood].min() > -14
        assert np.ptp(head.y_mm[blood]) > 2 * np.ptp(head.x_mm[blood])


def test_blood_on_the_tentorium_fans_out_behind_the_brainstem() -> None:
    for seed in SEEDS:
        head = a_head(seed, "basal")
        blood = shown(paint_tentorium(generator(seed), head))
        assert blood.sum() >= 10
        assert head.x_mm[blood].min() > 0
        assert head.y_mm[blood].min() > 8
        assert np.median(head.depth_mm[blood]) > 8


def test_ages_of_a_crescent_differ_in_density() -> None:
    def density(age: str) -> float:
        heads = [a_head(seed) for seed in SEEDS]
        blood = [shown(paint_crescent(generator(s), heads[s], 1, age)) for s in SEEDS]
        return float(np.median([np.median(h.hu[b]) for h, b in zip(heads, blood, strict=True)]))

    by_age = {age: density(age) for age in AGES}
    assert 47 < by_age["acute"] < 72
    assert 47 < by_age["hyperacute"] < 72
    assert 28 < by_age["isodense"] < 46
    assert 10 < by_age["chronic"] < 30
    assert by_age["chronic"] < by_age["mixed"] < by_age["acute"]


def test_layered_blood_is_denser_towards_the_table() -> None:
    for seed in SEEDS:
        head = a_head(seed, mass=1.0)
        blood = shown(paint_crescent(generator(seed), head, 1, "layered")) & (head.depth_mm > 2)
        height = head.image_y_mm[blood]
        low, high = np.quantile(height, (0.1, 0.9))
        top, bottom = head.hu[blood][height <= low], head.hu[blood][height >= high]
        assert np.median(bottom) > np.median(top) + 5, seed


@pytest.mark.parametrize("level", ["body", "ventricle", "basal"])
def test_intraventricular_blood_is_where_fluid_was(level: str) -> None:
    for seed in SEEDS:
        head = a_head(seed, level)
        ventricle = head.csf["ventricle"].copy()
        blood = shown(paint_intraventricular(generator(seed), head))
        assert blood.any()
        near = ventricle > 0.02  # a cast stretches the wall by a millimeter
        assert (near & blood).sum() > 0.8 * blood.sum(), seed


def test_settled_blood_has_a_surface_level_with_the_table() -> None:
    for seed in SEEDS:
        head = a_head(seed, "body")
        head.y_mm = head.y_mm + np.float32(0.5) * head.x_mm  # a head turned on the table
        pool = (np.abs(head.x_mm) > 9) & (np.abs(head.x_mm) < 40) & (np.abs(head.y_mm - 25) < 20)
        head.csf["ventricle"] = pool.astype(np.float32)
        blood = shown(settle(generator(seed), head))
        assert blood.any()
        for own in (head.x_mm > 0, head.x_mm < 0):
            if (blood & own).any():
                surface = head.image_y_mm[blood & own].min()
                assert head.image_y_mm[pool & own & ~blood].max() < surface + 1.5, seed


def test_subarachnoid_blood_turns_fluid_bright() -> None:
    gains = []
    for seed in SEEDS:
        head = a_head(seed, "basal")
        before, fluid = head.hu.copy(), head.csf["cistern"] > 0.6
        blood = shown(paint_subarachnoid(generator(seed), head)) & fluid
        gains += (head.hu - before)[blood].tolist()
    assert len(gains) > 100
    assert np.median(gains) > 20


def test_an_epidural_lens_is_short_and_touches_the_skull() -> None:
    for seed in SEEDS:
        head = a_head(seed)
        blood = shown(paint_epidural(generator(seed), head))
        assert head.depth_mm[blood].min() < 2
        assert np.hypot(np.ptp(head.head_x_mm[blood]), np.ptp(head.head_y_mm[blood])) < 110


def test_a_deep_clot_lies_deep_and_a_fossa_clot_far_back() -> None:
    deep = [a_head(seed, mass=0.1) for seed in SEEDS]
    clots = [shown(paint_deep(generator(s), h)) for s, h in zip(SEEDS, deep, strict=True)]
    depths = [np.median(h.depth_mm[c]) for h, c in zip(deep, clots, strict=True) if c.any()]
    assert len(depths) >= len(SEEDS) - 1  # a small clot may lie in the ventricle as a whole
    assert min(depths) > 22
    low = [a_head(seed, "posterior", mass=0.1) for seed in SEEDS]
    clots = [shown(paint_fossa(generator(s), h)) for s, h in zip(SEEDS, low, strict=True)]
    places = [np.median(h.y_mm[c]) for h, c in zip(low, clots, strict=True) if c.any()]
    assert len(places) >= len(SEEDS) - 1
    assert np.median(places) > 20


@pytest.mark.parametrize("paint", [paint_contusions, paint_infarct, paint_metastases])
def test_patchy_blood_lies_in_marked_darker_brain(paint: type) -> None:
    for seed in range(6):
        head = a_head(seed, "basal")
        before = head.hu.copy()
        blood = shown(paint(generator(seed), head))
        edema = (head.signs["edema"] > 0.5) & ~blood & (before > 20) & (before < 50)
        assert edema.sum() > 10
        assert np.median((head.hu - before)[edema]) < -1.5


def test_edema_is_darker_brain_and_outlined_as_such() -> None:
    head = a_head(0)
    before = head.hu.copy()
    darken(generator(0), head, np.float32(8) - np.hypot(head.x_mm - 25, head.y_mm - 30), 5.0, 10.0)
    marked = head.signs["edema"] > 0.5
    assert marked.any()
    assert not (head.signs["edema"] > head.cavity).any()
    brain = marked & (before > 22) & (before < 50)
    assert np.median((head.hu - before)[brain]) == pytest.approx(-10, abs=3)
    untouched = head.signs["edema"] == 0
    np.testing.assert_array_equal(head.hu[untouched], before[untouched])


def test_a_clot_is_as_large_as_its_outline() -> None:
    head = a_head(3)
    inside = np.float32(12) - np.hypot(head.x_mm - 30, head.y_mm).astype(np.float32)
    weight = draw_clot(generator(3), head, inside, 12.0)
    expected = (inside > 0) & (head.csf["ventricle"] < 0.1)
    assert shown(weight)[expected].mean() > 0.95
    assert not shown(weight)[inside < -3].any()


def test_swollen_scalp_is_outside_the_skull_and_marked() -> None:
    head = a_head(2)
    away = np.abs(np.arctan2(head.head_y_mm, head.head_x_mm)).astype(np.float32)
    before = head.hu.copy()
    swell_scalp(generator(2), head, away)
    changed = np.abs(head.hu - before) > 5
    assert changed.any()
    assert (head.depth_mm[changed] < -3).all()
    assert (head.signs["swelling"][changed] > 0).all()
    assert (away[changed] < 0.8).all()


@pytest.mark.parametrize("name", HEMORRHAGE_TYPES)
def test_sizes_run_from_small_to_large(name: str) -> None:
    pixel_mm2 = (246 / SIZE) ** 2
    sizes = np.array(
        [
            phantom_slice(generator(seed), types=(name,), size_px=SIZE).masks[name].sum()
            for seed in range(40)
        ]
    )
    sizes = sizes * pixel_mm2
    assert np.quantile(sizes, 0.1) < 160
    assert np.quantile(sizes, 0.9) > 3 * np.quantile(sizes, 0.1)
    assert sizes.min() > 8
