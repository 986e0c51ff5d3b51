"""Where it looked: what is asked for and when, what is shown of it, and what is said."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change, PreviewImage
from ichdesk.session.worker_client import WorkerDied
from ichdesk.ui.heat_maps.heat_view import HeatView
from ichdesk.ui.heat_maps.heat_window import HeatWindow
from ichdesk.ui.panel_frame import PanelFrame
from ichdesk.ui.panels.heat_maps import HeatMapsPanel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import set_classes, train

ROWS = 6  # images on a page


@pytest.fixture
def frame(qtbot: QtBot, session: Session) -> PanelFrame:
    theme = Theme(Mode.LIGHT)
    frame = PanelFrame(HeatMapsPanel(theme), session, theme)
    qtbot.addWidget(frame)
    frame.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    frame.resize(416, 900)
    session.subscribe(lambda _: frame.refresh(RunView.of(session), ""))
    return frame


@pytest.fixture
def view(frame: PanelFrame) -> HeatView:
    assert isinstance(frame.panel, HeatMapsPanel)
    assert frame.panel.heat is not None
    return frame.panel.heat


@pytest.fixture
def see(frame: PanelFrame, session: Session, qtbot: QtBot) -> Callable[[], msg.Observe]:
    """Lets the panel be seen, and returns the last request for maps."""

    def see() -> msg.Observe:
        frame.show()
        frame.grab()
        QApplication.processEvents()
        return session._worker.last(msg.Observe)

    return see


def trained(session: Session) -> None:
    """Train, and keep a model."""
    train(session)
    session.run.model = b"weights"
    session._notify(Change.RUN)


def arrays(request: msg.Observe, levels: int = 3) -> dict[str, np.ndarray]:
    """What the observer would tell: for class k, a hot spot in row k."""
    wanted = request.options["samples"].split()
    count, classes = len(wanted) or len(request.images), request.options["classes"].split()
    maps = np.zeros((count, len(classes), 4, 4), np.float32)
    for k in range(len(classes)):
        maps[:, k, k % 4, 1] = 2.0 if k == 0 else -2.0
    told = {
        "pictures": np.full((count, 224, 224, 3), 100, np.float32),
        "classes": np.array(classes, np.float32),
        "maps": maps,
        "scores": np.tile(np.float32([1.0, -2.5] + [0.0] * 10)[: len(classes)], (count, 1)),
        "average_scores": np.float32([-1.0, -0.5] + [0.0] * 10)[: len(classes)],
    }
    if levels:
        told["random_maps"] = np.stack([maps] * levels)
        alike = np.array([0.75, 0.5, 0.02][:levels], np.float32)[:, None, None]
        told["correlations"] = np.broadcast_to(alike, (levels, count, len(classes)))
    return told


def answer(session: Session, request: msg.Observe, levels: int = 3, *, ends: bool = True) -> None:
    told = arrays(request, levels)
    session.handle(msg.Observed(request.request_id, 7, 20, told))
    if ends:
        session.handle(msg.ObservationEnded(request.request_id, msg.Outcome.DONE))


def color_at(view: HeatView, picture: int, row: int) -> QColor:
    shown = view.figure.maps[picture]
    cell = shown.width() / 4
    return shown.grab().toImage().pixelColor(int(1.5 * cell), int((row + 0.5) * cell))


def requests(session: Session) -> int:
    return sum(isinstance(request, msg.Observe) for request in session._worker.sent)


def test_maps_are_asked_for_when_they_are_seen(session: Session, see: Callable) -> None:
    trained(session)
    assert requests(session) == 0
    request = see()
    assert request.observer == "heat-maps"
    assert request.options["check"] == "yes"
    assert request.options["classes"] == "0 1"
    assert len(request.options["samples"].split()) == ROWS
    see()
    assert requests(session) == 1


def test_wrong_answers_come_first_the_surest_at_the_top(
    session: Session, view: HeatView, see: Callable
) -> None:
    trained(session)
    see()
    answers = session.run.test_probabilities
    wrong = [(float(row.max()), k) for k, row in enumerate(answers) if row.argmax() != k // 5]
    _, first = max(wrong)
    assert view.item.place == f"{first // 5}:{25 + first % 5}"
    assert view.item.is_wrong
    assert "(wrong)" in view.figure.answer_label.text()
    sure = [item.is_wrong for item in view._items]
    assert sure == sorted(sure, reverse=True)


def test_it_shows_and_says_where_it_looked(session: Session, view: HeatView, see: Callable) -> None:
    trained(session)
    view.figure.first_choice.setCurrentIndex(1)
    view.figure.second_choice.setCurrentIndex(2)
    answer(session, see())
    see()
    hot, cold = color_at(view, 0, 0), color_at(view, 1, 1)
    assert hot.red() > hot.blue() + 60
    assert cold.blue() > cold.red() + 60
    assert abs(color_at(view, 0, 3).red() - 100) < 3
    first, second = (caption.text() for caption in view.figure.map_captions)
    assert first.startswith("Hemorrhage: score 1.00, average training image −1.00.")
    assert "adds up to 100 % of the difference" in first
    assert second.startswith("Normal: score −2.50, average training image −0.50.")
    strip = [caption.text() for caption in view.figure.strip.captions]
    assert strip == [
        "Trained",
        "Random last part: 0.75",
        "Upper half random: 0.50",
        "All random: 0.02",
    ]
    said = view.figure.verdict_label.text()
    assert "hardly change" in said
    assert "hardly anything of them is left" in said
    assert said.endswith("Mean rank correlation 0.75, 0.50, 0.02, n = 6 images.")


def test_without_strength_there_is_no_color(
    session: Session, view: HeatView, see: Callable
) -> None:
    trained(session)
    answer(session, see())
    view.figure.strength.setValue(0)
    assert color_at(view, 0, 0).red() == 100


def test_while_it_looks_it_says_how_far_it_is(
    session: Session, view: HeatView, see: Callable
) -> None:
    trained(session)
    request = see()
    assert view.figure.progress_label.text() == "Looking…"
    answer(session, request, 1, ends=False)
    assert view.figure.progress_label.text() == "Looking… 7 of 20"
    assert view.figure.strip.captions[1].text() == "Random last part: 0.75"
    assert view.figure.strip.captions[2].text() == "Upper half random"
    assert not view.figure.verdict_label.text()
    answer(session, request)
    assert not view.figure.progress_label.text()


def test_pages_are_asked_for_once(
    session: Session, view: HeatView, see: Callable, qtbot: QtBot
) -> None:
    trained(session)
    answer(session, see())
    qtbot.keyClick(view.figure.plain, Qt.Key.Key_Right)
    assert view.count_label.text() == "2 of 10"
    see()
    assert requests(session) == 1
    view.step(ROWS)
    request = see()
    assert requests(session) == 2
    assert len(request.options["samples"].split()) == 10 - ROWS
    answer(session, request)
    view.step(-ROWS)
    see()
    assert requests(session) == 2
    assert view.figure.map_captions[0].text().endswith("of the difference.")
    view.step(-100)
    assert view.count_label.text() == "1 of 10"
    assert not view.previous_button.isEnabled()


def test_preview_images_take_part(session: Session, view: HeatView, see: Callable) -> None:
    trained(session)
    view.source_choice.setCurrentIndex(2)
    view._on_source()
    assert "choose one in the Preview card" in view.nothing.text()
    assert not view.figure.isVisible()
    pixels = np.full((224, 224, 3), 9, np.uint8)
    broken = PreviewImage("b.png", error="It is broken.")
    session._preview.images = (PreviewImage("a.png", pixels, None, (0.2, 0.8)), broken)
    session._preview_changed()
    request = see()
    assert request.images.shape == (1, 224, 224, 3)
    assert request.options["samples"] == ""
    assert view.figure.answer_label.text() == "a.png\nSaid: Normal 80 %"
    answer(session, request)
    assert view.figure.pair(view.item) == (1, 0)


def test_what_goes_wrong_is_said_and_can_be_tried_again(
    session: Session, view: HeatView, see: Callable
) -> None:
    trained(session)
    request = see()
    error = "There is a reason."
    session.handle(msg.ObservationEnded(request.request_id, msg.Outcome.FAILED, error))
    assert view.state_chip.text() == error
    see()
    assert requests(session) == 1
    view.retry_button.click()
    answer(session, see())
    assert requests(session) == 2
    assert not view.state_chip.text()
    assert not view.retry_button.isVisible()


def test_a_worker_that_dies_is_said(session: Session, view: HeatView, see: Callable) -> None:
    trained(session)
    see()
    session.handle(WorkerDied(True, "It ended."))
    assert "ended meanwhile" in view.state_chip.text()
    assert view.retry_button.isVisibleTo(view)


def test_without_a_kept_model_it_says_so(session: Session, view: HeatView, see: Callable) -> None:
    train(session)
    frame_request_count = requests(session)
    with pytest.raises(StopIteration):
        see()
    assert requests(session) == frame_request_count
    assert "train one first" in view.state_chip.text()


def test_another_run_asks_anew(session: Session, view: HeatView, see: Callable) -> None:
    trained(session)
    answer(session, see())
    trained(session)
    see()
    assert requests(session) == 2
    assert not view.figure.verdict_label.text()


def test_of_many_classes_only_those_on_display_are_asked_for(
    session: Session, view: HeatView, see: Callable
) -> None:
    set_classes(session, *(f"Class {number}" for number in range(12)))
    trained(session)
    request = see()
    wanted = {label for item in view._page_items for label in view.figure.pair(item)}
    assert request.options["classes"].split() == [str(label) for label in sorted(wanted)]
    answer(session, request)
    unseen = next(label for label in range(12) if label not in wanted)
    view.figure.first_choice.setCurrentIndex(unseen + 1)
    view.figure.changed.emit()
    assert str(unseen) in see().options["classes"].split()
    view.figure.first_choice.setCurrentIndex(12)
    set_classes(session, *(f"Class {number}" for number in range(8)))
    trained(session)
    assert view.figure.first_choice.currentIndex() == 0
    assert max(map(int, see().options["classes"].split())) < 8


def test_the_table_tells_what_the_maps_add_up_to(
    session: Session, frame: PanelFrame, view: HeatView, see: Callable
) -> None:
    trained(session)
    answer(session, see())
    headings, first, *rest = frame.panel.table_rows()
    assert len(rest) == ROWS - 1
    assert {len(row) for row in (first, *rest)} == {len(headings)}
    told = dict(zip(headings, first, strict=True))
    assert told["Image"].startswith(told["Truth"])
    assert float(told["Sum of the map"]) in {2.0, -2.0}
    assert told["Correlation, all random"] == "0.0200"


def test_larger_opens_a_window_with_an_image_of_its_own(
    session: Session, frame: PanelFrame, qtbot: QtBot, see: Callable
) -> None:
    trained(session)
    answer(session, see())
    with qtbot.waitSignal(frame.panel.companion_requested) as asked:
        qtbot.mouseDClick(frame.panel.heat.figure.maps[0], Qt.MouseButton.LeftButton)
    assert asked.args == ["heat-maps"]
    window = HeatWindow(session, Theme(Mode.DARK))
    qtbot.addWidget(window)
    session.subscribe(window.refresh)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.show()
    window.grab()
    QApplication.processEvents()
    answer(session, session._worker.last(msg.Observe))
    assert requests(session) == 2
    assert window.panel.heat.figure.plain.width() > frame.panel.heat.figure.plain.width()
