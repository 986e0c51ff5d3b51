"""The Preview card shows images, and what the model makes of them."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication

from ichdesk.archive import SampleStore
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.cards import preview_card
from ichdesk.ui.cards.output_bars import Output, OutputBars, percent_text, winner
from ichdesk.ui.cards.preview_card import PreviewCard
from ichdesk.ui.theme import DARK, LIGHT, Mode, Palette, Theme
from tests.fakes.runs import made_session, start, train
from tests.ui.contrast import contrast


@pytest.fixture
def session(tmp_path: Path, qtbot) -> Iterator[Session]:
    bridge = Bridge()
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "Normal", post=bridge.post)
        yield session
        session.close()


@pytest.fixture
def card(qtbot, session: Session) -> PreviewCard:
    card = PreviewCard(session, Theme(Mode.LIGHT))
    qtbot.addWidget(card)
    card.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    card.show()
    session.subscribe(card.refresh)
    return card


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"slice {number}.png" for number in range(3)]
    for number, path in enumerate(paths):
        Image.fromarray(np.full((300, 300), 80 * number, np.uint8)).save(path)
    return paths


def test_before_training_it_says_to_train(card: PreviewCard) -> None:
    assert "Train a model first" in card.hint_label.text()
    assert not card.export_button.isEnabled()
    assert not card.bars.isVisible()


def test_an_image_shows_without_a_model(card: PreviewCard, images: list[Path], qtbot) -> None:
    _drop(card, images[:1], qtbot)
    assert card.picture.isVisible()
    assert card.name_label.text() == "slice 0.png"
    assert not card.next_button.isVisible()
    assert "Train a model first" in card.hint_label.text()


def test_a_drop_is_classified(
    card: PreviewCard, session: Session, images: list[Path], qtbot
) -> None:
    train(session)
    assert "Choose an image" in card.hint_label.text()
    _drop(card, images, qtbot)
    assert card.count_label.text() == "1 of 3"
    assert not card.hint_label.isVisible()
    _predict(session, [[0.87, 0.13], [0.3, 0.7], [0.5, 0.5]])
    assert card.winner_label.text() == "Hemorrhage 87 %"
    assert card.bars.accessibleDescription() == "Hemorrhage 87 %, Normal 13 %"


def test_turning_to_other_images(
    card: PreviewCard, session: Session, images: list[Path], qtbot
) -> None:
    train(session)
    _drop(card, images, qtbot)
    _predict(session, [[0.87, 0.13], [0.3, 0.7], [0.5, 0.5]])
    assert not card.previous_button.isEnabled()
    card.next_button.click()
    assert (card.count_label.text(), card.name_label.text()) == ("2 of 3", "slice 1.png")
    assert card.winner_label.text() == "Normal 70 %"
    card.next_button.click()
    assert not card.next_button.isEnabled()
    card.previous_button.click()
    assert card.count_label.text() == "2 of 3"


def test_an_unreadable_file_says_so_and_the_others_show(
    card: PreviewCard, session: Session, images: list[Path], tmp_path: Path, qtbot
) -> None:
    broken = tmp_path / "notes.png"
    broken.write_text("no image")
    train(session)
    _drop(card, [broken, images[0]], qtbot)
    _predict(session, [[0.2, 0.8]])
    assert card.error_chip.isVisible()
    assert card.error_chip.text()
    assert not card.bars.isVisible()
    card.next_button.click()
    assert card.winner_label.text() == "Normal 80 %"
    assert not card.error_chip.isVisible()


def test_an_out_of_date_model_says_so(card: PreviewCard, session: Session) -> None:
    train(session)
    assert not card.stale_chip.isVisible()
    session.remove_samples(session.project.classes[0].id, [0])
    assert card.stale_chip.isVisible()


def test_a_renamed_class_is_renamed_here(
    card: PreviewCard, session: Session, images: list[Path], qtbot
) -> None:
    train(session)
    _drop(card, images[:1], qtbot)
    _predict(session, [[0.87, 0.13]])
    session.rename_class(session.project.classes[0].id, "Bleed")
    assert card.winner_label.text() == "Bleed 87 %"


def test_while_training_the_old_output_is_gone(
    card: PreviewCard, session: Session, images: list[Path], qtbot
) -> None:
    train(session)
    _drop(card, images[:1], qtbot)
    _predict(session, [[0.87, 0.13]])
    session.remove_samples(session.project.classes[0].id, [0])
    start(session)
    assert not card.bars.isVisible()
    assert "being trained" in card.hint_label.text()
    assert card.picture.isVisible()


def test_a_project_is_left_to_the_window(card: PreviewCard, tmp_path: Path) -> None:
    mime = _mime([tmp_path / "class.tm"])
    assert not _drag(card, mime)


def test_a_click_or_a_key_asks_for_files(
    card: PreviewCard, images: list[Path], qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_card, "ask_open_paths", lambda *_: images)
    qtbot.keyClick(card.drop_area, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: card.count_label.text() == "1 of 3")


def test_a_dialog_that_is_canceled_keeps_the_images(
    card: PreviewCard, session: Session, images: list[Path], qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _drop(card, images, qtbot)
    monkeypatch.setattr(preview_card, "ask_open_paths", lambda *_: [])
    card.drop_area.click()
    assert len(session.preview) == 3


def test_export_asks_for_its_dialog_once_there_is_a_model(
    card: PreviewCard, session: Session, qtbot
) -> None:
    assert not card.export_button.isEnabled()
    train(session)
    with qtbot.waitSignal(card.export_requested):
        card.export_button.click()


def test_every_button_has_a_name_and_takes_the_keyboard(card: PreviewCard) -> None:
    for button in card.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text(), button
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, button


# --- bars --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.0, "0 %"),
        (0.004, "<1 %"),
        (0.125, "12 %"),
        (0.87, "87 %"),
        (0.996, ">99 %"),
        (1, "100 %"),
    ],
)
def test_percents_claim_no_certainty(probability: float, text: str) -> None:
    assert percent_text(probability) == text


def test_the_winner_is_the_highest() -> None:
    assert winner(()) is None
    assert winner((Output(0, "a", None),)) is None
    assert winner((Output(0, "a", 0.2), Output(3, "b", 0.8))).name == "b"


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_bars_take_the_colors_of_their_classes(qtbot, mode: Mode) -> None:
    theme = Theme(mode)
    bars = OutputBars(theme)
    qtbot.addWidget(bars)
    bars.show_outputs((Output(0, "A", 1.0), Output(4, "🧠" + "very long " * 30, 0.0)))
    bars.resize(288, bars.sizeHint().height())
    picture = bars.grab().toImage()
    color = QColor(picture.pixelColor(280, 16))
    assert color.name().upper() == theme.palette.class_color(0).upper()
    track = QColor(picture.pixelColor(280, 48))
    assert track.name().upper() == theme.palette.class_track(4).upper()


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_on_and_beside_bars_is_readable(palette: Palette) -> None:
    for color, track in zip(palette.classes, palette.tracks, strict=True):
        assert contrast(palette.on_class, color) >= 4.5
        assert contrast(palette.text, track) >= 4.5
        assert contrast(color, palette.card) >= 4.5


def _drag(card: PreviewCard, mime: QMimeData) -> bool:
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    with warnings.catch_warnings():  # the constructor without a device is deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(QPoint(5, 5), action, mime, button, Qt.KeyboardModifier.NoModifier)
    enter.setAccepted(False)
    QApplication.sendEvent(card, enter)
    return enter.isAccepted()


def _drop(card: PreviewCard, paths: list[Path], qtbot) -> None:
    mime = _mime(paths)  # events do not keep it alive
    assert _drag(card, mime)
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    drop = QDropEvent(QPointF(5, 5), action, mime, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(card, drop)
    names = tuple(path.name for path in paths)
    qtbot.waitUntil(lambda: tuple(i.name for i in card._session.preview) == names)


def _mime(paths: list[Path]) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def _predict(session: Session, rows: list[list[float]]) -> None:
    request = session._worker.last(msg.Predict)
    assert len(request.images) == len(rows)
    session.handle(
        msg.PredictionEnded(request.request_id, msg.Outcome.DONE, None, np.array(rows, np.float32))
    )
