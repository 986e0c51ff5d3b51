"""Numbers with their n: live, per class, honest about few images, and as a table elsewhere."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from ichdesk.session.session import Session
from ichdesk.ui import panel_frame
from ichdesk.ui.panel_frame import PanelFrame
from ichdesk.ui.panels.numbers_with_n import NumbersWithNPanel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import TEST, end, epoch, made_session, start, train

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform's own


@pytest.fixture
def session(store) -> Session:
    session = made_session(store, "Normal", "Hemorrhage")
    yield session
    session.close()


@pytest.fixture
def frame(qtbot, session: Session) -> PanelFrame:
    theme = Theme(Mode.LIGHT)
    frame = PanelFrame(NumbersWithNPanel(theme), session, theme)
    qtbot.addWidget(frame)
    return frame


@pytest.fixture
def panel(frame: PanelFrame) -> NumbersWithNPanel:
    return frame.panel


def answer(session: Session, right: int) -> None:
    """What the model said of the test images; it is right about the first ones of each class."""
    shares = np.where(np.arange(TEST) < right, 0.9, 0.2)
    first = np.r_[shares, 1 - shares]
    session.run.test_probabilities = np.stack([first, 1 - first], axis=1).astype(np.float32)


def shown(panel: NumbersWithNPanel) -> dict[str, list[str]]:
    return {row.name: [label.text() for label in row.labels[1:]] for row in panel.rows}


def test_it_is_live_and_the_auc_comes_at_the_end(panel, session: Session) -> None:
    start(session)
    assert not panel.refresh(RunView.of(session))
    epoch(session, 0, correct=5)
    assert panel.refresh(RunView.of(session))
    assert shown(panel)["Accuracy"] == ["1.00", "10 of 10", "0.72–1.00"]
    assert shown(panel)["Sensitivity"] == ["1.00", "5 of 5", "0.57–1.00"]
    assert shown(panel)["AUC"] == ["–", "–", "–"]
    assert "training has ended" in panel.rows[-1].reason.text()
    epoch(session, 1, correct=3)
    end(session)
    answer(session, 3)
    panel.refresh(RunView.of(session))
    assert shown(panel)["Accuracy"][:2] == ["0.60", "6 of 10"]
    assert shown(panel)["AUC"][:2] == ["0.84", "10"]
    assert panel.rows[-1].reason.isHidden()
    assert not panel.rows[-1].bar.isHidden()
    assert "n 6 of 10" in panel.rows[0].bar.accessibleName()


def test_the_bar_is_as_long_as_the_interval(panel, session: Session) -> None:
    train(session, correct=5)
    panel.refresh(RunView.of(session))
    bar = panel.rows[2].bar
    image, middle = bar.grab().toImage(), bar.height() // 2
    width = image.width()
    edge = panel.theme.palette.accent_edge.lower()
    colored = [x for x in range(width) if image.pixelColor(x, middle).name() == edge]
    assert min(colored) == pytest.approx(0.5655 * width, abs=3)  # Wilson's lower limit of 5 of 5
    assert max(colored) > width - 9


def test_the_keyboard_chooses_the_class(qtbot, panel, session: Session) -> None:
    start(session)
    session.run.confusion = np.array([[5, 0], [4, 1]])
    panel.refresh(RunView.of(session))
    assert panel.class_choice.currentText() == "Hemorrhage"  # what a test looks for
    assert shown(panel)["Sensitivity"][:2] == ["0.20", "1 of 5"]
    qtbot.keyClick(panel.class_choice, Qt.Key.Key_Up)
    assert panel.class_choice.currentText() == "Normal"
    assert shown(panel)["Sensitivity"][:2] == ["1.00", "5 of 5"]
    panel.refresh(RunView.of(session))
    assert panel.class_choice.currentText() == "Normal"


def test_what_is_undefined_has_a_reason(panel, session: Session) -> None:
    start(session)
    session.run.confusion = np.array([[5, 0], [5, 0]])
    panel.refresh(RunView.of(session))
    ppv = panel.rows[4]
    assert shown(panel)["PPV"] == ["–", "–", "–"]
    assert (ppv.reason.text(), ppv.bar.isHidden()) == ("The model called no test image so.", True)


def test_it_says_whether_patients_count(panel, session: Session) -> None:
    train(session)
    answer(session, 3)
    panel.refresh(RunView.of(session))
    assert "every image as independent" in panel.caption.text()
    wide = shown(panel)["Accuracy"][2]
    run = session.run
    classes = tuple(
        (number, tuple(replace(s, patient=f"{number} {i < 28}") for i, s in enumerate(samples)))
        for number, samples in run.key[0]
    )
    run.key, run.test_probabilities = (classes, run.key[1]), run.test_probabilities.copy()
    panel.refresh(RunView.of(session))
    assert "of one patient are alike" in panel.caption.text()
    assert shown(panel)["Accuracy"][2] != wide


def test_the_table_can_be_copied_and_saved(
    frame: PanelFrame, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(session, correct=5)
    frame.refresh(RunView.of(session), "")
    frame.table_button.click()
    text = QGuiApplication.clipboard().text()
    rows = list(csv.DictReader(text.splitlines(), dialect="excel-tab"))
    assert len(rows) == 2 + 2 * 6
    assert (rows[2]["Class"], rows[2]["Number"], rows[2]["n"]) == ("Normal", "Sensitivity", "5")
    assert float(rows[2]["95 % CI from"]) == pytest.approx(0.5655, abs=1e-4)
    target = tmp_path / "numbers.csv"
    monkeypatch.setattr(panel_frame, "ask_save_path", lambda *_: target)
    frame.save_button.click()
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == rows
