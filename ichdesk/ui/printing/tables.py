"""A table as pieces: its caption, its head, which every page repeats, and its rows."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPen

from ichdesk.report import look
from ichdesk.report.document import Table
from ichdesk.ui.printing import texts
from ichdesk.ui.printing.flow import CONTENT_PX, Piece
from ichdesk.ui.printing.texts import TextBlock, Type

_PADDING_PX, _DENSE_PX, _SIDE_PX = 5.0, 2.2, 6.0


def table_pieces(table: Table) -> Iterator[Piece]:
    """Rows stay whole; a total stays with the row above it."""
    caption = TextBlock(table.caption, texts.SOFT, CONTENT_PX)
    yield Piece(
        caption.height_px + 4, lambda p, y: caption.paint(p, 0, y), before_px=16, keeps_next=True
    )
    head = None
    if table.head:
        head = _row(table, table.head, texts.CELL_HEAD, look.LINE_STRONG)
        yield Piece(head.height_px, head.paint, keeps_next=True)
    last = len(table.rows) - 1
    for index, row in enumerate(table.rows):
        is_total = table.total and index == last
        type_ = texts.DENSE if table.dense else texts.CELL
        type_ = texts.CELL_HEAD if is_total else type_
        piece = _row(table, row, type_, look.LINE)
        keeps_next = table.total and index == last - 1
        yield Piece(piece.height_px, piece.paint, keeps_next=keeps_next, heading=head)


def _row(table: Table, row: Sequence[str], type_: Type, line: str) -> Piece:
    cells = list[tuple[float, TextBlock, TextBlock | None]]()
    left, padding = 0.0, _DENSE_PX if table.dense else _PADDING_PX
    for column, (text, share) in enumerate(zip(row, table.widths, strict=True)):
        first, _, remarks = text.partition("\n")
        width, right = share * CONTENT_PX - 2 * _SIDE_PX, column >= table.numbers_from
        below = TextBlock(remarks, texts.REMARK, width, right=right) if remarks else None
        is_name = column == 0 and not table.head
        first_type = texts.CELL_HEAD if is_name else type_
        cells.append((left + _SIDE_PX, TextBlock(first, first_type, width, right=right), below))
        left += share * CONTENT_PX
    tallest = max(text.height_px + (below.height_px if below else 0) for _, text, below in cells)

    def paint(painter: QPainter, y: float) -> None:
        for x, text, below in cells:
            text.paint(painter, x, y + padding)
            if below:
                below.paint(painter, x, y + padding + text.height_px)
        bottom = y + tallest + 2 * padding
        painter.setPen(QPen(QColor(line), 0.75))
        painter.drawLine(QPointF(0, bottom), QPointF(CONTENT_PX, bottom))

    return Piece(tallest + 2 * padding, paint)
