"""Figures stay on their paper, whatever the numbers are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.calibration import calibration_bins
from ichdesk.core.evaluation import Figure
from ichdesk.core.metrics import confusion_matrix, wilson_interval
from ichdesk.core.roc import roc_curve
from ichdesk.core.run import EpochMetrics
from ichdesk.report import look
from ichdesk.report.axes import round_ticks, tick_text
from ichdesk.report.charts import (
    epoch_chart,
    reliability_chart,
    roc_chart,
)
from ichdesk.report.drawing import Box, Disk, Drawing, Label, Line
from ichdesk.report.matrix import matrix_drawing
from ichdesk.report.row_charts import interval_chart, luck_chart
from ichdesk.report.svg import svg

SHARES = st.floats(0, 1, width=32)


def points(drawing: Drawing) -> list[tuple[float, float]]:
    found = []
    for mark in drawing.marks:
        match mark:
            case Line():
                found += mark.points
            case Box():
                x, y = mark.corner
                found += [(x, y), (x + mark.width_px, y + mark.height_px)]
            case Disk():
                found.append(mark.center)
            case Label():
                found.append(mark.place)
    return found


def assert_on_paper(drawing: Drawing) -> None:
    found = np.array(points(drawing))
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found[:, 0].max() <= drawing.width_px
    assert found[:, 1].max() <= drawing.height_px
    assert drawing.alt


@given(
    st.lists(
        st.tuples(
            st.none() | SHARES,
            st.none() | st.floats(0, 1e6) | st.just(float("inf")) | st.just(float("nan")),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_curves(values: list[tuple[float | None, float | None]]) -> None:
    history = [EpochMetrics(i, acc, acc, loss, None) for i, (acc, loss) in enumerate(values)]
    assert_on_paper(epoch_chart("A", "Accuracy", history, lambda e: (e.acc, e.test_acc)))
    assert_on_paper(epoch_chart("L", "Loss (nats)", history, lambda e: (e.loss, e.test_loss)))


def test_a_curve_is_interrupted_where_nothing_was_measured() -> None:
    history = [EpochMetrics(i, v, None, None, None) for i, v in enumerate([0.1, 0.2, None, 0.4])]
    drawing = epoch_chart("A", "Accuracy", history, lambda e: (e.acc, e.test_acc))
    own = [mark for mark in drawing.marks if isinstance(mark, Line) and mark.color == look.TRAIN]
    dots = [mark for mark in drawing.marks if isinstance(mark, Disk)]
    assert len(own) == 2  # one of them in the legend
    assert len(dots) == 1


def test_long_trainings_keep_their_last_epoch() -> None:
    history = [EpochMetrics(i, i / 9_999, None, 1.0, None) for i in range(10_000)]
    drawing = epoch_chart("A", "Accuracy", history, lambda e: (e.acc, e.test_acc))
    curve = max((m for m in drawing.marks if isinstance(m, Line)), key=lambda m: len(m.points))
    assert len(curve.points) <= 402
    assert curve.points[-1] == pytest.approx((312.0, 46.0))


@given(st.lists(st.tuples(SHARES, st.booleans()), min_size=1, max_size=40))
def test_reliability(answers: list[tuple[float, bool]]) -> None:
    confidence = np.array([share for share, _ in answers], np.float64)
    right = np.array([is_right for _, is_right in answers])
    assert_on_paper(reliability_chart(calibration_bins(confidence, right)))


@given(st.lists(SHARES, min_size=2, max_size=40), st.integers(1, 6))
def test_roc(scores: list[float], classes: int) -> None:
    truth = np.arange(len(scores)) % 2 == 0
    curve = roc_curve(scores, truth)
    area = Figure(0.5, (0.2, 0.8), len(scores))
    drawing = roc_chart(["Name"] * 6, [(i, curve, area) for i in range(classes)])
    assert_on_paper(drawing)
    drawn = next(m for m in drawing.marks if isinstance(m, Line) and m.color == look.CLASSES[0])
    height = 320.0 + 16 * (classes - 1) - 46 - 48 - 16 * classes
    around = [
        (46 + 266 * x, 46 + height * (1 - y)) for x, y in zip(curve.fpr, curve.tpr, strict=True)
    ]
    assert area_under(drawn.points) == pytest.approx(area_under(around), abs=1e-6)


def area_under(curve: list[tuple[float, float]]) -> float:
    x, y = np.array(curve).T
    return float(np.trapezoid(y, x))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_intervals(hits: list[int]) -> None:
    rows = [(f"Class {i}", Figure(h / 9, wilson_interval(h, 9), 9, h)) for i, h in enumerate(hits)]
    assert_on_paper(interval_chart([*rows, ("Empty", Figure(None, None, 0, 0, "None."))]))


@given(st.lists(SHARES, min_size=1, max_size=50), st.none() | SHARES)
def test_luck(accuracies: list[float], own: float | None) -> None:
    assert_on_paper(luck_chart([("One", accuracies), ("Other", accuracies[:1])], own))


@given(st.integers(2, 10), st.randoms(use_true_random=False))
def test_matrix(classes: int, random: object) -> None:
    counts = confusion_matrix([0, 1, 1], [1, 1, 0], classes)
    drawing = matrix_drawing(counts, [f"Class {i}" * 5 for i in range(classes)])
    assert_on_paper(drawing)
    assert "1 called" in drawing.alt
    assert svg(drawing).count("<rect") == classes**2


@given(st.floats(1e-3, 1e6))
def test_ticks_are_round_and_few(high: float) -> None:
    ticks = round_ticks(0.0, high)
    assert ticks[0] == 0.0
    assert 2 <= len(ticks) <= 7
    assert ticks[-1] <= high * (1 + 1e-6)


def test_ticks_are_written_without_needless_digits() -> None:
    assert [tick_text(value) for value in (0.0, 0.25, 1000.0)] == ["0", "0.25", "1,000"]
