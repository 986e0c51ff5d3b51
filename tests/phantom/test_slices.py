"""Synthetic slices: seeded, labeled, masked, with tissue where a radiologist expects it."""

from itertools import combinations

import numpy as np
import pytest

from ichdesk.phantom import HEMORRHAGE_TYPES, LEVELS, SIGNS, PhantomSlice, phantom_slice

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
    for seed in range(20):
        drawn = draw(seed, name)
        blood.append(np.median(drawn.hu[drawn.masks[name]]))
    least = 38 if name == "subarachnoid" else 45  # thin films share their pixels with brain
    assert least < np.median(blood) < 75


@pytest.mark.parametrize("level", LEVELS)
def test_a_normal_slice_has_air_bone_brain_and_fluid(level: str) -> None:
    drawn = draw(11, level=level)
    assert drawn.level == level
    assert drawn.hu[0, :8].mean() < -900
    assert (drawn.hu > 500).mean() > 0.02
    brain = (drawn.hu > 20) & (drawn.hu < 45)
    assert brain.mean() > 0.05
    assert set(drawn.anatomy) == {"fluid", *SIGNS}
    fluid = drawn.anatomy["fluid"]
    assert fluid.sum() == 0 or drawn.hu[fluid].mean() < drawn.hu[brain].mean()


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
