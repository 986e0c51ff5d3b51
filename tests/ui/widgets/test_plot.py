"""Curves are thinned without losing a peak, and ticks fall on round numbers."""

import numpy as np
import pytest

from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.widgets.plot import CurvePlot, round_step, round_top, thinned, whole_step


def test_a_short_curve_is_drawn_as_it_is() -> None:
    x = np.arange(1.0, 101.0)
    assert thinned(x, x)[1] is x


def test_a_long_curve_keeps_its_peaks_and_its_ends() -> None:
    x = np.arange(1.0, 9_998.0)
    y = np.zeros_like(x)
    y[1234], y[7777] = 5.0, -3.0
    thin_x, thin_y = thinned(x, y, 200)
    assert len(thin_x) == len(thin_y) <= 202
    assert (thin_y.max(), thin_y.min()) == (5.0, -3.0)
    assert x[0] <= thin_x[0] <= thin_x[-1] <= x[-1]


def test_a_gap_stays_a_gap() -> None:
    x = np.arange(1.0, 1001.0)
    y = np.ones_like(x)
    y[400:600] = np.nan
    assert np.isnan(thinned(x, y, 100)[1]).any()


@pytest.mark.parametrize(
    ("span", "step"), [(1, 1), (8, 1), (14, 2), (49, 10), (80, 10), (9_999, 2_000)]
)
def test_epochs_are_whole(span: float, step: int) -> None:
    assert whole_step(span) == step


@pytest.mark.parametrize(("span", "step"), [(1.0, 0.2), (0.8, 0.2), (0.04, 0.01), (7.0, 2.0)])
def test_steps_are_round(span: float, step: float) -> None:
    assert round_step(span) == pytest.approx(step)


def test_the_axis_ends_on_a_tick_above_the_data() -> None:
    assert round_top(np.array([0.73, np.nan])) == pytest.approx(0.8)
    assert round_top(np.array([np.nan])) == 1.0
    assert round_top(np.array([0.0])) == 1.0


@pytest.mark.parametrize("epochs", [1, 2, 500])
@pytest.mark.parametrize("test", [0.5, np.nan, np.inf])
def test_any_run_can_be_drawn(qtbot, epochs: int, test: float) -> None:
    plot = CurvePlot(Theme(Mode.LIGHT), "Epochs", "Loss", None)
    qtbot.addWidget(plot)
    plot.resize(380, 208)
    plot.show_curves(np.full(epochs, 0.5), np.full(epochs, test), 500)
    assert not plot.grab().isNull()
