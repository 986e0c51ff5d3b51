"""Synthetic slices: seeded, labeled, masked, with tissue where a radiologist expects it."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from ichdesk.phantom import HEMORRHAGE_TYPES, LEVELS, SIGNS, PhantomSlice, phantom_slice
from ichdesk.phantom.brain import draw_brain
from ichdesk.phantom.head import Head, Plan, make_head
from ichdesk.phantom.landmarks import draw_landmarks

SIZE = 128


def draw(seed: int, *types: str, level: str | None = None) -> PhantomSlice:
    return phantom_slice(np.random.default_rng(seed), types=types, size_px=SIZE, level=level)


def test_same_seed_gives_the_same_slice_and_another_seed_another() -> None:
    first, again, other = draw(7, "subdural"), draw(7, "subdural"), draw(8, "subdural")
    np.testing.assert_array_equal(first.hu, again.hu)
    np.testing.assert_array_equal(first.masks["subdural"], again.masks["subdural"])
    assert not np.array_equal(first.hu, other.hu)


@pytest.mark.parametrize("types", [(), *((t,) for t in HEMORRHAGE_TYPES), HEMORRHAGE_TYPES[:3]])
def test_labels_and_masks_are_what_was_asked_for(types: tuple[str, ...]) -> None:
    drawn = draw(3, *types)
    assert drawn.labels == set(types)
    assert set(drawn.masks) == set(types)
    assert drawn.hu.shape == (SIZE, SIZE)
    assert drawn.hu.dtype == np.float32
    assert np.isfinite(drawn.hu).all()
    for mask in drawn.masks.values():
        assert mask.dtype == np.bool_
        assert mask.shape == (SIZE, SIZE)


@pytest.mark.parametrize("name", HEMORRHAGE_TYPES)
def test_every_slice_shows_its_hemorrhage(name: str) -> None:
    for seed in range(25):
        assert draw(seed, name).masks[name].sum() >= 3, seed


@pytest.mark.parametrize("name", HEMORRHAGE_TYPES)
def test_acute_blood_is_brighter_than_the_brain(name: str) -> None:
    blood = []
    for seed in range(30):
        drawn = draw(seed, name)
        blood.append(np.median(drawn.hu[drawn.masks[name]]))
    # Thin films and small clots share their pixels with brain or fluid.
    least = {"subdural": 43, "epidural": 43, "subarachnoid": 38}.get(name, 40)
    assert least < np.median(blood) < 75


@pytest.mark.parametrize("level", LEVELS)
def test_a_normal_slice_has_air_bone_brain_and_fluid(level: str) -> None:
    drawn = draw(11, level=level)
    assert drawn.level == level
    assert drawn.hu[0, :8].mean() < -900
    assert (drawn.hu > 500).mean() > 0.01
    brain = (drawn.hu > 20) & (drawn.hu < 45)
    assert brain.mean() > 0.05
    assert set(drawn.anatomy) == {"fluid", *SIGNS}
    fluid = drawn.anatomy["fluid"]
    # The median, because the outermost pixels share their place with bone.
    assert fluid.sum() == 0 or np.median(drawn.hu[fluid]) < np.median(drawn.hu[brain])


def test_subdural_lies_nearer_to_the_skull_than_intraventricular() -> None:
    def distance(name: str, seed: int) -> float:
        drawn = draw(seed, name, level="ventricle")
        rows, columns = np.nonzero(drawn.masks[name])
        bone_rows, bone_columns = np.nonzero(drawn.hu > 500)
        return float(
            np.hypot(rows[:, None] - bone_rows, columns[:, None] - bone_columns).min(1).mean()
        )

    subdural = np.mean([distance("subdural", seed) for seed in range(10)])
    intraventricular = np.mean([distance("intraventricular", seed) for seed in range(10)])
    assert subdural + 10 < intraventricular


def test_intraventricular_blood_replaces_fluid() -> None:
    drawn = draw(5, "intraventricular", level="body")
    assert not (drawn.masks["intraventricular"] & drawn.anatomy["fluid"]).any()


def test_noise_can_be_set() -> None:
    def middle(noise_hu: float) -> np.ndarray:
        rng = np.random.default_rng(4)  # the same head and the same grain, only stronger
        hu = phantom_slice(rng, size_px=SIZE, level="body", noise_hu=noise_hu).hu
        return hu[48:80, 48:80]

    assert (middle(6.0) - middle(1.0)).std() == pytest.approx(5.0, rel=0.1)


@pytest.mark.parametrize("size_px", [64, 224, 256])
def test_any_size(size_px: int) -> None:
    drawn = phantom_slice(np.random.default_rng(0), types=("epidural",), size_px=size_px)
    assert drawn.hu.shape == (size_px, size_px)
    assert drawn.masks["epidural"].any()


def test_slices_differ_between_types_for_the_same_seed() -> None:
    for a, b in combinations(HEMORRHAGE_TYPES, 2):
        assert not np.array_equal(draw(2, a).hu, draw(2, b).hu)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Unknown hemorrhage type 'bruise'.*subdural"):
        draw(0, "bruise")
    with pytest.raises(ValueError, match=r"Unknown level 'neck'.*vertex"):
        draw(0, level="neck")


def plan(**changes: float) -> Plan:
    values: dict[str, float] = {"shift_mm": 0.0, "atrophy": 0.3, "height_mm": 8.0, "tilt": 0.1}
    values.update(changes)
    return Plan(level="ventricle", pixel_mm=1.2, side=1, mass=0.0, noise_hu=1.0, **values)


def anatomy_head(seed: int, decisions: Plan) -> Head:
    rng = np.random.default_rng(seed)
    head = make_head(rng, decisions, 192)
    draw_brain(rng, head)
    draw_landmarks(rng, head)
    return head


def mean_fluid(place: str, decisions: Plan) -> float:
    return float(np.mean([anatomy_head(seed, decisions).csf[place].sum() for seed in range(8)]))


@pytest.mark.parametrize("place", ["ventricle", "cistern", "sulcus"])
def test_fluid_spaces_widen_with_atrophy(place: str) -> None:
    assert mean_fluid(place, plan(atrophy=0.9)) > 1.5 * mean_fluid(place, plan(atrophy=0.05))


def test_the_lateral_ventricles_change_with_height() -> None:
    above, low = mean_fluid("ventricle", plan(height_mm=60)), plan(height_mm=-14, tilt=0)
    assert above == 0
    head = anatomy_head(0, low)
    horns = head.csf["ventricle"] * (np.abs(head.x_mm) > 18)  # only temporal horns this far down
    assert horns.sum() > 0
    assert not (horns * (head.y_mm < -20)).any()


def test_tilt_lowers_the_front() -> None:
    head = anatomy_head(0, plan(tilt=0.3))
    assert head.z_mm(-60) == pytest.approx(-10)
    assert head.z_mm(60) == pytest.approx(26)


def test_shift_moves_the_third_ventricle() -> None:
    def third_x_mm(shift_mm: float) -> float:
        head = anatomy_head(3, plan(shift_mm=shift_mm, height_mm=2, tilt=0))
        near = (np.abs(head.x_mm) < 6) & (np.abs(head.y_mm) < 10)
        return float(np.average(head.head_x_mm[near], weights=head.csf["ventricle"][near]))

    assert third_x_mm(9) - third_x_mm(0) == pytest.approx(9, abs=2)


def test_mass_narrows_the_ventricle_on_its_side() -> None:
    ratios = []
    for seed in range(8):
        head = anatomy_head(seed, replace(plan(atrophy=0.6), mass=0.9))
        right = head.csf["ventricle"][head.x_mm > 8].sum()
        left = head.csf["ventricle"][head.x_mm < -8].sum()
        ratios.append(right / left)
    assert np.median(ratios) < 0.6


def test_no_head_is_symmetric() -> None:
    head = anatomy_head(1, plan(atrophy=0.6))
    right = head.csf["ventricle"][head.x_mm > 8].sum()
    left = head.csf["ventricle"][head.x_mm < -8].sum()
    assert right != pytest.approx(left, rel=0.02)


def test_fluid_is_as_dense_as_water() -> None:
    for level in ("body", "ventricle"):
        values = [
            np.median(drawn.hu[drawn.anatomy["fluid"]])
            for drawn in (draw(seed, level=level) for seed in range(6))
            if drawn.anatomy["fluid"].sum() > 20
        ]
        assert 0 < np.median(values) < 20


def test_calcium_is_common_in_normal_slices_at_the_atria() -> None:
    shown = [draw(seed, level="ventricle").anatomy["calcification"].any() for seed in range(24)]
    assert 0.5 < np.mean(shown) < 1
