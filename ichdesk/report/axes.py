"""Axes with ticks and titles, and where a value lies on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from ichdesk.report import look
from ichdesk.report.drawing import LABEL_PX, Anchor, Label, Line, Mark, Point

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_TICK_GAP_PX = 6.0
_TITLE_GAP_PX = 30.0


@dataclass(frozen=True, slots=True)
class Axes:
    """A rectangle on a drawing and the values at its edges."""

    corner: Point
    width_px: float
    height_px: float
    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)

    def at(self, x: float, y: float) -> Point:
        """Where a point lies on the drawing."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        left, top = self.corner
        return left + across * self.width_px, top + (1 - up) * self.height_px

    def line(self, points: Sequence[Point], color: str, *, dashed: bool = False) -> Line:
        """A line through points in the units of the axes."""
        return Line(tuple(self.at(*point) for point in points), color, 1.8, dashed)

    def uprights(self, values: Sequence[float]) -> list[Mark]:
        """Thin lines from bottom to top."""
        ends = ((self.at(value, self.y[0]), self.at(value, self.y[1])) for value in values)
        return [Line(points, look.LINE) for points in ends]

    def frame(
        self, x_ticks: Sequence[float], y_ticks: Sequence[float], x_title: str, y_title: str
    ) -> list[Mark]:
        """Grid, numbers and titles."""
        marks = list[Mark]()
        for value in y_ticks:
            (left, y), (right, _) = self.at(self.x[0], value), self.at(self.x[1], value)
            marks.append(Line(((left, y), (right, y)), look.LINE))
            place = left - _TICK_GAP_PX, y + LABEL_PX / 3
            marks.append(Label(place, tick_text(value), look.TEXT_SOFT, Anchor.END))
        left, bottom = self.at(self.x[0], self.y[0])
        marks.append(Line(((left, bottom), (left + self.width_px, bottom)), look.LINE_STRONG))
        for value in x_ticks:
            x, _ = self.at(value, self.y[0])
            marks.append(Line(((x, bottom), (x, bottom + 3)), look.LINE_STRONG))
            place = x, bottom + LABEL_PX + _TICK_GAP_PX
            marks.append(Label(place, tick_text(value), look.TEXT_SOFT, Anchor.MIDDLE))
        marks += self._titles(x_title, y_title)
        return marks

    def _titles(self, x_title: str, y_title: str) -> list[Mark]:
        left, top = self.corner
        middle_x, middle_y = left + self.width_px / 2, top + self.height_px / 2
        below = top + self.height_px + _TITLE_GAP_PX + 4
        beside = left - _TITLE_GAP_PX - 4
        titles = (
            Label((middle_x, below), x_title, look.TEXT_SOFT, Anchor.MIDDLE),
            Label((beside, middle_y), y_title, look.TEXT_SOFT, Anchor.MIDDLE, turned=True),
        )
        return [title for title in titles if title.text]


def tick_text(value: float) -> str:
    """A number without digits that say nothing: "0", "0.25", "1,000"."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def round_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Numbers from `low` to `high` at steps of 1, 2 or 5 times a power of ten."""
    if high <= low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(s for s in (power, 2 * power, 5 * power, 10 * power) if s >= rough * 0.999)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]
