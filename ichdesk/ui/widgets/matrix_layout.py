"""Where the parts of a confusion matrix lie."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from ichdesk.ui.theme import GRID_PX

TITLE_PX = 2 * GRID_PX + 2
LABEL_PX = 88


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """In px; `x` and `y` are the top left corner of the cells."""

    x: float
    y: float
    cell: float
    classes: int

    @property
    def size(self) -> float:
        """Side of the square of all cells."""
        return self.cell * self.classes

    def rect(self, row: int, column: int) -> QRectF:
        """A cell."""
        x, y = self.x + column * self.cell, self.y + row * self.cell
        return QRectF(x, y, self.cell, self.cell)

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """The cell there, (row, column)."""
        if not self.cell:
            return None
        column = int((position.x() - self.x) // self.cell)
        row = int((position.y() - self.y) // self.cell)
        inside = 0 <= row < self.classes and 0 <= column < self.classes
        return (row, column) if inside else None

    def row_label(self, row: int) -> QRectF:
        """Place of the name of a class."""
        y = self.y + row * self.cell
        return QRectF(TITLE_PX, y, self.x - TITLE_PX - GRID_PX, self.cell)

    def column_label(self, column: int) -> QRectF:
        """Place of the name of a prediction, which is written upward."""
        x = self.x + column * self.cell
        return QRectF(x, self.y + self.size + GRID_PX, self.cell, LABEL_PX)
