"""A list of thumbnails asks for what is seen, in one row or in many, and for nothing unseen."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from ichdesk.core.samples import Sample
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.thumbnail_list import Index, ThumbnailDelegate, ThumbnailList, ThumbnailModel
from ichdesk.ui.thumbnails import Thumbnails

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

COUNT = 100
CELL_PX = 50


class Wishes(Thumbnails):
    """Decodes nothing and remembers what was wanted last."""

    def __init__(self) -> None:
        super().__init__(lambda _: None)
        self.wanted: list[str] = []

    def want(self, owner: int, samples: Iterable[Sample]) -> None:
        self.wanted = [sample.sha256 for sample in samples]


class Numbers(ThumbnailModel):
    def __init__(self) -> None:
        super().__init__()
        self.show_others(COUNT)

    def told(self, row: int) -> str:
        return f"number {row}"


class NumberList(ThumbnailList):
    def sample_at(self, row: int) -> Sample:
        return Sample(Path(), 0, 1, str(row))


class Cells(ThumbnailDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802
        return QSize(CELL_PX, CELL_PX)


@pytest.fixture
def wishes(qtbot: QtBot) -> Iterator[Wishes]:
    wishes = Wishes()
    yield wishes
    wishes.close()


@pytest.fixture
def row(qtbot: QtBot, wishes: Wishes) -> NumberList:
    """One row, 4 and a half cells wide."""
    view = NumberList(Theme(Mode.LIGHT), wishes, Numbers())
    qtbot.addWidget(view)
    view.setItemDelegate(Cells(view, QRect(0, 0, CELL_PX, CELL_PX)))
    view.setFrameShape(view.Shape.NoFrame)
    view.setHorizontalScrollMode(view.ScrollMode.ScrollPerPixel)
    view.resize(4 * CELL_PX + CELL_PX // 2, 2 * CELL_PX)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def grid(row: NumberList) -> NumberList:
    """Rows of 4, of which 3 and a half are seen."""
    row.wrap_rows(CELL_PX)
    row.resize(5 * CELL_PX, 3 * CELL_PX + CELL_PX // 2)
    QApplication.processEvents()
    return row


def test_a_row_shows_what_is_between_its_ends(row: NumberList) -> None:
    assert row.visible_rows() == range(5)
    row.horizontalScrollBar().setValue(CELL_PX + 10)
    assert row.visible_rows() == range(1, 6)
    row.horizontalScrollBar().setValue(row.horizontalScrollBar().maximum())
    assert row.visible_rows() == range(95, COUNT)


def test_a_grid_shows_whole_rows(grid: NumberList) -> None:
    assert grid.visible_rows() == range(16)
    grid.verticalScrollBar().setValue(CELL_PX + 10)
    assert grid.visible_rows() == range(4, 20)
    grid.scrollToBottom()
    assert grid.visible_rows().stop == COUNT


def test_what_is_seen_is_wanted_and_a_little_more(row: NumberList, wishes: Wishes) -> None:
    row.horizontalScrollBar().setValue(10 * CELL_PX)
    expected = [str(number) for number in range(6, 19)]
    QApplication.processEvents()
    assert wishes.wanted == expected
    row.hide()
    assert wishes.wanted == []


def test_only_a_picture_that_is_seen_is_drawn_again(
    qtbot: QtBot, row: NumberList, wishes: Wishes, monkeypatch: pytest.MonkeyPatch
) -> None:
    QApplication.processEvents()
    painted: list[int] = []
    monkeypatch.setattr(
        row.itemDelegate(), "paint", lambda _painter, _option, index: painted.append(index.row())
    )
    wishes.ready.emit("50")
    QApplication.processEvents()
    assert painted == []
    wishes.ready.emit("2")
    qtbot.waitUntil(lambda: 2 in painted)


def test_keys_open_remove_and_select_nothing(qtbot: QtBot, row: NumberList) -> None:
    row.setFocus()
    qtbot.waitUntil(lambda: row.currentIndex().row() == 0)
    assert row.selected_rows == []
    qtbot.keyClick(row, Qt.Key.Key_Right)
    with qtbot.waitSignal(row.view_requested) as opened:
        qtbot.keyClick(row, Qt.Key.Key_Return)
    assert opened.args == [1]
    with qtbot.waitSignal(row.delete_requested):
        qtbot.keyClick(row, Qt.Key.Key_Delete)
    assert row.selected_rows == [1]
    qtbot.keyClick(row, Qt.Key.Key_Escape)
    assert row.selected_rows == []


def test_what_is_read_out_is_the_tooltip_too(row: NumberList) -> None:
    index = row.model().index(7, 0)
    for role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
        assert index.data(role) == "number 7"
    assert index.data() is None
