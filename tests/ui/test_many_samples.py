"""Lists of thousands of images are laid out and selected without a call to Python for each."""

from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QStringListModel, Qt
from pytestqt.qtbot import QtBot

from ichdesk.core.samples import ClassBin, Sample
from ichdesk.ui.cards.sample_model import SampleModel
from ichdesk.ui.cards.sample_strip import SampleStrip
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.thumbnail_list import Index, ThumbnailModel
from ichdesk.ui.thumbnails import Thumbnails

MANY = 2_000
FEW = 200  # calls for what is in view

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def bin_of(count: int, *, tested: tuple[int, ...] = ()) -> ClassBin:
    samples = [Sample(Path("x"), i, 1, f"{i}", is_test=i in tested) for i in range(count)]
    return ClassBin("Bleed", tuple(samples))


@pytest.fixture
def strip(qtbot: QtBot) -> SampleStrip:
    thumbnails = Thumbnails(lambda _: None)
    view = SampleStrip(Theme(Mode.LIGHT), thumbnails, bin_of(MANY))
    qtbot.addWidget(view, before_close_func=lambda _: thumbnails.close())
    view.resize(400, view.height())
    view.show()
    qtbot.waitExposed(view)
    return view


def kinds(kind: type) -> list[type]:
    return [kind, *(k for below in kind.__subclasses__() for k in kinds(below))]


def test_qt_counts_the_rows_of_every_list_itself() -> None:
    asked = {"rowCount", "columnCount", "index", "parent"}
    known = [k for k in kinds(ThumbnailModel) if k.__module__.startswith("ichdesk")]
    assert SampleModel in known
    assert [
        k
        for k in known
        for base in k.__mro__
        if base is not QStringListModel
        and base.__module__.startswith("ichdesk")
        and asked & vars(base).keys()
    ] == []


def test_a_selection_of_all_asks_for_no_single_image(
    strip: SampleStrip, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, flags = list[int](), SampleModel.flags

    def counted(model: SampleModel, index: Index) -> Qt.ItemFlag:
        calls.append(index.row())
        return flags(model, index)

    monkeypatch.setattr(SampleModel, "flags", counted)
    strip.selectAll()
    assert strip.selected_rows == list(range(MANY))
    assert strip.has_selection
    assert strip._rows.packed(strip.selected_rows).formats() == strip._rows.mimeTypes()
    assert len(calls) < FEW


def test_a_selection_with_gaps_is_in_order(strip: SampleStrip) -> None:
    for row in (9, 3, 4, 1_500):
        index = strip.model().index(row)
        strip.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
    assert strip.selected_rows == [3, 4, 9, 1_500]


def test_rows_stay_where_only_the_other_side_has_changed(qtbot: QtBot) -> None:
    bin_ = bin_of(20, tested=(5, 6))
    model = SampleModel(bin_, is_test=True)
    fewer = ClassBin(bin_.name, bin_.samples[1:], id=bin_.id)
    with qtbot.assertNotEmitted(model.modelReset):
        assert not model.set_bin(fewer)
    assert model.positions == (4, 5)
    assert [sample.sha256 for sample in model.samples] == ["5", "6"]


def test_added_rows_leave_the_others_alone(qtbot: QtBot) -> None:
    bin_ = bin_of(20)
    model = SampleModel(bin_)
    more = ClassBin(bin_.name, (*bin_.samples, Sample(Path("x"), 99, 1, "99")), id=bin_.id)
    with qtbot.waitSignal(model.rowsInserted) as inserted, qtbot.assertNotEmitted(model.modelReset):
        assert not model.set_bin(more)
    assert inserted.args[1:] == [20, 20]
    assert model.count == 21
    with qtbot.waitSignal(model.modelReset):
        assert model.set_bin(bin_)
    assert model.count == 20
