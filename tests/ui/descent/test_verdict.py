"""What is said about the three rates is what their figures say."""

import numpy as np
import pytest

from ichdesk.ui.descent.verdict import verdict
from ichdesk.ui.descent.ways import Picture
from tests.fakes.descents import descent, figures

HIGH = figures(0.9, 0.89, 0.88, 0.87, 0.86)


def said(**changed: np.ndarray) -> list[str]:
    return verdict(Picture.of(descent(**changed)), 10)


def test_the_own_rate_may_be_the_best() -> None:
    assert said() == [
        "Neither other rate ends clearly lower than that of this run, 0.001: its training loss is "
        "0.25 after 4 epochs (n = 50 training images).",
        "0.00001 is too small: the training loss crawls from 0.90 to 0.86.",
        "0.1 overshoots: the training loss jumps up to 1.90 and ends at 0.40.",
    ]


def test_the_own_rate_may_be_too_small() -> None:
    sentences = said(figures_1=HIGH, figures_2=figures(0.9, 0.6, 0.4, 0.3, 0.1))
    assert sentences == [
        "The rate of this run, 0.001, is too small for 4 epochs: 0.1 ends at a training loss of "
        "0.10 instead of 0.86 (n = 50 training images)."
    ]


def test_the_own_rate_may_be_too_large() -> None:
    sentences = said(figures_0=figures(0.9, 0.5, 0.2), figures_1=HIGH, figures_2=HIGH)
    assert "0.001, is too large for 4 epochs: 0.00001 ends" in sentences[0]
    assert len(sentences) == 1


def test_a_rate_that_learns_by_heart_is_told() -> None:
    better = figures(0.9, 0.6, 0.1)
    better[:, 2] = [1.0, 1.2, 1.4]
    assert said(figures_2=better)[1] == (
        "But on the 10 test images its loss is higher, 1.40 against 0.35: it has learned more of "
        "the others by heart."
    )
    better[:, 2] = np.nan
    assert not any("But" in sentence for sentence in said(figures_2=better))


def test_a_larger_rate_may_be_lost_or_just_worse() -> None:
    lost = said(figures_2=figures(0.9, 1.0, np.nan), diverged=np.array([0, 0, 2]))
    assert "0.1 is too large: in epoch 2 the loss grew beyond all numbers" in lost[-1]
    worse = said(figures_2=figures(0.9, 0.5, 0.5))
    assert worse[-1] == "0.1 is too large: it ends at a training loss of 0.50."
    alike = said(figures_2=figures(0.9, 0.5, 0.25))
    assert len(alike) == 2


def test_what_is_hardly_lower_is_not_called_better() -> None:
    tiny = said(figures_1=figures(0.9, 0.02, 0.02), figures_2=figures(0.9, 0.01, 0.001))
    assert tiny[0].startswith("Neither other rate")


def test_a_rate_that_does_nothing_stays_where_it_is() -> None:
    assert "stays at 0.90" in said(figures_0=figures(0.9, 0.9, 0.899))[1]


@pytest.mark.parametrize("missing", ["figures_0", "figures_2"])
def test_nothing_is_said_before_all_is_known(missing: str) -> None:
    arrays = descent()
    del arrays[missing]
    assert verdict(Picture.of(arrays), 10) == []
