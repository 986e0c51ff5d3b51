"""Figures with axes: curves over epochs, ROC and reliability."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from ichdesk.core.calibration import CalibrationBin
from ichdesk.core.evaluation import Figure
from ichdesk.core.notes import counted
from ichdesk.core.roc import Roc
from ichdesk.core.run import EpochMetrics
from ichdesk.report import look
from ichdesk.report.axes import SHARES, Axes, round_ticks
from ichdesk.report.drawing import Anchor, Disk, Drawing, Label, Mark, Point
from ichdesk.report.legends import DOT_PX, HALF_PX, key, subtitle, title
from ichdesk.report.words import count_text, interval_text, short, value_text

MOST_CURVES = len(look.CLASSES)
_TOP_PX, _LEFT_PX, _RIGHT_PX, _BELOW_PX = 46.0, 46.0, 8.0, 40.0
_MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Curve:
    """A line with its name in the legend; the second value of a point may be missing."""

    name: str
    color: str
    points: tuple[tuple[float, float | None], ...]
    dashed: bool = False


def epoch_chart(
    name: str,
    y_title: str,
    history: Sequence[EpochMetrics],
    values: Callable[[EpochMetrics], tuple[float | None, float | None]],
) -> Drawing:
    """A figure of training and of test images over the epochs, counted from 1.

    Args:
        name: Title of the drawing.
        y_title: What is measured, with its unit.
        history: At least one epoch.
        values: Takes the values of training and test out of an epoch.
    """
    step = -(-len(history) // _MOST_POINTS)
    kept = [*history[: len(history) - 1 : step], history[-1]]
    rows = [(epoch.epoch + 1, *values(epoch)) for epoch in kept]
    curves = (
        Curve("Training", look.TRAIN, tuple((n, train) for n, train, _ in rows)),
        Curve("Test", look.TEST, tuple((n, test) for n, _, test in rows), dashed=True),
    )
    known = [y for curve in curves for _, y in curve.points if y is not None and isfinite(y)]
    is_share = y_title.startswith("Accuracy")
    y_ticks = list(SHARES) if is_share else _ticks_over(max([*known, 0.1]))
    last = max(len(history), 2)
    axes = _axes(HALF_PX, 230.0, x=(1, last), y=(0, y_ticks[-1]))
    x_ticks = [1.0, *(tick for tick in round_ticks(0, last, 4) if tick > 1)]
    marks = axes.frame(x_ticks, y_ticks, "Epoch", y_title)
    marks += [mark for curve in curves for mark in _curve(axes, curve)]
    marks += [title(name), *_legend(curves, _LEFT_PX, 32)]
    alt = f"{name} over {len(history)} epochs. {_ends(curves)}"
    return Drawing(HALF_PX, 230.0, tuple(marks), alt)


def roc_chart(names: Sequence[str], curves: Sequence[tuple[int, Roc, Figure]]) -> Drawing:
    """ROC curves of classes against all others, with their AUC.

    Args:
        names: Of all classes.
        curves: Class, curve and AUC, at most `MOST_CURVES`.
    """
    height = 320.0 + 16 * (len(curves) - 1)
    axes = _axes(HALF_PX, height, below=48 + 16.0 * len(curves))
    marks = axes.frame(SHARES, SHARES, "1 − specificity", "Sensitivity")
    marks.append(axes.line(((0, 0), (1, 1)), look.LINE_STRONG, dashed=True))
    told = []
    for place, (index, roc, area) in enumerate(curves):
        color = look.CLASSES[index % len(look.CLASSES)]
        points = tuple((float(x), float(y)) for x, y in zip(roc.fpr, roc.tpr, strict=True))
        marks.append(axes.line(_thinned(points), color))
        y = height - 16.0 * (len(curves) - place) + 8
        text = f"{short(names[index], 18)}: AUC {value_text(area)} ({interval_text(area)})"
        marks += key(color, text, _LEFT_PX, y)
        told.append(f"{text}, n = {count_text(area)}")
    n = max((area.n for _, _, area in curves), default=0)
    marks.append(title("ROC: one class against all others"))
    marks.append(subtitle(f"Dashed: guessing. n = {counted(n, 'test image')}"))
    return Drawing(HALF_PX, height, tuple(marks), f"ROC curves. {'; '.join(told)}.")


def reliability_chart(bins: Sequence[CalibrationBin]) -> Drawing:
    """Share of right answers over confidence, a dot with its interval and n for each bin."""
    height = 320.0
    axes = _axes(HALF_PX, height, below=64.0)
    marks = axes.frame(SHARES, SHARES, "Confidence of the answer", "Share of right answers")
    marks.append(axes.line(((0, 0), (1, 1)), look.LINE_STRONG, dashed=True))
    told = []
    for each in bins:
        low, high = each.interval
        x, y = axes.at(each.confidence, each.accuracy)
        marks.append(axes.line(((each.confidence, low), (each.confidence, high)), look.ACCENT))
        marks.append(Disk((x, y), DOT_PX, look.ACCENT))
        above = axes.at(each.confidence, high)[1] - 4
        marks.append(Label((x, above), f"{each.n}", look.TEXT_SOFT, Anchor.MIDDLE, 9))
        told.append(f"confidence {each.confidence:.2f}, {each.correct} of {each.n} right")
    marks += [title("Reliability"), subtitle("Numbers: answers in the bin. Dashed: honest")]
    return Drawing(HALF_PX, height, tuple(marks), f"Reliability diagram: {'; '.join(told)}.")


def _ticks_over(highest: float) -> list[float]:
    """From 0 to the first round number that is not below the highest value."""
    ticks = round_ticks(0.0, highest)
    return ticks if ticks[-1] >= highest else [*ticks, round(ticks[-1] + ticks[1], 10)]


def _axes(
    width: float,
    height: float,
    *,
    below: float = _BELOW_PX,
    x: tuple[float, float] = (0.0, 1.0),
    y: tuple[float, float] = (0.0, 1.0),
) -> Axes:
    inner = width - _LEFT_PX - _RIGHT_PX
    return Axes((_LEFT_PX, _TOP_PX), inner, height - _TOP_PX - below, x, y)


def _legend(curves: Sequence[Curve], x: float, y: float) -> list[Mark]:
    marks = list[Mark]()
    for index, curve in enumerate(curves):
        marks += key(curve.color, curve.name, x + 90 * index, y, dashed=curve.dashed)
    return marks


def _curve(axes: Axes, curve: Curve) -> list[Mark]:
    """Pieces between missing values; what is above the axes is left out."""
    pieces: list[list[Point]] = [[]]
    for x, y in curve.points:
        if y is not None and isfinite(y):
            pieces[-1].append((x, y))
        elif pieces[-1]:
            pieces.append([])
    marks = list[Mark]()
    for piece in filter(None, pieces):
        if len(piece) == 1:
            marks.append(Disk(axes.at(*piece[0]), DOT_PX, curve.color))
        else:
            marks.append(axes.line(piece, curve.color, dashed=curve.dashed))
    return marks


def _ends(curves: Sequence[Curve]) -> str:
    told = []
    for curve in curves:
        known = [y for _, y in curve.points if y is not None and isfinite(y)]
        told.append(f"{curve.name}: {f'{known[-1]:.2f} at the end' if known else 'not known'}")
    return f"{'; '.join(told)}."


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    """Without the points inside straight lines along an axis, which a ROC curve is made of."""
    kept = list[Point](points[:1])
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        if not (before[0] == point[0] == after[0] or before[1] == point[1] == after[1]):
            kept.append(point)
    return [*kept, *points[-1:]]
