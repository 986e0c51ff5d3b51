"""Under the hood shows what is known of the run, live, and says what to make of it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from ichdesk.core.registry import Registry
from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.panel import PANELS
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


def test_panels_stand_in_their_order(hood: UnderTheHood) -> None:
    titles = [frame.panel.title for frame in hood.frames]
    assert titles[:4] == [
        "Accuracy per class",
        "Confusion matrix",
        "Accuracy per epoch",
        "Loss per epoch",
    ]
    assert len(titles) == len(PANELS.names())


def test_a_name_is_given_once() -> None:
    registry: Registry[int] = Registry("panel", "ichdesk.ui.panels")
    registry.register("x")(1)
    with pytest.raises(ValueError, match="twice"):
        registry.register("x")(2)


def test_before_training_every_panel_says_what_to_do(hood: UnderTheHood) -> None:
    assert "Train a model" in hood.accuracy_label.text()
    for frame in hood.frames:
        assert frame.empty.isVisible()
        assert frame.empty.text().startswith("Train a model to see")
        assert not frame.copy_button.isEnabled()


def test_in_the_first_epoch_it_waits(hood: UnderTheHood, session: Session) -> None:
    start(session)
    assert all(frame.empty.text() == frame.panel.waiting_text for frame in hood.frames)
    assert "Training, epoch 1 of 50" in hood.state_chip.text()


def test_the_first_line_is_the_accuracy_and_its_uncertainty(
    hood: UnderTheHood, session: Session
) -> None:
    train(session)
    assert "6 of 10 = 0.60 (95 % interval 0.31 to 0.83)" in hood.accuracy_label.text()
    assert "only 10 test images" in hood.caution_label.text()
    assert "0.10" in hood.caution_label.text()
    assert not hood.state_chip.isVisible()


def test_below_it_is_how_the_images_were_split(hood: UnderTheHood, session: Session) -> None:
    start(session, facts=SplitFacts("slice", 5, 4, 3))
    assert hood.split_label.text() == "Split by slice: 3 of 6 patients on both sides"


def test_figures_move_while_training(hood: UnderTheHood, session: Session) -> None:
    start(session)
    epoch(session, 0, correct=2)
    assert "4 of 10" in hood.accuracy_label.text()
    epoch(session, 1, correct=4)
    assert "8 of 10" in hood.accuracy_label.text()
    assert "still change" in hood.state_chip.text()


def test_an_out_of_date_run_says_so(hood: UnderTheHood, session: Session) -> None:
    train(session)
    session.remove_samples(session.project.classes[0].id, [0])
    assert "Out of date" in hood.state_chip.text()


@pytest.mark.parametrize(
    ("outcome", "error", "words"),
    [
        (msg.Outcome.CANCELLED, None, "canceled after 1 of 50 epochs"),
        (msg.Outcome.FAILED, "The memory is full.", "Training stopped. The memory is full."),
    ],
)
def test_a_run_that_did_not_end_well_says_so(
    hood: UnderTheHood, session: Session, outcome: msg.Outcome, error: str | None, words: str
) -> None:
    start(session)
    epoch(session, 0)
    end(session, outcome, error)
    assert words in hood.state_chip.text()


def test_without_test_images_nothing_is_claimed(hood: UnderTheHood, session: Session) -> None:
    start(session, 1)
    epoch(session, 0, measured=False)
    end(session)
    assert "No image was held out" in hood.accuracy_label.text()
    assert not hood.caution_label.isVisible()


def test_a_hidden_panel_rests_and_catches_up(hood: UnderTheHood, session: Session) -> None:
    hood.hide()
    train(session)
    assert "Train a model" in hood.accuracy_label.text()
    hood.show()
    assert "6 of 10" in hood.accuracy_label.text()


def test_a_new_project_empties_it(hood: UnderTheHood, session: Session) -> None:
    train(session)
    session.new()
    assert "Train a model" in hood.accuracy_label.text()
    assert all(frame.empty.isVisible() for frame in hood.frames)


def test_a_second_run_starts_its_own_curves(hood: UnderTheHood, session: Session) -> None:
    train(session, 5)
    session.remove_samples(session.project.classes[0].id, [0])
    start(session, 5)
    epoch(session, 0)
    curves = next(frame.panel for frame in hood.frames if frame.panel.title == "Accuracy per epoch")
    assert curves.plot.accessibleDescription().startswith("After epoch 1:")


def test_escape_and_the_button_close(hood: UnderTheHood, qtbot) -> None:
    with qtbot.waitSignal(hood.close_requested):
        hood.close_button.click()
    with qtbot.waitSignal(hood.close_requested):
        qtbot.keyClick(hood, Qt.Key.Key_Escape)


def test_every_button_has_a_name_and_takes_the_keyboard(hood: UnderTheHood) -> None:
    for button in hood.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text(), button
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, button


def test_ten_thousand_epochs_stay_quick(hood: UnderTheHood, session: Session) -> None:
    start(session, 10_000)
    epoch(session, 0)
    session.run.history.extend(session.run.history * 9_998)
    hood.refresh(Change.RUN)
    epoch(session, 9_999)
    curves = [frame.panel for frame in hood.frames if frame.panel.title.endswith("per epoch")]
    for panel in curves:
        assert all(len(curve.xData) <= 202 for curve in panel.plot.listDataItems())
        assert panel.plot.accessibleDescription().startswith("After epoch 10000:")


def test_panels_out_of_sight_follow_when_there_is_time(
    hood: UnderTheHood, session: Session, qtbot
) -> None:
    last = hood.frames[-1]
    hood.resize(400, 300)
    train(session)
    assert last.visibleRegion().isEmpty()
    qtbot.waitUntil(lambda: not last.empty.isVisible() or last.panel.isVisible())


def test_scrolling_shows_the_present_run(hood: UnderTheHood, session: Session) -> None:
    hood.resize(400, 300)
    matrix = next(f for f in hood.frames if f.panel.title == "Confusion matrix")
    start(session)
    epoch(session, 0)
    hood.scroll_area.ensureWidgetVisible(matrix)
    assert matrix.panel.isVisible()


def test_the_contents_go_to_a_figure(hood: UnderTheHood, session: Session, qtbot) -> None:
    hood.resize(400, 400)
    train(session)
    actions = hood.contents_button.menu().actions()
    assert [action.text() for action in actions] == [f.panel.title for f in hood.frames]
    frame = hood.frames[5]
    actions[5].trigger()
    assert frame.title.visibleRegion().isEmpty()
    qtbot.waitUntil(lambda: not frame.title.visibleRegion().isEmpty())
    assert frame.isAncestorOf(hood.focusWidget())
