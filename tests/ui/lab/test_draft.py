"""Editing a list of steps: where a new one goes, and that what does not fit says why and stays."""

import pytest

from ichdesk.core.steps import DEFAULT_STEPS, Step
from ichdesk.imaging.pipeline import checked
from ichdesk.imaging.steps import STEPS
from ichdesk.ui.lab.draft import Draft


def names(draft: Draft) -> list[str]:
    return [step.name for step in draft.steps]


@pytest.mark.parametrize("name", STEPS.names())
def test_every_step_can_be_added_to_the_default_with_one_click(name: str) -> None:
    draft = Draft()
    draft.add(name)
    assert draft.problem == ""
    assert draft.current is not None
    assert draft.current.name == name
    assert draft.steps == checked(draft.steps)  # with every value said


def test_a_step_goes_as_far_down_as_it_fits() -> None:
    draft = Draft()
    for name in ("equalize", "crop_to_head", "resize"):
        draft.add(name)
    assert names(draft) == ["crop_to_head", "window", "equalize", "resize"]
    assert draft.remark == ""


def test_a_second_step_that_makes_the_picture_takes_the_place_of_the_first_and_says_so() -> None:
    draft = Draft((Step("window", (("level_hu", 30.0), ("width_hu", 100.0))),))
    draft.add("color_code")
    assert names(draft) == ["color_code"]
    assert dict(draft.steps[0].values)["level_hu"] == 30.0
    assert dict(draft.steps[0].values)["width_hu"] == 100.0
    assert "“Color code” took the place of “Window”" in draft.remark


def test_an_order_that_does_not_fit_is_kept_and_says_why() -> None:
    draft = Draft()
    draft.add("equalize")
    draft.move(-1)
    assert names(draft) == ["equalize", "window"]
    assert draft.selected == 0
    assert draft.problem.startswith("“Equalize” works on a picture")
    draft.move(1)
    assert names(draft) == ["window", "equalize"]
    assert draft.problem == ""


def test_no_step_goes_beyond_the_ends() -> None:
    draft = Draft()
    draft.move(-1)
    draft.move(1)
    assert draft.steps == DEFAULT_STEPS
    assert draft.selected == 0


def test_the_last_step_can_go_and_the_next_one_come() -> None:
    draft = Draft()
    draft.remove()
    assert draft.steps == ()
    assert draft.current is None
    assert "make no picture" in draft.problem
    draft.remove()
    draft.set_value("level_hu", 1.0)
    assert draft.steps == ()
    draft.add("window")
    assert draft.steps == DEFAULT_STEPS
    assert draft.problem == ""


def test_what_fits_nowhere_goes_last_until_something_fits() -> None:
    draft = Draft(())
    draft.add("equalize")
    draft.add("resize")
    assert names(draft) == ["equalize", "resize"]
    draft.add("window")
    assert names(draft) == ["window", "equalize", "resize"]
    assert draft.problem == ""


def test_a_value_changes_the_selected_step_only() -> None:
    draft = Draft()
    draft.add("equalize")
    draft.set_value("strength", 0.5)
    assert draft.steps == (*DEFAULT_STEPS, Step("equalize", (("strength", 0.5),)))
    draft.select(0)
    draft.set_value("width_hu", 200.0)
    assert dict(draft.steps[0].values) == {"level_hu": 40.0, "width_hu": 200.0}


def test_other_steps_keep_the_selection_inside() -> None:
    draft = Draft()
    draft.add("equalize")
    draft.take(DEFAULT_STEPS)
    assert draft.selected == 0
    draft.take(())
    assert draft.selected == -1
