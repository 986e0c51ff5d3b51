"""Samples for a class project: the format of the original, decided by class name and seed."""

import io
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from ichdesk.phantom import HEMORRHAGE_TYPES, phantom_jpegs


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
    def colorfulness(*, color_coded: bool) -> float:
        (jpeg,) = phantom_jpegs("Intraparenchymal", 1, 1, color_coded=color_coded)
        picture = pixels(jpeg)
        return float(np.abs(picture[..., 0] - picture[..., 2]).max())

    assert colorfulness(color_coded=False) <= 6
    assert colorfulness(color_coded=True) > 30
