"""The Training card shows the run and its settings, and loses no value."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.session.worker_client import WorkerDied
from ichdesk.ui.cards import advanced_settings
from ichdesk.ui.cards.training_card import TrainingCard
from ichdesk.ui.run_text import duration_text
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.widgets.learning_rate_edit import parsed_rate, rate_text, stepped_rate
from tests.fakes.runs import end, epoch, set_classes, start, train

ALL = ~Change(0)


@pytest.fixture
def card(qtbot, session: Session) -> TrainingCard:
    card = TrainingCard(session, Theme(Mode.LIGHT))
    qtbot.addWidget(card)
    card.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    card.show()
    session.subscribe(card.refresh)
    return card


def test_before_training_it_offers_to_train(card: TrainingCard) -> None:
    assert card.train_button.isEnabled()
    assert card.train_button.text() == "Train Model"
    assert card.device_label.text() == "Runs on: CPU, 2 threads"
    assert not card.progress_bar.isVisible()
    assert not card.settings.isVisible()


def test_what_is_missing_for_training_is_said(card: TrainingCard, session: Session) -> None:
    set_classes(session, "Only one")
    card.refresh(ALL)
    assert not card.train_button.isEnabled()
    assert "two enabled classes" in card.problem_label.text()
    assert card.train_button.toolTip() == card.problem_label.text()


def test_a_click_trains_and_shows_progress(card: TrainingCard, session: Session) -> None:
    card.train_button.click()
    request_id = session.run.request_id
    session.handle(msg.FeaturesProgressed(request_id, 120, 2000, 0))
    assert card.phase_label.text() == "Computing features 120 of 2,000"
    assert card.progress_bar.value() == 60
    assert card.cancel_button.isVisible()
    assert not card.train_button.isVisible()


def test_epochs_and_remaining_time_in_words(card: TrainingCard, session: Session) -> None:
    start(session, 50)
    for number in range(11):
        epoch(session, number)
    session.run.phase_started_s -= 11
    card.refresh(Change.RUN)
    assert card.phase_label.text() == "Training, epoch 12 of 50"
    assert card.remaining_label.text() == "about 39 s left"


def test_a_trained_model_rests_and_shows_its_test_accuracy(
    card: TrainingCard, session: Session
) -> None:
    train(session)
    assert card.train_button.text() == "Model Trained"
    assert not card.train_button.isEnabled()
    assert card.result_label.text() == "Test accuracy 6 of 10 = 0.60 (95 % interval 0.31 to 0.83)"


def test_a_change_makes_the_model_out_of_date(card: TrainingCard, session: Session) -> None:
    train(session)
    session.remove_samples(session.project.classes[0].id, [0])
    assert card.train_button.isEnabled()
    assert card.train_button.text() == "Train Model"
    assert card.stale_chip.isVisible()
    session.undo()
    assert not card.stale_chip.isVisible()


def test_no_test_image_is_said_and_divides_nothing(card: TrainingCard, session: Session) -> None:
    start(session, 1)
    epoch(session, 0, measured=False)
    end(session)
    assert "No image was held out" in card.result_label.text()


def test_cancel_waits_for_the_worker(card: TrainingCard, session: Session) -> None:
    start(session)
    epoch(session, 0)
    card.cancel_button.click()
    assert card.cancel_button.text() == "Canceling…"
    assert not card.cancel_button.isEnabled()
    end(session, msg.Outcome.CANCELLED)
    assert "canceled after 1 of 50 epochs" in card.ending_chip.text()
    assert card.train_button.isEnabled()


def test_the_next_run_can_be_canceled_too(card: TrainingCard, session: Session) -> None:
    start(session)
    card.cancel_button.click()
    end(session, msg.Outcome.CANCELLED)
    start(session)
    assert card.cancel_button.text() == "Cancel"
    assert card.cancel_button.isEnabled()


def test_a_failed_run_says_why(card: TrainingCard, session: Session) -> None:
    start(session)
    session.handle(WorkerDied(will_restart=True, reason="The training process ended."))
    assert card.ending_chip.text() == "Training stopped. The training process ended."
    assert card.train_button.isEnabled()


def test_a_worker_that_is_gone_for_good_disables_training(
    card: TrainingCard, session: Session
) -> None:
    session.handle(WorkerDied(will_restart=False, reason="It failed too often."))
    assert not card.train_button.isEnabled()
    assert "start ICHDesk again" in card.problem_label.text()


def test_under_the_hood_is_asked_for(card: TrainingCard, qtbot) -> None:
    with qtbot.waitSignal(card.under_the_hood_requested):
        card.hood_button.click()


# --- settings ----------------------------------------------------------------------------------


def test_settings_of_a_file_are_shown_as_they_are(card: TrainingCard, session: Session) -> None:
    session.set_config(
        TrainConfig(15, 24, 0.00003, 2**32 - 1, "tm-import:/a/b/my_model.zip", "cuda")
    )
    settings = card.settings
    assert settings.epochs.value() == 15
    assert settings.batch_size.currentText() == "24"
    assert settings.learning_rate.text() == "0.00003"
    assert settings.seed.text() == "4294967295"
    assert settings.features.currentText() == "Teachable Machine import: my_model"
    assert "not on this computer" in settings.device.currentText()
    assert session.project.config.batch_size == 24


def test_showing_settings_changes_nothing(card: TrainingCard, session: Session) -> None:
    session.set_config(TrainConfig(15, 24, 0.00003, 7))
    label = session.undo_label
    session.undo()
    session.redo()
    assert session.undo_label == label
    assert session.project.config == TrainConfig(15, 24, 0.00003, 7)


def test_the_split_can_be_chosen_where_patients_are_known(
    card: TrainingCard, session: Session
) -> None:
    split, note = card.settings.split, card.settings.split_note
    assert split.currentText() == "Automatic (by slice)"
    assert not split.isEnabled()
    assert "No image of this project says" in note.text()
    know_patients(session)
    card.refresh(ALL)
    assert split.currentText() == "Automatic (by patient)"
    assert split.isEnabled()
    assert not note.text()
    _choose(split, "By slice")
    assert session.project.config.split == "slice"
    _choose(split, "By patient")
    assert session.project.config.split == "patient"


def test_a_split_that_makes_no_difference_can_be_set_back(
    card: TrainingCard, session: Session
) -> None:
    session.set_config(replace(session.project.config, split="patient"))
    assert card.settings.split.isEnabled()
    _choose(card.settings.split, "Automatic (by slice)")
    assert not card.settings.split.isEnabled()


def test_the_card_says_how_it_was_split(card: TrainingCard, session: Session) -> None:
    start(session, 1, facts=SplitFacts("patient", 14, 3))
    assert not card.split_label.text()
    epoch(session, 0)
    end(session)
    assert card.split_label.text() == "Split by patient: 14 patients train, 3 test"


def know_patients(session: Session) -> None:
    bins = tuple(
        replace(bin_, samples=tuple(replace(s, patient="a") for s in bin_.samples))
        for bin_ in session.project.classes
    )
    session.project = replace(session.project, classes=bins)


def test_edits_reach_the_session(card: TrainingCard, session: Session) -> None:
    settings = card.settings
    settings.epochs.setValue(80)
    settings.seed.setValue(4_000_000_000)
    _choose(settings.batch_size, "64")
    _choose(settings.device, "CPU, 2 threads")
    _choose(settings.head, "Teachable Machine head")
    settings.learning_rate.stepUp()
    assert session.project.config == TrainConfig(
        80, 64, 0.002, 4_000_000_000, device="cpu", head="teachable-machine"
    )


@pytest.mark.parametrize("typed", ["", "abc", "0", "-1", "11", "nan", "inf", "1e-400"])
def test_what_is_no_rate_leaves_the_last_one(
    card: TrainingCard, session: Session, qtbot, typed: str
) -> None:
    card.advanced_button.click()
    edit = card.settings.learning_rate
    edit.lineEdit().selectAll()
    qtbot.keyClicks(edit.lineEdit(), typed)
    if not typed:
        qtbot.keyClick(edit.lineEdit(), Qt.Key.Key_Backspace)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "0.001"
    assert session.project.config.learning_rate == 0.001


@pytest.mark.parametrize("typed", ["3e-5", "0,00003", "0.00003", " 3E-05 "])
def test_ways_to_type_a_rate(card: TrainingCard, session: Session, qtbot, typed: str) -> None:
    card.advanced_button.click()
    edit = card.settings.learning_rate
    edit.lineEdit().selectAll()
    qtbot.keyClicks(edit.lineEdit(), typed)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert session.project.config.learning_rate == 3e-5
    assert edit.text() == "0.00003"


def test_an_empty_number_field_keeps_its_value(card: TrainingCard, session: Session, qtbot) -> None:
    card.advanced_button.click()
    edit = card.settings.epochs
    edit.lineEdit().selectAll()
    qtbot.keyClick(edit.lineEdit(), Qt.Key.Key_Backspace)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.value() == session.project.config.epochs == 50


def test_reset_defaults(card: TrainingCard, session: Session) -> None:
    session.set_config(replace(session.project.config, epochs=3))
    assert card.reset_button.isEnabled()
    card.reset_button.click()
    assert session.project.config == TrainConfig()
    assert not card.reset_button.isEnabled()


def test_the_wheel_scrolls_past_fields_without_focus(card: TrainingCard, session: Session) -> None:
    card.advanced_button.click()
    for field in (card.settings.epochs, card.settings.batch_size, card.settings.learning_rate):
        event = QWheelEvent(
            QPointF(5, 5),
            QPointF(field.mapToGlobal(QPoint(5, 5))),
            QPoint(0, 0),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, event)
    assert session.project.config == TrainConfig()


def test_every_control_has_a_name_and_takes_the_keyboard(card: TrainingCard) -> None:
    for kind in (QAbstractButton, QAbstractSpinBox, QComboBox):
        for control in card.findChildren(kind):
            assert control.accessibleName() or control.text(), control
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control


def test_the_card_follows_the_theme(qtbot, session: Session) -> None:
    theme = Theme(Mode.LIGHT)
    card = TrainingCard(session, theme)
    qtbot.addWidget(card)
    card.advanced_button.setChecked(True)
    light = card.grab().toImage()
    theme.set_mode(Mode.DARK)
    assert card.grab().toImage() != light


# --- pure parts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "text"),
    [(3e-5, "0.00003"), (0.001, "0.001"), (1.0, "1"), (10.0, "10"), (1e-7, "0.0000001")],
)
def test_rates_are_written_out(rate: float, text: str) -> None:
    assert rate_text(rate) == text
    assert parsed_rate(text) == rate


@pytest.mark.parametrize(
    ("rate", "steps", "result"),
    [
        (0.00003, 1, 0.00005),
        (0.00003, -1, 0.00002),
        (0.001, 1, 0.002),
        (0.001, -1, 0.0005),
        (0.001, 3, 0.01),
        (10.0, 1, 10.0),
        (1e-7, -1, 1e-7),
    ],
)
def test_rates_step_along_1_2_5(rate: float, steps: int, result: float) -> None:
    assert stepped_rate(rate, steps) == result


def test_a_rate_steps_up_and_down_again() -> None:
    rates = [0.00001]
    while rates[-1] < 1:
        rates.append(stepped_rate(rates[-1], 1))
    for lower, higher in pairwise(rates):
        assert stepped_rate(higher, -1) == lower


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (5.4, "5 s"), (89, "89 s"), (150, "2 min"), (7200, "2 h")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_settings_offered_are_settings_allowed() -> None:
    from ichdesk.core.project import Project

    Project().with_config(TrainConfig(seed=advanced_settings.MAX_SEED))
    with pytest.raises(UserError):
        Project().with_config(TrainConfig(seed=advanced_settings.MAX_SEED + 1))


def _choose(box: QComboBox, text: str) -> None:
    index = box.findText(text)
    assert index >= 0, text
    box.setCurrentIndex(index)
    box.activated.emit(index)
