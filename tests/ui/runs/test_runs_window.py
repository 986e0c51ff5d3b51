"""The window of runs: the list, two of them side by side, names, notes, restoring, removing."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from ichdesk.session.session import Session
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.runs import runs_text as say
from ichdesk.ui.runs.run_model import NAME, NUMBER, TICK, csv_rows
from ichdesk.ui.runs.runs_window import RunsWindow
from tests.ui.runs.conftest import Train, cells


def press(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def type_name(qtbot: QtBot, window: RunsWindow, name: str) -> None:
    """Into the field that is open in the list."""
    field = window.table.findChild(QLineEdit)
    field.setText(name)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_without_runs_it_says_what_to_do(make: Callable[[], RunsWindow]) -> None:
    window = make()
    assert window.empty_label.isVisible()
    assert window.empty_label.text() == say.NO_RUNS
    assert not window.table.isVisible()
    assert not window.save_button.isEnabled()


def test_one_run_asks_for_another(make: Callable[[], RunsWindow], train: Train) -> None:
    train()
    window = make()
    assert cells(window, NUMBER) == ["1 (in use)"]
    assert window.hint_label.text() == say.ONE_RUN
    assert not window.copy_button.isEnabled()
    assert window.table_button.isEnabled()


def test_any_two_runs_can_be_ticked(
    make: Callable[[], RunsWindow], train: Train, qtbot: QtBot
) -> None:
    for wrong in ((0,), (1,), (2,)):
        train(*wrong)
    window = make()
    table = window.table
    table.sortByColumn(NUMBER, Qt.SortOrder.AscendingOrder)
    table.choose(1)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert window.model.ticked == (1, 3)
    assert cells(window, TICK) == ["A", "", "B"]
    place = table.visualRect(table.model().index(1, TICK)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.model.ticked == (1, 2)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.model.ticked == (1,)
    assert window.hint_label.isVisible()
    assert window.hint_label.text() == say.TICK_TWO


def test_a_new_run_is_compared_with_the_one_before_unless_others_were_ticked(
    make: Callable[[], RunsWindow], train: Train, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    for wrong in ((0,), (1,)):
        train(*wrong)
    window = make()
    train(2)
    settle()
    assert window.model.ticked == (2, 3)
    window.model.tick([1, 3])
    train(3)
    settle()
    assert window.model.ticked == (1, 3)
    assert cells(window, NUMBER)[0] == "4 (in use)"


def test_a_run_is_named_in_the_list(
    make: Callable[[], RunsWindow],
    train: Train,
    session: Session,
    qtbot: QtBot,
    settle: Callable[[], None],
) -> None:
    train()
    window = make()
    window.table.setFocus()
    qtbot.keyClick(window.table, Qt.Key.Key_F2)
    type_name(qtbot, window, " Bone window ")
    qtbot.waitUntil(lambda: session.runs[1].name == "Bone window")
    settle()
    assert cells(window, NAME) == ["Bone window"]
    qtbot.waitUntil(lambda: window.table.findChild(QLineEdit) is None)  # it goes a moment later
    press(qtbot, window.editor.name_button)
    assert window.table.findChild(QLineEdit).maxLength() == 100
    type_name(qtbot, window, "")
    qtbot.waitUntil(lambda: session.runs[1].name == "")


def test_a_note_is_kept_when_the_field_is_left(
    make: Callable[[], RunsWindow],
    train: Train,
    session: Session,
    qtbot: QtBot,
    settle: Callable[[], None],
) -> None:
    train()
    train()
    window = make()
    note = window.editor.note
    assert window.table.number == 2
    note.setPlainText("first try\nbetter than I thought")
    window.table.choose(1)
    settle()
    assert session.runs[2].note == "first try\nbetter than I thought"
    assert note.toPlainText() == ""
    note.setPlainText("x" * 3000)
    assert len(note.toPlainText()) == 2000
    window.close()
    assert len(session.runs[1].note) == 2000


def test_tab_goes_through_all_of_it(
    make: Callable[[], RunsWindow], train: Train, qtbot: QtBot
) -> None:
    train(0)
    train(1)
    train(2)
    window = make()
    window.table.choose(1)
    window.table.setFocus()
    met = []
    for _ in range(12):
        met.append(window.focusWidget())
        qtbot.keyClick(met[-1], Qt.Key.Key_Tab)
    editor, pane = window.editor, window.pane
    assert met == [
        *(window.table, editor.note, editor.restore_button, editor.name_button),
        *(editor.remove_button, window.trial_bar.button),
        *(window.copy_button, window.table_button, window.save_button, window.help_button),
        *(pane.lists[0].grid, pane.lists[1].grid),
    ]


def test_a_run_is_restored(
    make: Callable[[], RunsWindow],
    train: Train,
    session: Session,
    qtbot: QtBot,
    settle: Callable[[], None],
) -> None:
    train(seed=1)
    train(seed=2)
    window = make()
    editor = window.editor
    assert not editor.restore_button.isEnabled()
    assert editor.caption.text() == say.IN_USE
    window.table.choose(1)
    press(qtbot, editor.restore_button)
    settle()
    assert session.run is session.runs[1].run
    assert session.project.config.seed == 1
    assert cells(window, NUMBER) == ["2", "1 (in use)"]
    assert not editor.restore_button.isEnabled()
    session.undo()
    assert editor.restore_button.isEnabled()  # its settings are not those of the project
    session.train()
    settle()
    assert editor.caption.text() == say.TRAINING


def test_a_run_is_removed_and_brought_back(
    make: Callable[[], RunsWindow],
    train: Train,
    session: Session,
    qtbot: QtBot,
    settle: Callable[[], None],
) -> None:
    train()
    train()
    window = make()
    assert not window.editor.remove_button.isEnabled()
    window.table.choose(1)
    qtbot.keyClick(window.table, Qt.Key.Key_Delete)
    settle()
    assert cells(window, NUMBER) == ["2 (in use)"]
    assert window.removed_label.text() == "Run 1 was removed."
    press(qtbot, window.back_button)
    settle()
    assert cells(window, NUMBER) == ["2 (in use)", "1"]
    assert not window.back_button.isVisible()


def test_a_note_on_a_run_that_is_removed_goes_with_it(
    make: Callable[[], RunsWindow],
    train: Train,
    session: Session,
    qtbot: QtBot,
    settle: Callable[[], None],
) -> None:
    train()
    train()
    window = make()
    window.table.choose(1)
    window.editor.note.setPlainText("typed last")
    window.editor.remove_requested.emit(1)
    settle()
    assert [kept.number for kept in session.runs] == [2]
    assert session.runs[2].note == ""


def test_the_table_and_the_picture_can_be_copied_and_saved(
    make: Callable[[], RunsWindow],
    train: Train,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    train(0)
    train()
    session.rename_run(1, "=1+1, a name")
    window = make()
    press(qtbot, window.table_button)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["Run", "1", "2 (in use)"]
    press(qtbot, window.copy_button)
    image = QGuiApplication.clipboard().image()
    assert image.width() > 2 * window.pane.width()
    for name in ("runs.csv", "runs.png"):
        path = tmp_path / name
        monkeypatch.setattr("ichdesk.ui.runs.runs_window.ask_save_path", lambda *_, p=path: p)
        press(qtbot, window.save_button)
    with (tmp_path / "runs.csv").open(encoding="utf-8-sig", newline="") as file:
        head, first, *others = csv.reader(file)
    assert first[1] == "'=1+1, a name"  # no formula
    first[1] = first[1][1:]
    assert [head, first, *others] == csv_rows(session.runs)
    assert (tmp_path / "runs.png").read_bytes()[1:4] == b"PNG"


def test_ctrl_r_opens_it_and_edits_reach_it(
    window: MainWindow, session: Session, train: Train, qtbot: QtBot
) -> None:
    train(0)
    train()
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    runs = window.companions.get("runs")
    assert isinstance(runs, RunsWindow)
    qtbot.waitUntil(lambda: runs.is_settled)
    bleed = session.project.classes[0].id
    session.rename_class(bleed, "Blood")
    assert runs.pane.matrices[0].table()[0][1] == "Called Blood"
    runs.close()
    assert window.companions.get("runs") is None


def test_under_the_hood_has_a_way_to_it_once_there_is_a_run(
    window: MainWindow, session: Session, train: Train, qtbot: QtBot
) -> None:
    window.show_under_the_hood(True)
    hood = window._under_the_hood
    assert not hood.runs_button.isVisible()
    train()
    qtbot.waitUntil(hood.runs_button.isVisible)
    press(qtbot, hood.runs_button)
    assert isinstance(window.companions.get("runs"), RunsWindow)
