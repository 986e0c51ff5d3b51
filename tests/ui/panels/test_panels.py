"""The contract of a panel: it shows any run, in both themes, and can be copied and saved."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage

from ichdesk.archive import SampleStore
from ichdesk.session.session import Session
from ichdesk.ui import panel_frame
from ichdesk.ui.panel import PANELS
from ichdesk.ui.panel_frame import PanelFrame
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import epoch, made_session, set_classes, start, train

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform's own

LONG = "🧠 Intraparenchymal & <b>subarachnoid</b>\n" + "very long " * 12
CLASSES = {
    2: ("Hemorrhage", "Normal"),
    3: ("Normal", LONG, "脳出血"),
    12: (LONG, *(f"Class {number}" for number in range(2, 13))),
}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, *CLASSES[2])
        yield session
        session.close()


@pytest.fixture
def theme(qtbot) -> Theme:
    return Theme(Mode.LIGHT)


@pytest.fixture(params=PANELS.names())
def frame(request: pytest.FixtureRequest, qtbot, session: Session, theme: Theme) -> PanelFrame:
    frame = PanelFrame(PANELS[request.param](theme), session, theme)
    qtbot.addWidget(frame)
    frame.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    frame.resize(416, 600)
    frame.show()
    return frame


def test_it_declares_itself(frame: PanelFrame) -> None:
    panel = frame.panel
    assert panel.title
    assert isinstance(panel.order, int)
    assert panel.empty_text.endswith(".")
    assert 2 <= panel.help_text.count(". ") + 1 <= 3
    assert frame.help_button.accessibleName()


def test_without_a_run_it_is_empty(frame: PanelFrame) -> None:
    frame.refresh(None, "")
    assert frame.empty.isVisible()
    assert not frame.save_button.isEnabled()


def test_in_the_first_epoch_it_is_empty_or_filled(frame: PanelFrame, session: Session) -> None:
    start(session)
    frame.refresh(RunView.of(session), "")
    assert frame.empty.isVisible() != frame.panel.isVisible()


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
@pytest.mark.parametrize("classes", CLASSES)
def test_it_shows_a_finished_run(
    frame: PanelFrame, session: Session, theme: Theme, classes: int, mode: Mode
) -> None:
    set_classes(session, *CLASSES[classes])
    train(session)
    theme.set_mode(mode)
    frame.refresh(RunView.of(session), "")
    assert frame.panel.isVisible()
    assert frame.panel.width() <= frame.width()
    assert frame.grab().toImage().size().height() > 100


def test_it_shows_an_epoch_without_figures(frame: PanelFrame, session: Session) -> None:
    start(session, 2)
    epoch(session, 0, measured=False)
    epoch(session, 1)
    frame.refresh(RunView.of(session), "")
    frame.grab()


def test_it_follows_from_many_classes_to_few(frame: PanelFrame, session: Session) -> None:
    for classes in (12, 2, 3):
        set_classes(session, *CLASSES[classes])
        train(session)
        frame.refresh(RunView.of(session), "")
        frame.grab()


def test_it_follows_the_theme(frame: PanelFrame, session: Session, theme: Theme) -> None:
    train(session)
    frame.refresh(RunView.of(session), "")
    light = frame.image()
    theme.set_mode(Mode.DARK)
    dark = frame.image()
    assert light.pixelColor(2, 2).name().upper() == "#FFFFFF"
    assert dark.pixelColor(2, 2).lightness() < 64
    assert light != dark


def test_it_can_be_copied(frame: PanelFrame, session: Session) -> None:
    train(session)
    frame.refresh(RunView.of(session), "Out of date.")
    frame.copy_button.click()
    image = QGuiApplication.clipboard().image()
    assert image.width() == 2 * (frame.panel.width() + 32)
    colors = {image.pixel(x, y) for x in range(image.width()) for y in range(80, image.height(), 9)}
    assert len(colors) > 9


def test_it_can_be_saved(
    frame: PanelFrame, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(session)
    frame.refresh(RunView.of(session), "")
    target = tmp_path / "figure.png"
    monkeypatch.setattr(panel_frame, "ask_save_path", lambda *_: target)
    frame.save_button.click()
    assert QImage(str(target)).size() == frame.image().size()
    assert not session.notices
    assert [path.name for path in tmp_path.glob("*.png*")] == ["figure.png"]


def test_a_folder_that_is_gone_is_a_sentence(
    frame: PanelFrame, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(session)
    frame.refresh(RunView.of(session), "")
    monkeypatch.setattr(panel_frame, "ask_save_path", lambda *_: tmp_path / "gone" / "a.png")
    frame.save_button.click()
    assert "a.png could not be saved" in session.notices[-1].text
