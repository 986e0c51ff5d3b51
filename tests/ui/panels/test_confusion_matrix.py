"""The matrix as counts or percents, as a table, and on a picture without its buttons."""

import pytest

from ichdesk.session.session import Session
from ichdesk.ui.panels.confusion_matrix import ConfusionMatrixPanel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import train


@pytest.fixture
def panel(qtbot, session: Session) -> ConfusionMatrixPanel:
    panel = ConfusionMatrixPanel(Theme(Mode.LIGHT))
    qtbot.addWidget(panel)
    panel.resize(380, 400)
    train(session)
    panel.refresh(RunView.of(session))
    return panel


def test_the_switch_goes_to_percents_and_back(panel: ConfusionMatrixPanel) -> None:
    assert panel.counts_button.isChecked()
    panel.percent_button.click()
    assert not panel.counts_button.isChecked()
    assert panel.matrix._figures.text(0, 0) == "60 %"
    panel.counts_button.click()
    assert panel.matrix._figures.text(0, 0) == "3"


def test_percents_stay_through_the_next_figures(
    panel: ConfusionMatrixPanel, session: Session
) -> None:
    panel.percent_button.click()
    train(session, correct=4)
    panel.refresh(RunView.of(session))
    assert panel.matrix._figures.text(0, 0) == "80 %"


def test_the_table_counts_in_either_view(panel: ConfusionMatrixPanel) -> None:
    expected = [
        ["Class", "Called Hemorrhage", "Called Normal", "n"],
        ["Hemorrhage", "3", "2", "5"],
        ["Normal", "2", "3", "5"],
    ]
    assert panel.table_rows() == expected
    panel.percent_button.click()
    assert panel.table_rows() == expected


def test_a_cell_is_asked_for_by_its_classes(panel: ConfusionMatrixPanel, session: Session) -> None:
    asked: list[object] = []
    panel.images_requested.connect(asked.append)
    hemorrhage, normal = session.run.class_ids
    panel.matrix.cell_opened.emit(0, 1)
    panel.errors_button.click()
    assert asked == [(hemorrhage, normal), None]


def test_the_gallery_is_one_button(panel: ConfusionMatrixPanel) -> None:
    asked: list[str] = []
    panel.companion_requested.connect(asked.append)
    panel.gallery_button.click()
    assert asked == ["gallery"]
