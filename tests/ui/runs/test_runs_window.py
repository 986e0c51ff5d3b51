"""The window of runs: the list, two of them side by side, names, notes, restoring, removing."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from ichdesk.core.run_comparison import Obstacle, RunComparison
from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.runs import runs_text as say
from ichdesk.ui.runs.pair_plot import LABELS
from ichdesk.ui.runs.run_model import ACCURACY, NAME, NUMBER, SETTINGS, TICK, csv_rows
from ichdesk.ui.runs.runs_window import RunsWindow
from ichdesk.ui.theme import Mode, Theme

TESTED = range(6)
Train = Callable[..., None]


@pytest.fixture
def session(live_session: Session, fill: Callable[..., None]) -> Session:
    fill(Bleed=9, Normal=9)
    return live_session


@pytest.fixture
def train(session: Session) -> Train:
    """Trains; the test images of these rows, class after class, come out wrong."""

    def train(*wrong: int, tested: range = TESTED, epochs: int = 2, **settings: object) -> None:
        session.set_config(replace(session.project.config, epochs=epochs, **settings))
        assert session.train()
        run = session.run
        rest = tuple(n for n in range(9) if n not in tested)
        test = (tuple(tested),) * 2
        session.handle(msg.SplitMade(run.request_id, (rest,) * 2, test, "cpu", (), SplitFacts()))
        answers, counts = np.zeros((2 * len(tested), 2), np.float32), np.zeros((2, 2), np.int64)
        for row in range(2 * len(tested)):
            truth = row // len(tested)
            called = 1 - truth if row in wrong else truth
            answers[row, called], answers[row, 1 - called] = 0.9 - 0.01 * row, 0.1 + 0.01 * row
            counts[truth, called] += 1
        for number in range(epochs):
            ended = (run.request_id, number, 0.9, 0.8, 0.5, 0.6, counts)
            session.handle(msg.EpochEnded(*ended))
        model = np.frombuffer(b"model", np.uint8)
        ended = (run.request_id, msg.Outcome.DONE, None, {}, answers)
        session.handle(msg.RunEnded(*ended, model=model))

    return train


@pytest.fixture
def theme() -> Theme:
    return Theme(Mode.LIGHT)


@pytest.fixture
def make(qtbot: QtBot, session: Session, bridge: Bridge, theme: Theme) -> Iterator[Callable]:
    made: list[RunsWindow] = []

    def make() -> RunsWindow:
        window = RunsWindow(session, theme, bridge.post)
        made.append(window)
        window.finished.connect(made.clear)
        bridge.subscribe(lambda change: window.refresh(change) if made else None)
        window.show()
        qtbot.waitActive(window)
        return window

    yield make
    for window in list(made):
        window.close()
    bridge.close()


def cells(window: RunsWindow, column: int) -> list[str]:
    """What a column shows, from the top."""
    model = window.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def press(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def type_name(qtbot: QtBot, window: RunsWindow, name: str) -> None:
    """Into the field that is open in the list."""
    field = window.table.findChild(QLineEdit)
    field.setText(name)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def settle(bridge: Bridge) -> Callable[[], None]:
    """Tells the last change now, which else comes at most 30 times a second."""
    return bridge._flush


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


def test_the_last_two_runs_stand_side_by_side(make: Callable[[], RunsWindow], train: Train) -> None:
    train(0, 1, 7)
    train(0, epochs=5, seed=4)
    window = make()
    assert cells(window, TICK) == ["B", "A"]
    assert cells(window, ACCURACY) == [
        "11 of 12 = 0.92 (0.65 to 0.99)",
        "9 of 12 = 0.75 (0.47 to 0.91)",
    ]
    assert cells(window, SETTINGS) == ["5 epochs, seed 4", "2 epochs, seed 0"]
    pane = window.pane
    assert [label.text() for label in pane.titles] == ["A: Run 1", "B: Run 2"]
    assert pane.differences.text() == (
        "A: 2 epochs; B: 5 epochs\nA: seed 0; B: seed 4\nThe images are the same."
    )
    assert pane.difference.text() == (
        "On the same 12 test images, B is right on 2 more than A: difference in accuracy +0.17 "
        "(95 % interval −0.12 to +0.45)."
    )
    assert pane.sides.text() == (
        "Right only in B: 2; right only in A: 0; right in both: 9; in neither: 1. That may be "
        "chance (exact McNemar test, p = 0.50)."
    )
    assert [len(side.grid.rows) for side in pane.lists] == [0, 2]
    assert pane.lists[1].title.text() == "Right only in B: 2 of 12 images"
    assert pane.matrices[0].table()[1][1:3] == ["4", "2"]


def test_curves_of_both_are_drawn(make: Callable[[], RunsWindow], train: Train) -> None:
    train(0)
    train(epochs=6)
    plot = make().pane.plots[0]
    assert [len(curve.getData()[0]) for curve in plot.curves] == [2, 2, 6, 6]
    styles = [curve.opts["pen"].style() for curve in plot.curves]
    assert styles[:2] == [Qt.PenStyle.SolidLine] * 2
    assert styles[2:] == [Qt.PenStyle.CustomDashLine] * 2
    colors = [curve.opts["pen"].color().name() for curve in plot.curves]
    assert colors[:2] == colors[2:]
    assert all(label in plot.accessibleDescription() for label in LABELS)


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
    press(qtbot, window.editor.name_button)
    type_name(qtbot, window, "x" * 200)
    qtbot.waitUntil(lambda: bool(session.notices))
    assert session.runs[1].name == "Bone window"
    assert "at most 100 characters" in session.notices[-1].text


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


def test_images_that_changed_sides_open_in_the_viewer(
    make: Callable[[], RunsWindow], train: Train, session: Session, qtbot: QtBot
) -> None:
    train(1)
    train()
    window = make()
    grid = window.pane.lists[1].grid
    (row,) = grid.rows
    assert (row.place.class_id, row.place.index) == (session.project.classes[0].id, 1)
    with qtbot.waitSignal(window.view_requested) as asked:
        grid.view_requested.emit(0)
    assert asked.args == [row.place.class_id, 1]
    session.remove_samples(session.project.classes[0].id, [1])
    assert grid.rows[0].place is None
    grid.view_requested.emit(0)  # it is not there any more


def test_other_test_images_are_told(make: Callable[[], RunsWindow], train: Train) -> None:
    train(0)
    train(tested=range(4, 8))
    pane = make().pane
    assert pane.facts.common == 4
    assert "A was tested on 12 images and B on 8; only the 4" in pane.caution.text()
    assert pane.difference.text().startswith("On the 4 test images of both runs, B is as often")


@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_every_obstacle_has_a_sentence(obstacle: Obstacle) -> None:
    assert say.sides_text(RunComparison(obstacle, (), 0, (1, 1))).endswith(".")


def test_runs_without_common_images_show_no_lists(
    make: Callable[[], RunsWindow], train: Train
) -> None:
    train(tested=range(4))
    train(tested=range(4, 9))
    pane = make().pane
    assert pane.facts.obstacle is Obstacle.NO_COMMON_IMAGE
    assert "tested on different images" in pane.sides.text()
    assert not pane.difference.isVisible()
    assert not any(side.isVisible() for side in pane.lists)
    assert pane.plots[0].isVisible()


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
    with (tmp_path / "runs.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == csv_rows(session.runs)
    assert (tmp_path / "runs.png").read_bytes()[1:4] == b"PNG"


def test_colors_follow_the_theme(
    make: Callable[[], RunsWindow], train: Train, theme: Theme
) -> None:
    train(0)
    train()
    window = make()
    before = window.grab(window.rect()).toImage().pixelColor(QPoint(400, 700))
    theme.set_mode(Mode.DARK)
    curve = window.pane.plots[0].curves[0]
    assert curve.opts["pen"].color().name().upper() == theme.palette.train.upper()
    assert before.isValid()


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
