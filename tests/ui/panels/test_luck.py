"""The panel on luck: dots, words with their n, and a repetition from click to end."""

import pytest
from PySide6.QtCore import QPoint, Qt

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.worker_client import WorkerDied
from ichdesk.ui.panels.luck import LuckPanel
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.under_the_hood import UnderTheHood
from tests.fakes.runs import end, epoch, start, train


@pytest.fixture
def hood(qtbot, session: Session) -> UnderTheHood:
    hood = UnderTheHood(session, Theme(Mode.LIGHT))
    qtbot.addWidget(hood)
    hood.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    hood.resize(416, 900)
    hood.show()
    session.subscribe(hood.refresh)
    return hood


@pytest.fixture
def panel(hood: UnderTheHood) -> LuckPanel:
    return next(f.panel for f in hood.frames if isinstance(f.panel, LuckPanel))


def asked(session: Session) -> msg.RepeatTraining:
    return session._worker.last(msg.RepeatTraining)


def repeat(session: Session, *correct: int) -> None:
    for seed, number in enumerate(correct):
        session.handle(msg.RepeatEnded(asked(session).request_id, seed, number, 10))


def ended(session: Session, outcome: msg.Outcome = msg.Outcome.DONE) -> None:
    session.handle(msg.RepeatsEnded(asked(session).request_id, outcome))


def ten_seeds(panel: LuckPanel, session: Session) -> None:
    train(session)
    panel.controls.train_button.click()
    repeat(session, 6, 9, 7, 7, 6, 8, 8, 7, 7, 7)
    ended(session)


def test_the_button_repeats_the_run(panel: LuckPanel, session: Session) -> None:
    train(session)
    controls = panel.controls
    assert controls.train_button.text() == "Train again with 10 seeds"
    controls.number_field.setValue(20)
    assert controls.train_button.text() == "Train again with 20 seeds"
    controls.kind_buttons[True].click()
    controls.train_button.click()
    assert (asked(session).repeats, asked(session).same_split) == (20, True)


def test_the_number_is_from_5_to_50(panel: LuckPanel) -> None:
    field = panel.controls.number_field
    assert (field.minimum(), field.value(), field.maximum()) == (5, 10, 50)


def test_the_words_give_spread_range_and_numbers(panel: LuckPanel, session: Session) -> None:
    ten_seeds(panel, session)
    assert panel.summaries[False].text() == (
        "Other split: 0.720 ± 0.092 (mean ± standard deviation, 10 runs). "
        "Between 0.60 and 0.90 over 10 seeds, 10 test images each."
    )
    assert not panel.summaries[True].isVisible()
    assert "this run, seed 0, 6 of 10 right = 0.60" in panel.this_run.text()
    assert "never does" in panel.lesson.text()
    assert panel.table_rows()[:3] == [
        ["Kind", "Seed", "Correct", "Test images"],
        ["This run", "0", "6", "10"],
        ["Other split", "0", "6", "10"],
    ]
    assert len(panel.table_rows()) == 12


def test_it_shows_how_far_it_is(panel: LuckPanel, session: Session) -> None:
    train(session)
    controls = panel.controls
    controls.train_button.setFocus()
    controls.train_button.click()
    assert controls.progress_label.text().startswith("Waiting")
    assert controls.progress_bar.maximum() == 0
    session.handle(msg.FeaturesProgressed(asked(session).request_id, 20, 60, 0))
    assert controls.progress_label.text() == "Computing features 20 of 60"
    session.handle(msg.FeaturesProgressed(asked(session).request_id, 60, 60, 0))
    repeat(session, 6, 7)
    assert controls.progress_label.text() == "Trained 2 of 10 times"
    assert (controls.progress_bar.value(), controls.progress_bar.maximum()) == (2, 10)
    assert not controls.number_field.isEnabled()
    assert len(panel.strip.centers(0)) == 2
    ended(session)
    assert controls.train_button.isVisible()
    assert not controls.cancel_button.isVisible()


