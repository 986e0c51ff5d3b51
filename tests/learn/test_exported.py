"""The modules that leave the app see what the app sees, and answer as it does."""

import numpy as np
import pytest
import torch
from torch import nn

from ichdesk.core.steps import DEFAULT_STEPS, Step
from ichdesk.imaging.pipeline import checked, slice_pixels
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.imaging.steps import STEPS, Stage
from ichdesk.learn.exported import HuClassifier, PictureClassifier
from ichdesk.learn.exported_steps import picture_of, unheld_sentence
from ichdesk.learn.pixels import to_input
from ichdesk.phantom.slices import phantom_slice

IN_TENSORS = [
    (Step("window", (("level_hu", 80.0), ("width_hu", 200.0))),),
    (Step("three_windows"),),
    (Step("color_code", (("low_hu", 70.0), ("high_hu", 40.0))),),
    (Step("window"), Step("equalize", (("strength", 0.7),))),
    (Step("color_code"), Step("equalize")),
]
SHAPES = [(512, 512), (300, 450), (200, 100)]
PICTURE = Step("window")


class Means(nn.Module):
    """Stands for a network: the mean of each channel."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(dim=(2, 3))


@pytest.fixture(scope="module")
def hu() -> np.ndarray:
    """A slice with a hemorrhage and a headrest, in whole Hounsfield units."""
    drawn = phantom_slice(np.random.default_rng(3), types=["subdural"], size_px=512)
    return drawn.hu.round().astype(np.float32)


def difference(hu: np.ndarray, steps: tuple[Step, ...]) -> np.ndarray:
    """Between what the module sees and what the app sees, in levels."""
    given = checked(steps)
    wanted = slice_pixels(HuImage(hu, (0.5, 0.5), Place()), given)
    seen = HuClassifier(Means(), given).pixels(torch.from_numpy(hu)[None])
    return np.abs(seen[0].permute(1, 2, 0).numpy() - wanted)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("steps", IN_TENSORS, ids=lambda steps: "+".join(s.name for s in steps))
def test_a_slice_is_shown_as_the_app_shows_it(steps, shape, hu):
    part = np.ascontiguousarray(hu[: shape[0], 100 : 100 + shape[1]] if shape[1] < 512 else hu)
    levels = difference(part, steps)
    assert levels.max() <= 1
    assert (levels > 0).mean() < 1e-3


@pytest.mark.parametrize("name", STEPS.names())
def test_a_step_is_in_the_model_or_the_sentence_says_that_it_is_not(name, hu):
    before = (PICTURE,) if STEPS[name].takes is Stage.PICTURE else ()
    after = (PICTURE,) if STEPS[name].gives is Stage.HU else ()
    steps = (*before, Step(name), *after)
    sentence = unheld_sentence(steps)
    if sentence:
        assert STEPS[name].title in sentence
        assert name in {"crop_to_head", "resize"}
    else:
        assert difference(hu, steps).max() <= 1


def test_slices_of_a_batch_do_not_mix(hu):
    steps = checked((PICTURE, Step("equalize")))
    first, second = torch.from_numpy(hu)[None], torch.zeros(1, 512, 512)
    together = picture_of(torch.cat([first, second]), steps)
    np.testing.assert_array_equal(together[:1].numpy(), picture_of(first, steps).numpy())


def test_numbers_for_the_network_are_the_same():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), np.uint8)
    answer = PictureClassifier(Means())(torch.from_numpy(pixels))
    torch.testing.assert_close(answer, Means()(to_input(pixels)), rtol=0, atol=1e-6)


def test_a_picture_of_a_slice_and_the_slice_get_the_same_answer(hu):
    pixels = slice_pixels(HuImage(hu, (0.5, 0.5), Place()))
    of_picture = PictureClassifier(Means())(torch.from_numpy(pixels)[None])
    of_slice = HuClassifier(Means(), DEFAULT_STEPS)(torch.from_numpy(hu)[None])
    torch.testing.assert_close(of_slice, of_picture, rtol=0, atol=1e-4)
