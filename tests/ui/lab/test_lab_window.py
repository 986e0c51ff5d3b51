"""The lab in the window: edits reach the project, pictures follow, undo comes back, keys work."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.steps import DEFAULT_STEPS, Step
from ichdesk.imaging.step_text import steps_words
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.lab.lab_window import LabWindow
from ichdesk.ui.lab.step_form import ChoiceRow, RangeRow
from ichdesk.ui.main_window import MainWindow
from tests.fakes.runs import end, epoch
from tests.ui.conftest import jpeg


@pytest.fixture
def project(live_session: Session, store: SampleStore, slices: list[Sample]) -> Project:
    """Three slices and a ready-made image in one class, three slices in the other."""
    ready_made = store.add(jpeg(9))
    bins = (ClassBin("Bleed", (*slices[:3], ready_made)), ClassBin("Normal", tuple(slices[3:])))
    live_session._replace_project(Project(bins), None)
    return live_session.project


@pytest.fixture
def lab(qtbot: QtBot, window: MainWindow, project: Project) -> LabWindow:
    window.menus.image_steps.trigger()
    lab = window.companions.get("image-steps")
    assert lab is not None
    qtbot.waitExposed(lab)
    settle(qtbot, lab)
    return lab


def settle(qtbot: QtBot, lab: LabWindow) -> None:
    qtbot.waitUntil(lambda: lab.preview.previews.is_idle, timeout=20_000)


def add(lab: LabWindow, name: str) -> None:
    actions: dict[str, QAction] = {a.data(): a for a in lab.steps.add_menu.actions()}
    actions[name].trigger()


def range_row(lab: LabWindow, name: str) -> RangeRow:
    row = lab.form.fields[name]
    assert isinstance(row, RangeRow)
    return row


def ready(session: Session) -> None:
    session.handle(msg.WorkerReady(1, ("cpu",), ("CPU, 2 threads",), ("ct-phantom",)))


def run_to_the_end(session: Session, correct: int) -> None:
    run = session.run
    assert run is not None
    session.handle(msg.SplitMade(run.request_id, ((1, 2), (1, 2)), ((0, 3), (0,)), "cpu"))
    epoch(session, 0, correct=correct)
    end(session)


def test_it_shows_the_steps_their_form_and_slices_of_every_class(lab: LabWindow) -> None:
    assert lab.steps.tree.topLevelItem(0).text(0) == "1  Window 40/80"
    assert set(lab.form.fields) == {"level_hu", "width_hu"}
    assert range_row(lab, "level_hu").number.text() == "40 HU"
    titles = [column.title for column in lab.preview.grid.columns]
    assert titles == ["Bleed 1", "Normal 1", "Bleed 2", "Normal 2"]
    assert all(column.pair.before is not None for column in lab.preview.grid.columns)
    assert lab.preview.effect_label.text() == "On the 4 slices shown, no pixel looks different."
    assert lab.preview.reach_label.text() == (
        "The steps apply to 6 slices in Hounsfield units; 1 ready-made image passes through "
        "unchanged. The next training computes the features of 6 slices anew."
    )


def test_a_color_code_takes_the_windows_place_in_project_pictures_and_thumbnails(
    qtbot: QtBot, lab: LabWindow, live_session: Session, window: MainWindow
) -> None:
    with qtbot.waitSignal(window.thumbnails.steps_changed):
        add(lab, "color_code")
    assert steps_words(live_session.project.config.steps) == "Color code 50 to 90 HU"
    assert "took the place of “Window”" in lab.chip.text()
    settle(qtbot, lab)
    assert lab.preview.grid.caption == "Now: Color code 50 to 90 HU"
    assert lab.preview.effect_label.text() == (
        "On the 4 slices shown, 5 % of the pixels look different on average; 4 % are in color."
    )
    assert lab.preview.before_choice.currentText() == "Default: Window 40/80"


def test_a_slider_moves_pictures_at_once_and_the_project_when_it_rests(
    qtbot: QtBot, lab: LabWindow, live_session: Session
) -> None:
    slider = range_row(lab, "width_hu").slider
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2 + 40, 9))
    qtbot.mouseMove(slider, QPoint(slider.width() // 2 + 60, 9))
    value = slider.number
    assert value > 80
    assert range_row(lab, "width_hu").number.value() == value
    assert lab.preview.grid.caption == f"Now: Window 40/{value:g}"
    assert live_session.project.config.steps == DEFAULT_STEPS
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton)
    expected = (Step("window", (("level_hu", 40.0), ("width_hu", value))),)
    qtbot.waitUntil(lambda: live_session.project.config.steps == expected)


def test_all_movements_are_one_undo_step_and_the_lab_follows_it(
    qtbot: QtBot, lab: LabWindow, live_session: Session
) -> None:
    for width in (90, 100, 150):
        range_row(lab, "width_hu").number.setValue(width)
        lab.apply()
    assert steps_words(live_session.project.config.steps) == "Window 40/150"
    live_session.undo()
    assert live_session.project.config.steps == DEFAULT_STEPS
    assert range_row(lab, "width_hu").number.value() == 80
    assert range_row(lab, "width_hu").slider.number == 80
    assert lab.steps.tree.topLevelItem(0).text(0) == "1  Window 40/80"
    live_session.redo()
    assert range_row(lab, "width_hu").number.value() == 150
    settle(qtbot, lab)


def test_a_change_after_training_is_an_undo_step_of_its_own(
    lab: LabWindow, live_session: Session
) -> None:
    ready(live_session)
    range_row(lab, "width_hu").number.setValue(150)
    lab.train_button.click()
    run_to_the_end(live_session, 3)
    range_row(lab, "width_hu").number.setValue(300)
    lab.apply()
    live_session.undo()
    assert steps_words(live_session.project.config.steps) == "Window 40/150"


def test_an_order_that_does_not_fit_says_why_and_the_project_keeps_its_own(
    qtbot: QtBot, lab: LabWindow, live_session: Session
) -> None:
    add(lab, "equalize")
    fitting = live_session.project.config.steps
    lab.steps.up_button.click()
    assert [step.name for step in lab.draft.steps] == ["equalize", "window"]
    assert "works on a picture" in lab.chip.text()
    assert "Until then the project keeps: Window 40/80, then Equalize" in lab.chip.text()
    assert live_session.project.config.steps == fitting
    live_session.rename_class(live_session.project.classes[0].id, "Hemorrhage")
    assert [step.name for step in lab.draft.steps] == ["equalize", "window"]
    lab.steps.down_button.click()
    assert not lab.chip.text()
    settle(qtbot, lab)
    while lab.draft.steps:
        lab.steps.remove_button.click()
    assert "make no picture" in lab.chip.text()
    assert not lab.form.fields
    assert live_session.project.config.steps == DEFAULT_STEPS  # the last that fitted
    lab.steps.reset_button.click()
    assert live_session.project.config.steps == DEFAULT_STEPS


def test_a_choice_reaches_the_project(lab: LabWindow, live_session: Session) -> None:
    add(lab, "resize")
    row = lab.form.fields["method"]
    assert isinstance(row, ChoiceRow)
    row.choice.setCurrentIndex(row.choice.findData("nearest"))
    row.choice.activated.emit(row.choice.currentIndex())
    lab.apply()
    assert dict(live_session.project.config.steps[-1].values)["method"] == "nearest"


def test_keys_alone_move_and_remove_steps_and_close_the_lab(
    qtbot: QtBot, lab: LabWindow, live_session: Session, window: MainWindow
) -> None:
    add(lab, "equalize")
    add(lab, "resize")
    lab.steps.tree.setFocus()
    qtbot.keyClick(lab.steps.tree, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    names = [step.name for step in live_session.project.config.steps]
    assert names == ["window", "resize", "equalize"]
    qtbot.keyClick(lab.steps.tree, Qt.Key.Key_Delete)
    names = [step.name for step in live_session.project.config.steps]
    assert names == ["window", "equalize"]
    field = range_row(lab, "strength").number
    field.selectAll()
    QTest.keyClicks(field, "0.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert lab.isVisible()
    qtbot.keyClick(lab, Qt.Key.Key_Escape)
    assert window.companions.get("image-steps") is None
    assert (
        steps_words(live_session.project.config.steps) == "Window 40/80, then Equalize strength 0.5"
    )


def test_pages_and_classes(qtbot: QtBot, lab: LabWindow, project: Project) -> None:
    pane = lab.preview
    assert pane.page_label.text() == "1 to 4 of 6"
    assert not pane.previous_button.isEnabled()
    pane.next_button.click()
    settle(qtbot, lab)
    assert [column.title for column in pane.grid.columns] == ["Bleed 3", "Normal 3"]
    assert not pane.next_button.isEnabled()
    pane.class_choice.setCurrentIndex(pane.class_choice.findData(project.classes[1].id))
    pane.class_choice.activated.emit(pane.class_choice.currentIndex())
    settle(qtbot, lab)
    assert [c.title for c in pane.grid.columns] == ["Normal 1", "Normal 2", "Normal 3"]


def test_slices_that_go_while_they_are_shown_go_from_the_lab(
    qtbot: QtBot, lab: LabWindow, live_session: Session
) -> None:
    lab.preview.next_button.click()
    for bin_ in live_session.project.classes:
        live_session.remove_samples(bin_.id, [0, 1])
    settle(qtbot, lab)
    assert [c.title for c in lab.preview.grid.columns] == ["Bleed 1", "Normal 1"]
    for bin_ in live_session.project.classes:
        live_session.remove_all_samples(bin_.id)
    assert lab.empty_label.isVisible()
    assert not lab.left.isEnabled()


def test_without_slices_it_says_what_to_do(
    qtbot: QtBot, window: MainWindow, fill: Callable[..., None]
) -> None:
    fill(Bleed=2, Normal=2)
    assert not window.canvas.surface.training_card.steps_row.isVisible()
    window.menus.image_steps.trigger()
    lab = window.companions.get("image-steps")
    assert lab is not None
    qtbot.waitExposed(lab)
    assert "Drop DICOM files" in lab.empty_label.text()
    assert lab.empty_label.isVisible()
    assert not lab.steps.add_button.isEnabled()


def test_the_row_of_the_card_names_the_steps_and_opens_the_lab_once(
    lab: LabWindow, window: MainWindow
) -> None:
    row = window.canvas.surface.training_card.steps_row
    assert row.isVisible()
    add(lab, "color_code")
    assert row.steps_label.text() == "Color code 50 to 90 HU"
    row.button.click()
    assert window.companions.get("image-steps") is lab


def test_training_from_the_lab_applies_what_is_set_and_shows_the_run_before(
    qtbot: QtBot, lab: LabWindow, live_session: Session, window: MainWindow
) -> None:
    ready(live_session)
    lab.train_button.click()
    run_to_the_end(live_session, 3)
    result = "Test accuracy 6 of 10 = 0.60 (95 % interval 0.31 to 0.83)"
    qtbot.waitUntil(lambda: lab.result_label.text() == result)
    assert not lab.train_button.isEnabled()
    add(lab, "color_code")
    range_row(lab, "low_hu").number.setValue(60)
    assert lab.train_button.isEnabled()
    lab.train_button.click()  # before the timer has applied it
    run_to_the_end(live_session, 4)
    assert live_session.run is not None
    assert steps_words(live_session.run.config.steps) == "Color code 60 to 90 HU"
    before = "Before: 6 of 10 = 0.60 (95 % interval 0.31 to 0.83)"
    changed = "Changed: Color code 60 to 90 HU instead of Window 40/80."
    now = "Now: 8 of 10 = 0.80 (95 % interval 0.49 to 0.94)"
    qtbot.waitUntil(lambda: lab.result_label.text() == f"{before}\n{now}")
    assert lab.changed_label.text() == changed
    assert lab.preview.before_choice.currentText() == "Training before: Window 40/80"
    card = window.canvas.surface.training_card
    assert card.comparison_label.text() == f"{before}\n{changed}"
    window.show_under_the_hood(True)
    hood = window._under_the_hood
    assert hood is not None
    assert hood.before_label.text() == before  # type: ignore[attr-defined]
    assert hood.comparison_label.text() == changed  # type: ignore[attr-defined]


def test_another_project_has_no_run_before(lab: LabWindow, live_session: Session) -> None:
    ready(live_session)
    for _ in range(2):
        live_session.train()
        run_to_the_end(live_session, 3)
    assert live_session.previous_run is not None
    live_session.new()
    assert live_session.previous_run is None
    assert not lab.result_label.text()
    assert not lab.changed_label.text()


def test_a_canceled_run_leaves_the_one_before_to_compare_with(
    lab: LabWindow,
    live_session: Session,
) -> None:
    ready(live_session)
    live_session.train()
    run_to_the_end(live_session, 3)
    first = live_session.run
    live_session.set_config(replace(live_session.project.config, seed=3))
    live_session.train()
    end(live_session, msg.Outcome.CANCELLED)
    live_session.train()
    assert live_session.previous_run is first


def test_closing_the_window_closes_the_lab(lab: LabWindow, window: MainWindow) -> None:
    range_row(lab, "width_hu").number.setValue(120)
    window.close_now()
    assert not lab.isVisible()


def test_thumbnails_stay_until_the_ones_through_the_new_steps_are_there(
    qtbot: QtBot, lab: LabWindow, window: MainWindow, slices: list[Sample]
) -> None:
    thumbnails = window.thumbnails
    qtbot.waitUntil(lambda: thumbnails.is_idle and slices[0] in thumbnails, timeout=20_000)
    before = thumbnails[slices[0]]
    assert before is not None
    add(lab, "color_code")
    assert slices[0] not in thumbnails
    assert thumbnails[slices[0]] is before
    qtbot.waitUntil(lambda: thumbnails.is_idle and slices[0] in thumbnails, timeout=20_000)
    after = thumbnails[slices[0]]
    assert after is not None
    assert after.toImage() != before.toImage()
