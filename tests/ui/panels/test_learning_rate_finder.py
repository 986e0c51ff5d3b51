"""The learning rate finder: from the click to a rate in the settings, and back by undo."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.panel_frame import PanelFrame
from ichdesk.ui.panels.learning_rate_finder import LearningRateFinderPanel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.descents import asked, ended, finder, seen
from tests.fakes.runs import epoch, start, train


@pytest.fixture
def trained(session: Session) -> Session:
    start(session, 1)
    epoch(session, 0)
    session.handle(
        msg.RunEnded(session.run.request_id, msg.Outcome.DONE, model=np.ones(4, np.uint8))
    )
    return session


@pytest.fixture
def panel(qtbot, trained: Session) -> LearningRateFinderPanel:
    theme = Theme(Mode.LIGHT)
    frame = PanelFrame(LearningRateFinderPanel(theme), trained, theme)
    qtbot.addWidget(frame)
    frame.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    frame.resize(384, 500)
    frame.show()
    trained.subscribe(lambda _: frame.refresh(RunView.of(trained), ""))
    frame.refresh(RunView.of(trained), "")
    return frame.panel


def found(panel: LearningRateFinderPanel, session: Session, suggested: float | None) -> None:
    panel.bar.ask_button.click()
    assert asked(session).observer == "rate-finder"
    seen(session, {"samples": np.array([50], np.float32)}, 20, 141)
    assert panel.bar.progress_label.text() == "Trained 20 of 141 steps"
    seen(session, finder(suggested))
    ended(session)


def test_it_suggests_a_rate_and_compares_the_runs_own(
    panel: LearningRateFinderPanel, trained: Session
) -> None:
    assert panel.promise.isVisible()
    assert not panel.use_button.isVisible()
    found(panel, trained, 0.003)
    assert not panel.promise.isVisible()
    assert panel.legend.accessibleName() == "This run 0.001, Steepest fall 0.003"
    assert panel.caption.text() == (
        "The loss falls most steeply near 0.003. The rate of this run, 0.001, is about as large "
        "(n = 50 training images)."
    )
    assert panel.use_button.text() == "Use 0.003"


@pytest.mark.parametrize(
    ("suggested", "said"), [(0.03, "far below that"), (0.0001, "far above that")]
)
def test_a_rate_far_away_is_told(
    panel: LearningRateFinderPanel, trained: Session, suggested: float, said: str
) -> None:
    found(panel, trained, suggested)
    assert said in panel.caption.text()


def test_the_suggestion_can_be_used_and_taken_back(
    panel: LearningRateFinderPanel, trained: Session
) -> None:
    found(panel, trained, 0.003)
    panel.use_button.click()
    assert trained.project.config.learning_rate == 0.003
    assert trained.undo_label == "Change learning rate"
    assert panel.use_button.text() == "0.003 is set"
    assert not panel.use_button.isEnabled()
    trained.undo()
    assert trained.project.config.learning_rate == 0.001
    assert panel.use_button.isEnabled()


def test_a_loss_that_does_not_fall_suggests_nothing(
    panel: LearningRateFinderPanel, trained: Session
) -> None:
    found(panel, trained, None)
    assert "With no learning rate did the loss fall" in panel.caption.text()
    assert not panel.use_button.isVisible()
    panel.grab()


def test_the_table_has_every_rate(panel: LearningRateFinderPanel, trained: Session) -> None:
    assert len(panel.table_rows()) == 1
    found(panel, trained, 0.003)
    rows = panel.table_rows()
    assert rows[0] == ["Learning rate", "Training loss", "Smoothed"]
    assert rows[1] == ["1e-06", "0.909001", "0.900001"]
    assert len(rows) == 122


def test_it_follows_the_theme_and_fits(panel: LearningRateFinderPanel, trained: Session) -> None:
    found(panel, trained, 0.003)
    assert panel.minimumSizeHint().width() <= 352 - 32
    assert panel.picture_height_px < panel.use_button.geometry().top() + 1
    light = panel.grab().toImage()
    panel.theme.set_mode(Mode.DARK)
    assert panel.grab().toImage() != light


def test_another_training_takes_it_away(panel: LearningRateFinderPanel, trained: Session) -> None:
    found(panel, trained, 0.003)
    train(trained)
    assert not panel.plot.isVisible()
    assert panel.promise.isVisible()
    assert not panel.use_button.isVisible()


def test_a_stopped_search_says_so(panel: LearningRateFinderPanel, trained: Session) -> None:
    panel.bar.ask_button.click()
    panel.bar.cancel_button.click()
    assert panel.bar.chip.text() == "Stopped."
