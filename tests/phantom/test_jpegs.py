"""Samples for a class project: the format of the original, decided by class name and seed."""

import io
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from ichdesk.phantom import HEMORRHAGE_TYPES, phantom_jpegs
from ichdesk.phantom.jpegs import COLOR_CODED, GRAY, Style, _drawn


def pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg))).astype(int)


def test_format_is_that_of_a_project_file() -> None:
    (jpeg,) = phantom_jpegs("Normal", 1, 0)
    image = Image.open(io.BytesIO(jpeg))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (224, 224))
    assert "progressive" not in image.info
    assert 3_000 < len(jpeg) < 20_000


def test_a_sample_depends_on_class_seed_and_index_only() -> None:
    few = list(phantom_jpegs("Subdural", 2, 5))
    assert few == list(islice(phantom_jpegs("subdural", 9, 5), 2))
    assert few[0] != few[1]
    assert few != list(phantom_jpegs("Subdural", 2, 6))
    assert few != list(phantom_jpegs("Epidural", 2, 5))


@pytest.mark.parametrize("name", ["Normal", "Hemorrhage", "HEMORRHAGE", " normal ", "Parenchymal"])
def test_known_names(name: str) -> None:
    assert len(list(phantom_jpegs(name, 1, 0))) == 1


@pytest.mark.parametrize("name", HEMORRHAGE_TYPES)
def test_type_names_in_any_case(name: str) -> None:
    assert list(phantom_jpegs(name.upper(), 1, 0)) == list(phantom_jpegs(name, 1, 0))


def test_parenchymal_is_intraparenchymal() -> None:
    assert list(phantom_jpegs("Parenchymal", 1, 3)) == list(phantom_jpegs("Intraparenchymal", 1, 3))


@pytest.mark.parametrize("name", ["", "Tumor", "Class 1"])
def test_unknown_name_is_refused_at_once_naming_the_known_ones(name: str) -> None:
    with pytest.raises(ValueError, match=r"Normal, Hemorrhage, Intraparenchymal.*Subarachnoid\.$"):
        phantom_jpegs(name, 1, 0)


def test_gray_has_no_color_and_color_coding_has() -> None:
    def colorfulness(style: Style) -> float:
        (jpeg,) = phantom_jpegs("Intraparenchymal", 1, 1, style)
        picture = pixels(jpeg)
        return float(np.abs(picture[..., 0] - picture[..., 2]).max())

    assert colorfulness(GRAY) <= 6
    assert colorfulness(COLOR_CODED) > 30


def test_a_style_shows_the_same_slices_differently() -> None:
    """Window and colors take no part in what is drawn, so that two projects can be compared."""
    (narrow,), (wide,) = (
        phantom_jpegs("Normal", 1, 2, Style(window_hu=window)) for window in ((0, 80), (-160, 240))
    )
    inside = np.s_[100:124, 100:124]
    assert pixels(narrow)[inside].std() > 1.5 * pixels(wide)[inside].std()
    both = np.stack([pixels(narrow)[..., 0].ravel(), pixels(wide)[..., 0].ravel()])
    assert np.corrcoef(both)[0, 1] > 0.8


def test_lower_quality_makes_smaller_files() -> None:
    large, small = (next(phantom_jpegs("Normal", 1, 2, Style(quality=q))) for q in (92, 60))
    assert len(small) < 0.7 * len(large)


@pytest.mark.parametrize(
    "style",
    [
        Style(lesion_px=(30, 150)),
        Style(lesion_px=(500, 50_000)),
        Style(blood_hu=(40, 52)),
        Style(noise_hu=(5, 6), lesion_px=(30, 300)),
    ],
)
def test_a_style_decides_how_hard_a_slice_is(style: Style) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        drawn = _drawn(rng, ("subdural",), style)
        blood = drawn.masks["subdural"]
        if style.lesion_px:
            assert style.lesion_px[0] <= blood.sum() <= style.lesion_px[1]
        if style.blood_hu:
            assert style.blood_hu[0] <= drawn.hu[blood].mean() <= style.blood_hu[1]


def test_what_no_slice_can_be_ends_all_the_same() -> None:
    assert _drawn(np.random.default_rng(0), ("subdural",), Style(lesion_px=(0, 0))).masks
