"""Figures with a row for each thing: intervals, and the luck of repeated trainings."""

from collections.abc import Sequence

from ichdesk.core.evaluation import Figure
from ichdesk.report import look
from ichdesk.report.axes import SHARES, Axes
from ichdesk.report.drawing import Anchor, Disk, Drawing, Label, Line, Mark
from ichdesk.report.legends import DOT_PX, FULL_PX, TITLE_Y_PX, key, title
from ichdesk.report.words import count_text, interval_text, value_text

_LEFT_PX = 200.0


def interval_chart(rows: Sequence[tuple[str, Figure]]) -> Drawing:
    """Figures as dots on a line from 0 to 1 with their 95 % intervals."""
    left, right, row_px = _LEFT_PX, 130.0, 22.0
    height = 48.0 + row_px * len(rows)
    axes = Axes((left, 24.0), FULL_PX - left - right, row_px * len(rows))
    marks = [title("With their 95 % intervals")]
    marks += axes.uprights(SHARES)
    marks += axes.frame(SHARES, (), "", "")
    told = []
    for index, (name, figure) in enumerate(rows):
        y = 24.0 + row_px * (index + 0.5)
        marks.append(Label((left - 12, y + 4), name, look.TEXT, Anchor.END))
        marks.append(Label((FULL_PX - right + 14, y + 4), value_text(figure)))
        marks.append(Label((FULL_PX - right + 50, y + 4), count_text(figure), look.TEXT_SOFT))
        marks += _interval_marks(axes, figure, y)
        told.append(f"{name} {value_text(figure)}, {interval_text(figure)}")
    return Drawing(FULL_PX, height, tuple(marks), f"Intervals: {'; '.join(told)}.")


def luck_chart(rows: Sequence[tuple[str, Sequence[float]]], own: float | None) -> Drawing:
    """Test accuracies of repeated trainings as dots, a row per kind of repetition.

    Args:
        rows: Name of a kind, and its accuracies.
        own: That of the run itself.
    """
    left, row_px = _LEFT_PX, 44.0
    height = 72.0 + row_px * len(rows)
    axes = Axes((left, 26.0), FULL_PX - left - 16, row_px * len(rows))
    marks = [title("Test accuracy of trainings with other seeds")]
    marks += axes.uprights(SHARES)
    marks += axes.frame(SHARES, (), "Test accuracy", "")
    for index, (name, accuracies) in enumerate(rows):
        middle = 26.0 + row_px * (index + 0.5)
        marks.append(Label((left - 12, middle + 4), name, look.TEXT, Anchor.END))
        marks += _swarm(axes, accuracies, middle)
    if own is not None:
        marks.append(axes.line(((own, 0), (own, 1)), look.TEST, dashed=True))
        marks += key(look.TEST, "This training", FULL_PX - 110, TITLE_Y_PX - 4, dashed=True)
    return Drawing(FULL_PX, height, tuple(marks), f"Luck: {'; '.join(map(_luck_alt, rows))}.")


def _luck_alt(row: tuple[str, Sequence[float]]) -> str:
    name, accuracies = row
    return (
        f"{name}, {len(accuracies)} trainings from {min(accuracies):.2f} to {max(accuracies):.2f}"
    )


def _interval_marks(axes: Axes, figure: Figure, y: float) -> list[Mark]:
    if figure.value is None or figure.interval is None:
        return []
    low, high = (axes.at(end, 0)[0] for end in figure.interval)
    ends = [Line(((x, y - 4), (x, y + 4)), look.ACCENT, 1.5) for x in (low, high)]
    bar = Line(((low, y), (high, y)), look.ACCENT, 1.5)
    return [bar, *ends, Disk((axes.at(figure.value, 0)[0], y), DOT_PX + 0.5, look.ACCENT)]


def _swarm(axes: Axes, values: Sequence[float], middle: float) -> list[Mark]:
    """Equal values lie one above another around the middle, closer where there are many."""
    marks = list[Mark]()
    for value in sorted(set(values)):
        count = sum(other == value for other in values)
        gap = min(2 * DOT_PX, 36.0 / count)
        x = axes.at(value, 0)[0]
        for place in range(count):
            y = middle + gap * (place - (count - 1) / 2)
            marks.append(Disk((x, y), DOT_PX, look.ACCENT))
    return marks
