"""The confusion matrix as a figure, and in words where it has too many classes for one."""

from collections.abc import Sequence

import numpy as np

from ichdesk.core.metrics import Counts
from ichdesk.report import look
from ichdesk.report.document import Block, Figure, Table
from ichdesk.report.drawing import Anchor, Box, Drawing, Label, Mark
from ichdesk.report.legends import FULL_PX
from ichdesk.report.words import listed, quoted, short, shown

MOST_CLASSES = 10
_MOST_CONFUSIONS = 15
_LEFT_PX, _TOP_PX, _ROW_PX, _GAP_PX = 190.0, 46.0, 38.0, 2.0
_WIDEST_CELL_PX = 110.0
_LETTER_PX = 6.2


def matrix_block(confusion: Counts, names: Sequence[str]) -> Block:
    """A figure, or a table of what was confused most."""
    if len(names) > MOST_CLASSES:
        return _confusions(confusion, names)
    caption = (
        "Confusion matrix of the test images: how many, and which share of the row. Correct "
        "answers lie on the diagonal."
    )
    return Figure((matrix_drawing(confusion, names),), caption)


def matrix_drawing(confusion: Counts, names: Sequence[str]) -> Drawing:
    """Counts and row percents; row = true class, column = what the model said."""
    n = len(names)
    cell = min(_WIDEST_CELL_PX, (FULL_PX - _LEFT_PX) / n)
    letters = int((cell - 4) / _LETTER_PX)
    middle, corner = _LEFT_PX + n * cell / 2, (_LEFT_PX - 10, _TOP_PX - 10)
    marks: list[Mark] = [
        Label((middle, 14), "What the model said", look.TEXT, Anchor.MIDDLE, 12, bold=True),
        Label(corner, "What the image is", look.TEXT, Anchor.END, 12, bold=True),
    ]
    for index, name in enumerate(names):
        x = _LEFT_PX + (index + 0.5) * cell
        marks.append(Label((x, _TOP_PX - 10), short(name, letters), look.TEXT_SOFT, Anchor.MIDDLE))
        y = _TOP_PX + (index + 0.5) * _ROW_PX + 4
        marks.append(Label((_LEFT_PX - 10, y), short(name, 26), look.TEXT_SOFT, Anchor.END))
        marks += _row(confusion[index].tolist(), index, cell)
    height = _TOP_PX + n * _ROW_PX + 4
    return Drawing(FULL_PX, height, tuple(marks), _alt(confusion, names))


def _row(counts: list[int], index: int, cell: float) -> list[Mark]:
    total, marks = sum(counts), list[Mark]()
    top = _TOP_PX + index * _ROW_PX
    for column, count in enumerate(counts):
        left = _LEFT_PX + column * cell
        share = count / total if total else 0.0
        fill = look.between(look.HEAT_LOW, look.HEAT_HIGH, share) if total else look.SHADE
        size = cell - _GAP_PX, _ROW_PX - _GAP_PX
        marks.append(Box((left, top), *size, fill))
        x, y = left + size[0] / 2, top + size[1] / 2
        right = column == index
        if not total:
            marks.append(Label((x, y + 4), "–", look.TEXT_SOFT, Anchor.MIDDLE))
            continue
        marks.append(Label((x, y), f"{count:,}", look.TEXT, Anchor.MIDDLE, 13, bold=right))
        text = f"{100 * share:.0f} %"
        marks.append(Label((x, y + 13), text, look.TEXT, Anchor.MIDDLE, 9.5))
    return marks


def _alt(confusion: Counts, names: Sequence[str]) -> str:
    rows = []
    for name, row in zip(names, confusion.tolist(), strict=True):
        said = [f"{count} called {quoted(n)}" for n, count in zip(names, row, strict=True) if count]
        rows.append(f"of {sum(row)} images of {quoted(name)}, {listed(said) or 'none was tested'}")
    return f"Confusion matrix: {'; '.join(rows)}."


def _confusions(confusion: Counts, names: Sequence[str]) -> Table:
    wrong = confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_CONFUSIONS]
    pairs = [divmod(int(place), len(names)) for place in order]
    rows = tuple(
        (shown(names[truth]), shown(names[said]), f"{wrong[truth, said]:,} of {total:,}")
        for truth, said in pairs
        if wrong[truth, said] and (total := int(confusion[truth].sum()))
    )
    head = ("What the image is", "What the model said", "Test images")
    caption = (
        f"The most frequent confusions; a matrix of {len(names)} classes does not fit on a page."
    )
    return Table(caption, head, rows, (0.4, 0.4, 0.2), numbers_from=2)
