"""Two runs side by side: results, curves, matrices, and the images that changed sides."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ichdesk.core.run_comparison import Obstacle, RunComparison
from ichdesk.session.session import Session
from ichdesk.ui.runs import runs_text as say
from ichdesk.ui.runs.pair_plot import LABELS
from ichdesk.ui.runs.run_model import ACCURACY, SETTINGS, TICK
from ichdesk.ui.runs.runs_window import RunsWindow
from ichdesk.ui.theme import Mode, Theme
from tests.ui.runs.conftest import Train, cells


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


def test_colors_follow_the_theme(
    make: Callable[[], RunsWindow], train: Train, theme: Theme
) -> None:
    train(0)
    train()
    plot = make().pane.plots[0]
    before = plot.curves[0].opts["pen"].color().name()
    theme.set_mode(Mode.DARK)
    after = plot.curves[0].opts["pen"].color().name()
    assert after.upper() == theme.palette.train.upper()
    assert after != before
