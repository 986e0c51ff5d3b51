"""Shares of change that can be counted by hand."""

import numpy as np
import pytest

from ichdesk.imaging.step_effect import StepEffect, effect


def picture(*rows: tuple[int, int, int]) -> np.ndarray:
    return np.array([rows], np.uint8)


BLACK, GRAY, WHITE, RED = (0, 0, 0), (100, 100, 100), (255, 255, 255), (255, 0, 0)


def test_nothing_changes() -> None:
    same = picture(BLACK, GRAY, WHITE)
    assert effect(same, same) == StepEffect(gray_change=0, changed=0, colored=0)


def test_from_black_to_white_and_back_is_all() -> None:
    seen = effect(picture(BLACK, WHITE), picture(WHITE, BLACK))
    assert seen.gray_change == pytest.approx(1, abs=1e-5)
    assert (seen.changed, seen.colored) == (1, 0)


def test_one_pixel_of_four_turns_red() -> None:
    seen = effect(picture(GRAY, GRAY, GRAY, WHITE), picture(GRAY, RED, GRAY, WHITE))
    assert (seen.changed, seen.colored) == (0.25, 0.25)
    assert seen.gray_change == pytest.approx(abs(0.299 * 255 - 100) / 255 / 4, abs=1e-5)


def test_a_color_of_the_same_brightness_is_a_change_without_change_of_gray() -> None:
    seen = effect(picture((76, 76, 76)), picture(RED))
    assert seen.gray_change < 0.002
    assert seen.changed == 1


@pytest.mark.parametrize(("shades", "changed"), [(7, 0), (8, 1)])
def test_what_is_visible(shades: int, changed: int) -> None:
    brighter = (100 + shades,) * 3
    assert effect(picture(GRAY), picture(brighter)).changed == changed
    assert effect(picture(brighter), picture(GRAY)).changed == changed  # no wrap around in uint8


def test_only_the_second_picture_is_asked_for_color() -> None:
    assert effect(picture(RED), picture(GRAY)).colored == 0
