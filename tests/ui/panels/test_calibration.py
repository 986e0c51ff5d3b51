"""The panel on calibration: dots with their n, and the error in words."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.panel_frame import PanelFrame
from ichdesk.ui.panels.calibration import CalibrationPanel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import epoch, start, train


@pytest.fixture
def frame(qtbot, session: Session) -> Iterator[PanelFrame]:
    frame = PanelFrame(CalibrationPanel(Theme(Mode.LIGHT)), session, Theme(Mode.LIGHT))
    qtbot.addWidget(frame)
    frame.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    frame.resize(416, 600)
    frame.show()
    yield frame


def train_to(session: Session, *sure: tuple[float, bool]) -> None:
    """A run whose ten test images, five of either class, get these answers."""
    request_id = start(session, 1)
    epoch(session, 0)
    told = np.zeros((10, 2), np.float32)
    for row, (confidence, right) in enumerate(sure):
        said = (row // 5) if right else 1 - row // 5
        told[row, said], told[row, 1 - said] = confidence, 1 - confidence
    session.handle(msg.RunEnded(request_id, msg.Outcome.DONE, None, {}, told))


def test_it_says_how_sure_and_how_right(frame: PanelFrame, session: Session) -> None:
    train_to(session, *[(0.95, True)] * 4, (0.95, False), *[(0.75, True)] * 5)
    frame.refresh(RunView.of(session), "")
    text = frame.panel.summary.text()
    assert text.startswith("Expected calibration error 0.20 (10 test images, 10 bins)")
    assert "sure at 0.85 and right in 0.90" in text
    assert [row[-2:] for row in frame.panel.table_rows()] == [
        ["Correct", "Answers"],
        ["5", "5"],
        ["4", "5"],
    ]


def test_a_temperature_is_found_on_one_half_and_shown_on_the_other(
    frame: PanelFrame, session: Session
) -> None:
    train_to(session, *[(0.95, True)] * 3, *[(0.95, False)] * 2, *[(0.95, True)] * 5)
    frame.refresh(RunView.of(session), "")
    panel = frame.panel
    assert not panel.remark.isVisible()
    panel.scaling.click()
    assert "found on every second test image (5). Shown are the 5 others" in panel.remark.text()
    assert "(5 test images, 10 bins)" in panel.summary.text()
    assert panel.remark.geometry().bottom() < panel.picture_height_px
    panel.scaling.click()
    assert "(10 test images, 10 bins)" in panel.summary.text()


def test_dots_tell_their_bin(frame: PanelFrame, session: Session, qtbot) -> None:
    train_to(session, *[(0.95, True)] * 4, (0.95, False), *[(0.75, True)] * 5)
    frame.refresh(RunView.of(session), "")
    panel, diagram = frame.panel, frame.panel.diagram
    frame.grab()
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(diagram, left, pos=diagram.center(1).toPoint())
    assert panel.sentence.text() == (
        "Sure at 90 to 100 %, 95 % on average: 4 of 5 answers right = 0.80 "
        "(95 % interval 0.38 to 0.96)"
    )
    qtbot.mouseClick(diagram, left, pos=QPoint(1, 1))
    assert panel.sentence.text().startswith("Point at a dot")
    diagram.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(diagram, key)
    assert diagram.accessibleDescription().startswith("Sure at 70 to 80 %")


def test_a_bin_on_the_diagonal_lies_on_it(frame: PanelFrame, session: Session) -> None:
    train_to(session, *[(0.8, True)] * 8, *[(0.8, False)] * 2)
    frame.refresh(RunView.of(session), "")
    diagram = frame.panel.diagram
    corner, end, dot = diagram._point(0, 0), diagram._point(1, 1), diagram.center(0)
    across = (dot.x() - corner.x()) / (end.x() - corner.x())
    up = (dot.y() - corner.y()) / (end.y() - corner.y())
    assert across == pytest.approx(up, abs=1e-6)
    assert frame.panel.summary.text().startswith("Expected calibration error 0.00")


def test_while_training_it_waits(frame: PanelFrame, session: Session) -> None:
    train(session)
    start(session)
    epoch(session, 0)
    frame.refresh(RunView.of(session), "")
    assert frame.empty.text() == "This fills in when training has ended."