def test_cancel(panel: LuckPanel, session: Session) -> None:
    train(session)
    controls = panel.controls
    controls.train_button.click()
    repeat(session, 6)
    controls.cancel_button.click()
    assert session._worker.sent[-1] == msg.Cancel(asked(session).request_id)
    assert controls.cancel_button.text() == "Canceling…"
    assert not controls.cancel_button.isEnabled()
    ended(session, msg.Outcome.CANCELLED)
    assert controls.chip.text() == "Canceled after 1 of 10 trainings."
    assert "(1 run)" in panel.summaries[False].text()


def test_a_worker_that_dies_is_said(panel: LuckPanel, session: Session) -> None:
    train(session)
    panel.controls.train_button.click()
    session.handle(WorkerDied(True, "It ended."))
    assert "ended after 0 of 10" in panel.controls.chip.text()
    assert panel.controls.train_button.isEnabled()


def test_while_training_it_waits_and_says_so(panel: LuckPanel, session: Session) -> None:
    ten_seeds(panel, session)
    start(session)
    epoch(session, 0)
    assert not panel.controls.train_button.isEnabled()
    assert "A training is running" in panel.controls.chip.text()
    assert not panel.summaries[False].isVisible()
    end(session)
    assert panel.controls.train_button.isEnabled()
    assert not panel.controls.chip.isVisible()


def test_out_of_date_results_are_marked(
    hood: UnderTheHood, panel: LuckPanel, session: Session
) -> None:
    ten_seeds(panel, session)
    session.remove_samples(session.project.classes[0].id, [0])
    assert "Out of date" in hood.state_chip.text()
    assert not panel.controls.train_button.isEnabled()
    assert "train again first" in panel.controls.chip.text()


def test_dots_tell_their_seed(panel: LuckPanel, session: Session, qtbot) -> None:
    ten_seeds(panel, session)
    strip = panel.strip
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(strip, left, pos=strip.centers(0)[-1].toPoint())
    assert panel.sentence.text() == "Seed 1: 9 of 10 test images right = 0.90"
    qtbot.mouseClick(strip, left, pos=QPoint(1, strip.height() - 1))
    assert panel.sentence.text().startswith("Point at a dot")


def test_keys_go_from_dot_to_dot(panel: LuckPanel, session: Session, qtbot) -> None:
    ten_seeds(panel, session)
    strip = panel.strip
    strip.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert strip.accessibleDescription() == (
        "Seed 0, that of this run: 6 of 10 test images right = 0.60"
    )
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert strip.accessibleDescription().startswith("Seed 4: 6 of 10")
    qtbot.keyClick(strip, Qt.Key.Key_Down)  # past the kind that was not tried
    assert strip.accessibleDescription().startswith("this run")
    qtbot.keyClick(strip, Qt.Key.Key_Up)
    assert strip.accessibleDescription().startswith("Seed")


def test_dots_of_one_value_are_stacked_inside_their_band(
    panel: LuckPanel, session: Session
) -> None:
    train(session)
    panel.controls.number_field.setValue(50)
    panel.controls.train_button.click()
    repeat(session, *[7] * 50)
    centers = panel.strip.centers(0)
    assert len({(point.x(), point.y()) for point in centers}) == 50
    assert 20 <= min(point.y() for point in centers) <= max(point.y() for point in centers) <= 60
    own = panel.strip.centers(2)[0]
    assert own.x() < centers[0].x()  # 0.60 lies left of 0.70


def test_a_picture_of_it_leaves_the_controls_out(panel: LuckPanel, session: Session) -> None:
    ten_seeds(panel, session)
    panel.grab()
    assert panel.lesson.geometry().bottom() < panel.picture_height_px
    assert panel.picture_height_px < panel.controls.geometry().top()


def test_with_a_fixed_test_set_only_the_start_can_differ(
    panel: LuckPanel, session: Session
) -> None:
    train(session)
    controls = panel.controls
    assert controls.fixed_label.isHidden()
    session.lock_split()
    assert controls.kind_buttons[True].isChecked()
    assert not controls.kind_buttons[False].isEnabled()
    assert "only the random start can differ" in controls.fixed_label.text()
    controls.train_button.click()
    request = asked(session)
    assert request.same_split
    assert [sum(s.is_test for s in entry.samples) for entry in request.classes] == [5, 5]
    ended(session)
    session.release_test_set()
    assert controls.kind_buttons[False].isEnabled()
    assert controls.fixed_label.isHidden()
