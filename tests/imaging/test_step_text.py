"""Image steps in words."""

import pytest

from ichdesk.core.steps import DEFAULT_STEPS, Step
from ichdesk.imaging.step_text import step_words, steps_words
from ichdesk.imaging.steps import STEPS


@pytest.mark.parametrize("name", STEPS.names())
def test_every_step_has_words_that_begin_with_its_title(name: str) -> None:
    words = step_words(Step(name))
    assert words.startswith(STEPS[name].title)
    assert words == " ".join(words.split())


def test_what_belongs_together_is_said_together() -> None:
    assert steps_words(DEFAULT_STEPS) == "Window 40/80"
    colored = Step("color_code", (("low_hu", 60.0), ("high_hu", 80.0)))
    assert step_words(colored) == "Color code 60 to 80 HU"
    wider = Step("color_code", (("width_hu", 200.0),))
    assert step_words(wider) == "Color code 50 to 90 HU, window 40/200"


def test_negative_values_have_a_minus_and_no_needless_digits() -> None:
    lung = Step("window", (("level_hu", -600.0), ("width_hu", 1500.0)))
    assert step_words(lung) == "Window −600/1500"


def test_several_steps_are_one_line_in_their_order() -> None:
    steps = (*DEFAULT_STEPS, Step("resize", (("longer_side_px", 64.0), ("method", "nearest"))))
    assert steps_words(steps) == "Window 40/80, then Resize longer side 64 px, nearest"
