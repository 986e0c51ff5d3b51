"""From a cell of the confusion matrix to its images, over several runs."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.steps import DEFAULT_STEPS, Step
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.cell_images import CellImages
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.panels.confusion_matrix import ConfusionMatrixPanel
from ichdesk.ui.theme import Mode
from tests.ui.cell_images.hands import ERRORS, finish, opened, positions, select, told
from tests.ui.conftest import jpeg

# --- opening ---------------------------------------------------------------------------------


def test_enter_on_a_cell_opens_its_images(
    qtbot: QtBot, window: MainWindow, panel: ConfusionMatrixPanel, ids: tuple[int, int]
) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(panel.matrix, key)
    images = opened(qtbot, window)
    assert images.cell == ids
    assert images.title_label.text() == "3 of 6 Bleed images were called Normal"
    assert images.windowTitle().startswith("3 of 6 Bleed images")
    assert not images.isModal()


def test_a_click_on_a_cell_opens_its_images(
    qtbot: QtBot, window: MainWindow, panel: ConfusionMatrixPanel
) -> None:
    middle = panel.matrix._layout().rect(1, 1).center().toPoint()
    qtbot.mouseClick(panel.matrix, Qt.MouseButton.LeftButton, pos=middle)
    images = opened(qtbot, window)
    assert images.title_label.text() == "6 of 6 Normal images were correctly called Normal"
    assert len(images.grid.rows) == 6


def test_all_errors_is_one_button(
    qtbot: QtBot, window: MainWindow, panel: ConfusionMatrixPanel
) -> None:
    panel.errors_button.click()
    images = opened(qtbot, window)
    assert images.title_label.text() == "3 of 12 test images were called wrong"
    assert images.cell_choice.currentText() == "All errors (3)"
    assert [images.cell_choice.itemText(i) for i in range(1, images.cell_choice.count())] == [
        "Bleed called Normal (3)",
        "Bleed correctly called Bleed (3)",
        "Normal correctly called Normal (6)",
    ]


def test_a_second_cell_comes_into_the_same_window(
    window: MainWindow, images: CellImages, ids: tuple[int, int]
) -> None:
    window.companions.show_cell_images((ids[0], ids[0]))
    assert window.companions.get("cell-images") is images
    assert images.title_label.text() == "3 of 6 Bleed images were correctly called Bleed"


def test_an_empty_cell_says_so(images: CellImages, ids: tuple[int, int]) -> None:
    images.show_cell((ids[1], ids[0]))
    assert images.title_label.text() == "0 of 6 Normal images were called Bleed"
    assert images.empty_label.isVisible()
    assert not images.view_button.isEnabled()


def test_without_a_run_it_says_what_to_do(
    qtbot: QtBot, window: MainWindow, session: Session
) -> None:
    window.companions.show_cell_images(None)
    images = opened(qtbot, window)
    assert "Train a model" in images.empty_label.text()
    assert session.train()
    qtbot.waitUntil(lambda: "listed here when it has ended" in images.empty_label.text())
    finish(session)
    qtbot.waitUntil(lambda: len(images.grid.rows) == len(ERRORS))


# --- order and words -------------------------------------------------------------------------


def test_the_surest_error_comes_first_and_says_how_sure(images: CellImages) -> None:
    assert positions(images) == [1, 2, 0]
    assert told(images)[0] == "Bleed image, called Normal with 95 %; Bleed got 5 %."


@pytest.mark.parametrize(
    ("order", "expected"), [("Least confident first", [0, 2, 1]), ("In the order", [0, 1, 2])]
)
def test_the_order_can_be_chosen(images: CellImages, order: str, expected: list[int]) -> None:
    row = images.order_choice.findText(order, Qt.MatchFlag.MatchStartsWith)
    images.order_choice.setCurrentIndex(row)
    images.order_choice.activated.emit(row)
    assert positions(images) == expected


def test_a_choice_above_the_list_changes_the_cell(images: CellImages) -> None:
    images.cell_choice.setCurrentIndex(3)
    images.cell_choice.activated.emit(3)
    assert images.title_label.text() == "6 of 6 Normal images were correctly called Normal"


def test_renamed_and_deleted_classes_are_called_as_now(
    images: CellImages, session: Session, ids: tuple[int, int]
) -> None:
    session.rename_class(ids[0], "Subdural & <b>")
    session.delete_class(ids[1])
    assert images.title_label.text() == "3 of 6 Subdural & <b> images were called Normal (deleted)"
    images.show_cell((ids[1], ids[1]))
    assert all(text.endswith("Removed since.") for text in told(images))
    assert images.since_label.text() == "Since the training, 6 were removed."


# --- runs ------------------------------------------------------------------------------------


def test_while_another_training_runs_it_keeps_the_last_one(
    qtbot: QtBot, images: CellImages, session: Session, ids: tuple[int, int]
) -> None:
    session.remove_samples(ids[0], [1])
    assert session.train()
    qtbot.waitUntil(lambda: "before the one that is going" in images.chip.text())
    assert len(images.grid.rows) == 3
    finish(session)
    qtbot.waitUntil(lambda: not images.chip.isVisible())
    assert all(row.place is not None for row in images.grid.rows)


def test_after_a_canceled_training_it_says_whose_answers_it_shows(
    qtbot: QtBot, images: CellImages, session: Session
) -> None:
    session.set_config(replace(session.project.config, epochs=7))
    assert session.train()
    finish(session, outcome=msg.Outcome.CANCELLED)
    qtbot.waitUntil(lambda: images.chip.text().startswith("The last training was canceled"))
    assert len(images.grid.rows) == 3


def test_a_run_without_that_class_shows_all_errors(
    images: CellImages, session: Session, ids: tuple[int, int], store: SampleStore
) -> None:
    session.add_class()
    third = session.project.classes[-1].id
    session.move_samples(ids[1], [0, 1, 2, 3, 4, 5, 6, 7], third)
    finish(session)
    images.refresh(Change.RUN)
    assert images.cell is None
    assert images.title_label.text() == "3 of 12 test images were called wrong"


def test_answers_that_were_not_kept_are_not_made_up(images: CellImages, session: Session) -> None:
    assert session.run is not None
    session.run.test_probabilities = None
    images._run = None
    images.refresh(Change.RUN)
    assert "not kept" in images.empty_label.text()


def test_another_project_empties_it(images: CellImages, session: Session) -> None:
    session.new()
    assert "Train a model" in images.empty_label.text()
    assert not images.cell_choice.isEnabled()


# --- the window ------------------------------------------------------------------------------


def test_two_thousand_images_decode_only_what_is_seen(
    qtbot: QtBot, window: MainWindow, session: Session, store: SampleStore
) -> None:
    sample = store.add(jpeg(3))
    bins = tuple(
        ClassBin(name, tuple(replace(sample, sha256=f"{name}{k}") for k in range(1000)))
        for name in ("Bleed", "Normal")
    )
    session._replace_project(Project(bins), None)
    finish(session, 1000)
    wanted: list[int] = []
    window.companions.show_cell_images((bins[1].id, bins[1].id))
    images = opened(qtbot, window)
    real = images._thumbnails.want

    def want(owner: int, samples: list[Sample]) -> None:
        wanted.append(len(samples))
        real(owner, samples)

    images._thumbnails.want = want
    assert len(images.grid.rows) == 1000
    images.grid.scrollToBottom()
    qtbot.waitUntil(lambda: bool(wanted) and images.is_settled)
    assert images.grid.visible_rows().stop == 1000
    assert 0 < max(wanted) < 100


def test_pictures_come_through_the_steps_of_the_run(
    qtbot: QtBot, images: CellImages, session: Session
) -> None:
    first, pictures = images.grid.rows[0].prediction.sample, images._thumbnails
    qtbot.waitUntil(lambda: pictures[first] is not None)
    assert session.set_steps([Step("window", (("level_hu", 600.0), ("width_hu", 2800.0)))])
    qtbot.waitUntil(images.chip.isVisible)
    assert pictures._steps == DEFAULT_STEPS
    finish(session)
    qtbot.waitUntil(lambda: pictures._steps == session.project.config.steps)


def test_keys_reach_every_part(qtbot: QtBot, images: CellImages) -> None:
    assert images.focusWidget() is images.grid
    for button in images.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text(), button
    for field in (images.cell_choice, images.order_choice, images.grid):
        assert field.accessibleName()
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus
    select(images, 0)
    qtbot.keyClick(images.grid, Qt.Key.Key_Escape)
    assert images.isVisible()
    with qtbot.waitSignal(images.finished):
        qtbot.keyClick(images.grid, Qt.Key.Key_Escape)


def test_it_goes_with_the_window(qtbot: QtBot, window: MainWindow, images: CellImages) -> None:
    with qtbot.waitSignal(images.finished):
        window.close_now()
    assert window.companions.get("cell-images") is None


def test_it_follows_the_theme(window: MainWindow, images: CellImages) -> None:
    shots = []
    for mode in (Mode.LIGHT, Mode.DARK):
        window.set_mode(mode)
        shots.append(images.grab().toImage())
    assert all(a != b for a, b in pairwise(shots))
