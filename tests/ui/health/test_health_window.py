"""The window says how the data are, follows edits, and takes images out that can come back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from ichdesk.core.data_health import State
from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.health import health_window as module
from ichdesk.ui.health.health_window import HealthWindow
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.theme import Mode, Theme
from tests.ui.health.conftest import answer, planted

FACTS = ["balance", "copies", "patients", "kinds", "split"]
PIXELS = ["readable", "sizes", "shown", "spots", "outliers", "near"]
Make = Callable[[], HealthWindow]


def asked(session: Session) -> int:
    return sum(isinstance(request, msg.Observe) for request in session._worker.sent)


def keys(window: HealthWindow) -> list[str]:
    return [check.key for check in window.findings.checks]


def told(window: HealthWindow) -> list[str]:
    grid = window.grid
    return [grid.told(row) for row in range(grid.model().rowCount())]


def test_without_images_it_says_what_to_do(make: Make) -> None:
    window = make()
    assert window.empty_label.isVisible()
    assert not window.look_button.isVisible()
    assert not window.save_button.isEnabled()


def test_few_images_are_looked_at_at_once(
    make: Make, live_session: Session, fill: Callable[..., None]
) -> None:
    fill(Bleed=8, Normal=8)
    window = make()
    assert asked(live_session) == 1
    assert keys(window) == [*FACTS, "pixels"]
    assert window.bar.isVisible()
    assert window.cancel_button.isVisible()
    half = {name: values for name, values in planted().items() if name != "near"}
    answer(live_session, half, ends=False)
    assert keys(window) == [*FACTS, *PIXELS[:-1]]
    assert (window.bar.value(), window.bar.maximum()) == (40, 100)
    answer(live_session, planted())
    assert keys(window) == [*FACTS, *PIXELS]
    assert not window.bar.isVisible()
    assert not window.look_button.isVisible()
    assert window.sum_label.text().startswith("11 checks: ")


def test_many_images_are_looked_at_after_a_click(
    make: Make,
    live_session: Session,
    fill: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr("ichdesk.ui.health.findings._AT_ONCE", 10)
    fill(Bleed=8, Normal=8)
    window = make()
    assert asked(live_session) == 0
    assert window.look_button.isVisible()
    qtbot.mouseClick(window.look_button, Qt.MouseButton.LeftButton)
    assert asked(live_session) == 1
    qtbot.mouseClick(window.cancel_button, Qt.MouseButton.LeftButton)
    assert isinstance(live_session._worker.sent[-1], msg.Cancel)
    window.checks.choose("pixels")
    assert "Stopped." in window.text_label.text()
    assert window.look_button.isVisible()
    assert asked(live_session) == 1  # nobody insists


def test_one_class_cannot_be_looked_at_and_says_why(
    make: Make, live_session: Session, fill: Callable[..., None]
) -> None:
    fill(Bleed=8)
    window = make()
    window.checks.choose("pixels")
    assert asked(live_session) == 0
    assert "at least two enabled classes" in window.advice_label.text()
    assert not window.look_button.isEnabled()


def test_the_worst_check_is_shown_until_the_user_chooses(
    make: Make, live_session: Session, fill: Callable[..., None]
) -> None:
    fill(Bleed=60, Normal=60)
    window = make()
    outlier = np.array([[1, 3, 6.0, 0]], np.float32)
    answer(live_session, planted(outliers=outlier))
    assert window.checks.check.key == "outliers"
    assert window.state_label.text() == State.LOOK.value
    window.checks.choose("balance")
    answer(live_session, planted(unreadable=np.array([[0, 1]], np.float32)), ends=False)
    live_session.rename_class(live_session.project.classes[0].id, "Blood")
    assert window.checks.check.key == "balance"
    assert "“Blood” 60" in window.text_label.text()


def test_images_are_listed_and_opened(
    make: Make, live_session: Session, fill: Callable[..., None], qtbot: QtBot
) -> None:
    fill(Bleed=60, Normal=60)
    window = make()
    answer(live_session, planted(outliers=np.array([[1, 3, 6.0, 0]], np.float32)))
    assert told(window) == ["Image 4, Normal. 6.0 × the usual"]
    normal = live_session.project.classes[1].id
    window.grid.setCurrentIndex(window.grid.model().index(0, 0))
    with qtbot.waitSignal(window.view_requested) as viewed:
        qtbot.keyClick(window.grid, Qt.Key.Key_Return)
    assert viewed.args == [normal, 3]
    window.grid.selectAll()
    with qtbot.waitSignal(window.class_requested) as shown:
        window.class_button.click()
    assert shown.args == [normal, 3]


def test_a_copy_is_taken_out_and_comes_back(
    make: Make, live_session: Session, fill: Callable[..., None]
) -> None:
    fill(Bleed=60, Normal=60)
    one, two = live_session.project.classes
    live_session.project = live_session.project.add_samples(two.id, [one.samples[5]])
    window = make()
    answer(live_session, planted())
    assert window.checks.check.key == "copies"
    assert told(window) == [
        "Image 6, Bleed. pair 1",
        "Image 61, Normal. pair 1",
    ]
    assert window.second_button.isVisible()
    window.second_button.click()
    assert window.remove_button.isEnabled()
    window.remove_button.click()
    assert len(live_session.project.classes[1].samples) == 60
    assert window.findings.checks[1].state is State.FINE
    window.undo_button.click()
    assert len(live_session.project.classes[1].samples) == 61
    assert window.findings.checks[1].state is State.PROBLEM


def test_after_an_edit_what_was_seen_is_old_and_stays(
    make: Make, live_session: Session, fill: Callable[..., None]
) -> None:
    fill(Bleed=60, Normal=60)
    window = make()
    rows = np.array([[1, 3, 6.0, 0], [1, 5, 5.0, 0]], np.float32)
    answer(live_session, planted(outliers=rows))
    assert not window.chip.isVisible()
    normal = live_session.project.classes[1].id
    live_session.remove_samples(normal, [3])
    assert window.chip.isVisible()
    assert told(window) == ["Removed. 6.0 × the usual", "Image 5, Normal. 5.0 × the usual"]
    assert window.look_button.text() == "Check again"
    assert asked(live_session) == 1
    window.look_button.click()
    assert asked(live_session) == 2
    answer(live_session, planted())
    assert not window.chip.isVisible()


def test_settings_that_change_no_image_make_nothing_old(
    make: Make, live_session: Session, fill: Callable[..., None]
) -> None:
    fill(Bleed=8, Normal=8)
    window = make()
    answer(live_session, planted())
    live_session.rename_class(live_session.project.classes[0].id, "Blood")
    assert not window.chip.isVisible()


def test_a_training_makes_it_look_once_more(
    make: Make, live_session: Session, fill: Callable[..., None]
) -> None:
    fill(Bleed=8, Normal=8)
    window = make()
    answer(live_session, planted())
    assert live_session.train()
    window.checks.choose("pixels")
    assert "A training is running" in window.advice_label.text()
    run = live_session.run
    train, test = (tuple(range(6)),) * 2, ((6, 7),) * 2
    live_session.handle(msg.SplitMade(run.request_id, train, test, "cpu", (), SplitFacts()))
    live_session.handle(msg.RunEnded(run.request_id, msg.Outcome.DONE))
    assert window.findings.checks[4].state is State.FINE
    assert asked(live_session) == 2


def test_the_map_of_spots(
    make: Make, live_session: Session, fill: Callable[..., None], qtbot: QtBot
) -> None:
    fill(Bleed=8, Normal=8)
    window = make()
    auc = np.full((2, 16, 16), 0.5, np.float32)
    auc[0, 14, 1], auc[1, 14, 1] = 1.0, 0.0
    answer(live_session, planted(spots=auc, head=np.zeros((16, 16), np.float32)))
    assert window.checks.check.key == "spots"
    assert window.spot_map.isVisible()
    picture = window.spot_map.grab().toImage()
    ratio = picture.devicePixelRatio()
    spot, head = (
        picture.pixelColor(round(x * ratio), round(y * ratio)) for x, y in ((21, 203), (100, 100))
    )
    assert spot.red() > 2 * spot.blue()
    assert head.red() == head.blue()
    window.checks.choose("near")
    assert not window.spot_map.isVisible()


def test_pictures_and_tables_for_others(
    make: Make,
    live_session: Session,
    fill: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(Bleed=8, Normal=8)
    window = make()
    answer(live_session, planted(outliers=np.array([[1, 3, 6.0, 0]], np.float32)))
    window.table_button.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == ["Check", "State", "Finding", "What to do", "Images"]
    assert len(lines) == 12
    assert any(line.startswith("Outliers\tLook at it") for line in lines)
    assert any(line.endswith("Image 4, Normal") for line in lines)
    window.copy_button.click()
    assert QGuiApplication.clipboard().image().width() == window.image().width() > 1000
    for name in ("health.png", "health.csv"):
        monkeypatch.setattr(module, "ask_save_path", lambda *_, n=name: tmp_path / n)
        window.save_button.click()
        assert (tmp_path / name).stat().st_size > 500


def test_the_dark_theme_draws_too(
    make: Make, live_session: Session, fill: Callable[..., None], theme: Theme
) -> None:
    fill(Bleed=8, Normal=8)
    window = make()
    answer(live_session, planted(outliers=np.array([[1, 3, 6.0, 0]], np.float32)))
    theme.set_mode(Mode.DARK)
    assert theme.palette.warning in window.state_label.styleSheet()
    assert not window.grab().isNull()


def test_pairs_stay_side_by_side(
    make: Make, live_session: Session, fill: Callable[..., None], qtbot: QtBot
) -> None:
    fill(Bleed=8, Normal=8)
    window = make()
    near = np.array([[0, i, 1, i, 0] for i in range(6)], np.float32)
    answer(live_session, planted(near=near, near_n=np.array([16, 6, 0], np.float32)))
    assert window.checks.check.key == "near"
    for width in range(900, 1500, 60):
        window.resize(width, 800)
        qtbot.waitUntil(lambda w=width: window.width() >= w)
        grid = window.grid
        grid.doItemsLayout()
        tops = [grid.visualRect(grid.model().index(row, 0)).top() for row in range(12)]
        assert tops[::2] == tops[1::2], width


def test_the_keyboard_goes_through_the_checks(
    make: Make, live_session: Session, fill: Callable[..., None], qtbot: QtBot
) -> None:
    fill(Bleed=8, Normal=8)
    window = make()
    answer(live_session, planted())
    window.checks.choose("balance")
    window.checks.setFocus()
    qtbot.keyClick(window.checks, Qt.Key.Key_Down)
    assert window.check_title.text() == "Exact copies"
    role = Qt.ItemDataRole.AccessibleTextRole
    assert "Exact copies: Fine." in window.checks.currentIndex().data(role)


def test_closing_stops_the_search(
    make: Make, live_session: Session, fill: Callable[..., None]
) -> None:
    fill(Bleed=8, Normal=8)
    window = make()
    window.close()
    assert isinstance(live_session._worker.sent[-1], msg.Cancel)


def test_the_view_menu_opens_it(window: MainWindow, fill: Callable[..., None]) -> None:
    fill(Bleed=8, Normal=8)
    assert window.companions.show("health").windowTitle() == "Data health - ICHDesk"
