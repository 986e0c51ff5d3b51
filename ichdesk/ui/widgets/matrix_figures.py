"""What the cells of a confusion matrix say: counts, or percents of their row."""

from dataclasses import dataclass

import numpy as np

from ichdesk.core.metrics import Counts
from ichdesk.ui.cards.output_bars import percent_text

PERCENT = " %"


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts (C, C), row = class, column = prediction, and how they are shown.

    Attributes:
        as_percent: Whether cells show the share of their row instead of the count.
    """

    counts: Counts
    names: tuple[str, ...]
    as_percent: bool = False

    @staticmethod
    def none() -> "Figures":
        """No class, no count."""
        return Figures(np.zeros((0, 0), np.int64), ())

    def n(self, row: int) -> int:
        """Test images of a class."""
        return int(self.counts[row].sum())

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        count = int(self.counts[row, column])
        if not self.as_percent:
            return f"{count}"
        n = self.n(row)
        return percent_text(count / n) if n else "–"

    @property
    def widest_text(self) -> str:
        """The longest text of a cell."""
        rows = range(len(self.names))
        texts = (self.text(row, column) for row in rows for column in rows)
        return max(texts, key=len, default="")

    def row_note(self, row: int) -> str:
        """What stands beside the name of a class: no percent without its n."""
        return f"n = {self.n(row):,}" if self.as_percent else ""

    def strength(self, row: int, column: int) -> float:
        """Place of a cell on the color scale, 0 to 1."""
        return int(self.counts[row, column]) / max(1, self._top(row))

    @property
    def scale(self) -> tuple[str, str, str]:
        """Title, upper and lower end of the color scale."""
        if self.as_percent:
            return "Row share", "100 %", "0 %"
        return "Images", f"{max(1, self._top(0)):,}", "0"

    def sentence(self, row: int, column: int) -> str:
        """What a cell says."""
        n, count = self.n(row), int(self.counts[row, column])
        verdict = "correctly called" if row == column else "called"
        percent = f" ({self.text(row, column)})" if self.as_percent and n else ""
        name = self.names[row]
        return f"{name}: {count:,} of {n:,} test images{percent} {verdict} {self.names[column]}"

    def table(self) -> list[list[str]]:
        """The counts with headings, a row for each class; [] without classes."""
        if not self.names:
            return []
        rows = [["Class", *(f"Called {name}" for name in self.names), "n"]]
        for row, name in enumerate(self.names):
            rows.append(
                [name, *(str(count) for count in self.counts[row].tolist()), f"{self.n(row)}"]
            )
        return rows

    def _top(self, row: int) -> int:
        """The count with the strongest color."""
        return self.n(row) if self.as_percent else int(self.counts.max())
