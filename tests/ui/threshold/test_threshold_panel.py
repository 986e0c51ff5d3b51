"""The panel on threshold and prevalence, driven by mouse and keys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ichdesk.core.operating_point import Outcomes
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.panels.threshold import ThresholdPanel, threshold_text
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.threshold.prevalence import percent_text, stops_with, value_text
from tests.fakes.runs import epoch, set_classes, start, train

SCORES = np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.6, 0.35, 0.2, 0.15, 0.1], np.float32)  # 5 have it


def told(session: Session, scores: np.ndarray) -> None:
    """A run of two classes that ends with such probabilities of the first."""
    start(session, 1)
    epoch(session, 0)
    answers = np.stack([scores, 1 - scores], axis=1)
    done = msg.Outcome.DONE
    session.handle(msg.RunEnded(session.run.request_id, done, test_probabilities=answers))


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> ThresholdPanel:
    told(session, SCORES)
    panel = ThresholdPanel(Theme(Mode.LIGHT))
    qtbot.addWidget(panel)
    assert panel.refresh(RunView.of(session))
    panel.resize(384, 1200)
    panel.show()
    return panel


def table(panel: ThresholdPanel) -> tuple[int, ...]:
    return panel.outcomes._counts


def values(panel: ThresholdPanel) -> str:
    return panel.prevalence.values.text().replace("\N{NO-BREAK SPACE}", " ")


def test_it_starts_at_one_half_with_the_prevalence_of_the_test_set(panel: ThresholdPanel) -> None:
    assert panel.label.text() == "Threshold 0.50"
    assert panel.prevalence.label.text() == "Prevalence 50 %"
    assert not panel.prevalence.reset_button.isEnabled()
    assert table(panel) == (3, 2, 1, 4)
    assert panel.rates.texts()[1] == ("Sensitivity", "3 of 5", "0.60", "0.23–0.88")
    assert panel.rates.texts()[3][1:3] == ("3 of 4", "0.75")
    assert panel.prevalence.outcomes.counts == (300, 200, 100, 400)
    assert "n = 5 with and 5 without" in panel.curves.roc_caption.text()
    assert "AUC 0.88" in panel.curves.roc_caption.text()


def test_keys_move_the_threshold_and_everything_with_it(panel: ThresholdPanel) -> None:
    for _ in range(3):
        QTest.keyClick(panel.slider, Qt.Key.Key_PageDown)
    assert 0.21 < panel.slider.number < 0.3
    assert table(panel) == (5, 0, 2, 3)
    assert panel.rates.texts()[1][1] == "5 of 5"
    (x,), (y,) = panel.curves.roc._point.getData()
    assert (x, y) == pytest.approx((2 / 5, 1))
    (x,), (y,) = panel.curves.precision_recall._point.getData()
    assert (x, y) == pytest.approx((1, 5 / 7))
    assert panel.prevalence.outcomes == Outcomes(500, 0, 200, 300)
    QTest.keyClick(panel.slider, Qt.Key.Key_Home)
    assert panel.slider.number == 0
    assert table(panel) == (5, 0, 5, 0)


def test_when_nobody_is_called_positive_ppv_has_no_value(panel: ThresholdPanel) -> None:
    QTest.keyClick(panel.slider, Qt.Key.Key_End)
    assert panel.rates.texts()[3] == ("PPV", "0 of 0", "–", "–")
    assert panel.curves.precision_recall._point.getData()[0] is None
    assert "PPV not defined" in values(panel)


def test_few_images_show_as_steps_with_dots(panel: ThresholdPanel) -> None:
    for plot in (panel.curves.roc, panel.curves.precision_recall):
        x, y = plot._curve.getData()
        assert ((np.diff(x) == 0) | (np.diff(y) == 0)).all()
        assert plot._dots.getData()[0] is not None


def test_many_images_show_no_dots(panel: ThresholdPanel, session: Session) -> None:
    start(session, 1)
    session.run.test = (tuple(range(5)) * 4, tuple(range(5)) * 4)
    epoch(session, 0)
    share = np.linspace(1, 0, 40, dtype=np.float32)
    answers, done = np.stack([share, 1 - share], axis=1), msg.Outcome.DONE
    session.handle(msg.RunEnded(session.run.request_id, done, test_probabilities=answers))
    assert panel.refresh(RunView.of(session))
    assert panel.curves.roc._dots.getData()[0] is None
    assert "AUC 1.00" in panel.curves.roc_caption.text()


def test_the_table_has_every_point_of_the_curves(panel: ThresholdPanel) -> None:
    headings, *rows = panel.table_rows()
    assert headings[:2] == ["Threshold", "True positives"]
    assert len(rows) == 10
    assert rows[0] == ["0.9", "1", "4", "0", "5", "0.2000", "1.0000", "1.0000", "0.5556"]
    assert rows[-1] == ["0.1", "5", "0", "5", "0", "1.0000", "0.0000", "0.5000", ""]


def test_the_mouse_moves_the_threshold(panel: ThresholdPanel) -> None:
    place = QPoint(panel.slider.width() - 1, panel.slider.height() // 2)
    QTest.mouseClick(panel.slider, Qt.MouseButton.LeftButton, pos=place)
    assert panel.label.text() == "Threshold 1.00"
    assert table(panel) == (0, 5, 0, 5)


def test_prevalence_by_mouse_keys_and_back(panel: ThresholdPanel) -> None:
    part = panel.prevalence
    QTest.mouseClick(part.slider, Qt.MouseButton.LeftButton, pos=QPoint(0, 5))
    assert part.slider.number == pytest.approx(0.001)
    assert part.label.text() == "Prevalence 0.10 %"
    assert part.outcomes.counts == (1, 0, 200, 799)
    assert values(panel) == "PPV 0.003, NPV 0.999 at this prevalence"
    assert part.sentence.text().startswith("Of 1,000 patients, 1 has “Hemorrhage”.")
    QTest.keyClick(part.slider, Qt.Key.Key_End)
    assert part.slider.number == pytest.approx(0.9)
    assert table(panel) == (3, 2, 1, 4)
    part.reset_button.click()
    assert part.slider.number == 0.5
    assert values(panel) == "PPV 0.750, NPV 0.667 at this prevalence"


def test_the_other_class_can_be_the_positive_one(panel: ThresholdPanel, session: Session) -> None:
    panel.choice.setCurrentIndex(1)
    panel.choice.activated.emit(1)
    assert table(panel) == (4, 1, 2, 3)
    assert "“Normal”" in panel.caption.text()
    train(session)
    panel.refresh(RunView.of(session))
    assert panel.choice.currentText() == "Normal"


def test_positions_of_the_sliders_survive_training_again(
    panel: ThresholdPanel, session: Session
) -> None:
    panel.slider.setValue(20)
    panel.prevalence.slider.setValue(30)
    before = panel.slider.number, panel.prevalence.slider.number
    train(session)
    assert panel.refresh(RunView.of(session))
    assert (panel.slider.number, panel.prevalence.slider.number) == pytest.approx(before)


def test_it_is_empty_until_training_is_done(panel: ThresholdPanel, session: Session) -> None:
    start(session, 2)
    epoch(session, 0)
    assert not panel.refresh(RunView.of(session))
    told_now = msg.RunEnded(session.run.request_id, msg.Outcome.CANCELLED, None)
    session.handle(told_now)
    assert not panel.refresh(RunView.of(session))


def test_it_is_empty_if_only_one_class_was_tested(panel: ThresholdPanel, session: Session) -> None:
    start(session, 1)
    session.run.test = (tuple(range(25, 30)), ())
    epoch(session, 0)
    answers = np.full((5, 2), 0.5, np.float32)
    done = msg.Outcome.DONE
    session.handle(msg.RunEnded(session.run.request_id, done, test_probabilities=answers))
    assert not panel.refresh(RunView.of(session))


def test_classes_without_a_test_image_are_not_offered(
    panel: ThresholdPanel, session: Session
) -> None:
    set_classes(session, "Subdural", "Epidural", "Normal")
    start(session, 1)
    session.run.test = ((), *session.run.test[1:])
    epoch(session, 0)
    answers = np.full((10, 3), 1 / 3, np.float32)
    done = msg.Outcome.DONE
    session.handle(msg.RunEnded(session.run.request_id, done, test_probabilities=answers))
    assert panel.refresh(RunView.of(session))
    offered = [panel.choice.itemText(i) for i in range(panel.choice.count())]
    assert offered == ["Epidural", "Normal"]


def test_it_fits_the_narrowest_place(panel: ThresholdPanel) -> None:
    assert panel.minimumSizeHint().width() <= 352 - 2 * 16 - 12  # with a scroll bar
    assert panel.curves.roc.accessibleName() == "Sensitivity over 1 − specificity"


@pytest.mark.parametrize(
    ("threshold", "text"),
    [
        (0.5, "0.50"),
        (0.123456, "0.1235"),
        (1 - 1e-9, "above 0.9999"),
        (1e-9, "below 0.0001"),
        (1.0, "1.00"),
    ],
)
def test_thresholds_are_told_apart_from_round_ones(threshold: float, text: str) -> None:
    assert threshold_text(threshold) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not defined"),
        (0.0, "0.000"),
        (1.0, "1.000"),
        (0.99949, "0.999"),
        (0.9996, "above 0.999"),
        (0.0004, "below 0.001"),
        (0.0567, "0.057"),
    ],
)
def test_a_predictive_value_is_never_certain_by_rounding(value: float | None, text: str) -> None:
    assert value_text(value) == text


@given(st.floats(1e-4, 0.9999))
def test_the_slider_stops_exactly_at_the_prevalence_of_the_test_set(tested: float) -> None:
    stops = stops_with(tested)
    assert tested in stops
    assert (np.diff(stops) > 0).all()
    texts = [percent_text(stop) for stop in stops.tolist()]
    assert len(set(texts)) == len(texts), "two stops that read the same"
