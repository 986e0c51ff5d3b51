"""From a sample's bytes to what the network sees, against pictures worked out by hand."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.project import Project
from ichdesk.core.steps import DEFAULT_STEPS, Step
from ichdesk.imaging.decode import decode_sample, jpeg_bytes
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.pipeline import baked, checked, model_jpeg, model_pixels, slice_pixels
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.phantom import phantom_slice

NO_PLACE = Place()


def image(hu: np.ndarray, **other: object) -> HuImage:
    return replace(HuImage(hu.astype(np.float32), (1.0, 1.0), NO_PLACE), **other)


@pytest.fixture(scope="module")
def drawn() -> HuImage:
    hu = phantom_slice(np.random.default_rng(1), types=["subdural"], size_px=448).hu
    return image(np.rint(hu))


def test_default_steps_are_the_brain_window_averaged_down(drawn: HuImage) -> None:
    gray = np.clip(drawn.hu.astype(float) / 80, 0, 1) * 255
    expected = gray.reshape(224, 2, 224, 2).mean(axis=(1, 3))
    pixels = slice_pixels(drawn)
    assert np.abs(pixels - expected[..., None]).max() <= 0.51
    np.testing.assert_array_equal(pixels, slice_pixels(drawn, checked([Step("window")])))


def test_a_bone_edge_does_not_whiten_what_lies_beside_it() -> None:
    hu = np.full((448, 448), 30.0)
    hu[:, 223:] = 1500  # so a column of the small picture is half brain and half bone
    column = slice_pixels(image(hu))[100, 111, 0]
    assert column == pytest.approx((30 / 80 + 1) / 2 * 255, abs=1)
    hu[:, 223:] = 80
    assert slice_pixels(image(hu))[100, 111, 0] == column  # bone counts no more than white does


def test_the_sample_is_seen_as_the_slice(drawn: HuImage) -> None:
    steps = checked([Step("crop_to_head"), Step("color_code")])
    np.testing.assert_array_equal(model_pixels(hu_png(drawn), steps), slice_pixels(drawn, steps))


def test_ready_made_pictures_are_taken_as_they_are(drawn: HuImage) -> None:
    ready_made = jpeg_bytes(Image.fromarray(slice_pixels(drawn)))
    steps = checked([Step("color_code")])
    np.testing.assert_array_equal(model_pixels(ready_made, steps), decode_sample(ready_made))
    assert model_jpeg(ready_made, steps) == ready_made


def test_a_slice_is_baked_as_a_picture_that_shows_the_same(drawn: HuImage) -> None:
    steps = checked([Step("three_windows")])
    project = Project(config=TrainConfig(steps=steps))
    jpeg = baked(project)(hu_png(drawn))
    with Image.open(io.BytesIO(jpeg)) as opened:
        assert (opened.format, opened.size, opened.mode) == ("JPEG", (224, 224), "RGB")
    difference = np.abs(decode_sample(jpeg).astype(int) - slice_pixels(drawn, steps))
    assert difference.mean() < 2


def test_inverted_slices_are_dark_for_bright_once(drawn: HuImage) -> None:
    inverted = replace(drawn, is_inverted=True)
    total = slice_pixels(drawn).astype(int) + slice_pixels(inverted)
    assert np.abs(total - 255).max() <= 1
    steps = checked([*DEFAULT_STEPS, Step("resize"), Step("resize", (("longer_side_px", 100.0),))])
    total = slice_pixels(drawn, steps).astype(int) + slice_pixels(inverted, steps)
    assert np.abs(total - 255).max() <= 1


@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0), (2.0, 1.0), (0.5, 0.75)])
def test_fewer_pixels_show_the_same_part(spacing_mm: tuple[float, float]) -> None:
    hu = np.full((512, 200), 80.0)
    steps = checked([*DEFAULT_STEPS, Step("resize", (("longer_side_px", 16.0),))])
    whole = slice_pixels(image(hu, spacing_mm=spacing_mm)) > 128
    small = slice_pixels(image(hu, spacing_mm=spacing_mm), steps) > 128
    np.testing.assert_array_equal(small, whole)


def test_the_order_of_steps_counts(drawn: HuImage) -> None:
    small, even = Step("resize", (("longer_side_px", 32.0),)), Step("equalize")
    one, other = checked([*DEFAULT_STEPS, small, even]), checked([*DEFAULT_STEPS, even, small])
    assert (slice_pixels(drawn, one) != slice_pixels(drawn, other)).any()


def test_checking_says_every_value_in_the_order_of_the_form() -> None:
    (step,) = checked([Step("window", (("width_hu", 200),))])
    assert step == Step("window", (("level_hu", 40.0), ("width_hu", 200.0)))
    assert checked([step]) == (step,)
    assert checked([Step("window")]) == DEFAULT_STEPS


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([], "make no picture"),
        ([Step("crop_to_head")], "make no picture"),
        ([Step("equalize")], "“Equalize” works on a picture"),
        ([Step("window"), Step("window")], "“Window” works on Hounsfield units"),
        ([Step("window"), Step("crop_to_head")], "“Crop to head” works on Hounsfield units"),
        ([Step("sharpen")], "no image step called “sharpen”"),
        ([Step("window", (("gamma", 2.0),))], "“Window” has no setting “gamma”"),
        ([Step("window", (("width_hu", 0.0),))], "Width must be from 1 to 4000"),
        ([Step("window", (("width_hu", "wide"),))], "Width must be from 1 to 4000"),
        ([Step("three_windows", (("red", "Liver"),))], "Red must be one of: Brain, Subdural"),
        ([Step("three_windows", (("red", 1.0),))], "Red must be one of: Brain, Subdural"),
    ],
)
def test_steps_that_cannot_work_are_refused_in_a_sentence(steps: list[Step], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        checked(steps)
