"""The chooser of image features: what it lists, says and does, with mouse and keyboard."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import JobState
from ichdesk.ui import backbones_dialog
from ichdesk.ui.backbone_text import facts_text, size_text, speed_text, title_text
from ichdesk.ui.backbones_dialog import BackbonesDialog
from ichdesk.ui.cards import feature_choice
from ichdesk.ui.cards.training_card import TrainingCard
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import start

INFOS = (
    msg.BackboneInfo("ct-phantom", "CT phantom (built in)", 527_901, "Part of ICHDesk", "", 123.4),
    msg.BackboneInfo(
        "resnet18",
        "ResNet-18, ImageNet",
        11_176_512,
        "ImageNet weights",
        "The weights are not on this computer; download them or choose a file.",
        None,
        msg.DownloadRef("https://x.org/resnet18-f37072fd.pth", 44.661, "/c/resnet18-f37072fd.pth"),
    ),
    msg.BackboneInfo("resnet18:random", "ResNet-18, without pre-training", 11_176_512, "Random"),
)


@pytest.fixture
def card(qtbot: QtBot, session: Session) -> TrainingCard:
    card = TrainingCard(session, Theme(Mode.LIGHT))
    qtbot.addWidget(card)
    card.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    card.show()
    session.subscribe(card.refresh)
    return card


@pytest.fixture
def dialog(qtbot: QtBot, card: TrainingCard, session: Session) -> BackbonesDialog:
    card.settings.features.open_dialog()
    dialog = card.settings.features.dialog
    assert dialog is not None
    listed(session, *INFOS)
    return dialog


def requests(session: Session, kind: type) -> list[msg.Request]:
    return [request for request in session._worker.sent if isinstance(request, kind)]


def listed(session: Session, *infos: msg.BackboneInfo, chosen: str = "") -> None:
    number = session._worker.sent[-1].request_id
    session.handle(msg.BackbonesListed(number, msg.Outcome.DONE, None, infos, chosen))


def select(dialog: BackbonesDialog, spec: str) -> None:
    for row in range(dialog.tree.topLevelItemCount()):
        item = dialog.tree.topLevelItem(row)
        if item.data(0, Qt.ItemDataRole.UserRole) == spec:
            dialog.tree.setCurrentItem(item)
            return
    raise AssertionError(spec)


def texts(dialog: BackbonesDialog) -> list[list[str]]:
    items = [dialog.tree.topLevelItem(row) for row in range(dialog.tree.topLevelItemCount())]
    return [[item.text(column) for column in range(4)] for item in items]


# --- the field in the card ---------------------------------------------------------------------


def test_the_field_asks_for_the_list_when_it_is_first_seen(
    card: TrainingCard, session: Session
) -> None:
    assert not requests(session, msg.ListBackbones)
    card.advanced_button.click()
    assert len(requests(session, msg.ListBackbones)) == 1
    listed(session, *INFOS)
    features = card.settings.features
    offered = [features.itemText(i) for i in range(features.count())]
    assert offered == [
        *("CT phantom (built in)", "ResNet-18, without pre-training"),
        *("From a Teachable Machine export…", "All networks, size and speed…"),
    ]
    assert features.facts_label.text() == (
        "0.5 M parameters, 2.1 MB\n123 images/s\nPart of ICHDesk"
    )


def test_a_choice_in_the_field_changes_the_project(card: TrainingCard, session: Session) -> None:
    card.advanced_button.click()
    listed(session, *INFOS)
    choose(card, "ResNet-18, without pre-training")
    assert session.project.config.backbone == "resnet18:random"
    assert "Speed not measured yet" in card.settings.features.facts_label.text()


def test_features_from_an_export(
    card: TrainingCard, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [Path("/x/converted.zip"), None]
    monkeypatch.setattr(feature_choice, "ask_open_path", lambda *_: answers.pop(0))
    choose(card, "From a Teachable Machine export…")
    choose(card, "From a Teachable Machine export…")
    (request,) = requests(session, msg.AddBackbone)
    assert request.backbone == "tm-import:/x/converted.zip"
    assert card.settings.features.currentText() == "CT phantom (built in)"
    assert card.settings.features.facts_label.text() == "Checking converted.zip"
    listed(session, *INFOS, chosen="tm-import:/own/converted-12345678.zip")
    assert session.project.config.backbone == "tm-import:/own/converted-12345678.zip"


def choose(card: TrainingCard, text: str) -> None:
    features = card.settings.features
    index = features.findText(text)
    assert index >= 0, text
    features.setCurrentIndex(index)
    features.activated.emit(index)


# --- the dialog --------------------------------------------------------------------------------


def test_the_list_shows_size_speed_and_weights(dialog: BackbonesDialog) -> None:
    assert texts(dialog) == [
        ["CT phantom (built in) (in use)", "0.5 M, 2.1 MB", "123 images/s", "ready"],
        ["ResNet-18, ImageNet", "11.2 M, 45 MB", "not measured yet", "not on this computer"],
        ["ResNet-18, without pre-training", "11.2 M, 45 MB", "not measured yet", "ready"],
    ]
    said = dialog.tree.topLevelItem(1).data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert "not on this computer" in said


def test_what_is_missing_is_said_before_it_is_downloaded(
    dialog: BackbonesDialog, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads: list[msg.BackboneInfo] = []
    monkeypatch.setattr(session.backbones, "download", downloads.append)
    select(dialog, "resnet18")
    assert "resnet18-f37072fd.pth (44.7 MB) from x.org into /c" in dialog.details_label.text()
    assert not dialog.use_button.isEnabled()
    assert not dialog.measure_button.isEnabled()
    assert dialog.download_button.text() == "Download 44.7 MB"
    assert downloads == []


def test_use_changes_the_project_and_says_so(dialog: BackbonesDialog, session: Session) -> None:
    assert dialog.use_button.text() == "In use"
    select(dialog, "resnet18:random")
    dialog.use_button.click()
    assert session.project.config.backbone == "resnet18:random"
    assert texts(dialog)[2][0].endswith("(in use)")
    assert dialog.use_button.text() == "In use"
    assert dialog.selected.spec == "resnet18:random"


def test_the_keyboard_alone_is_enough(
    dialog: BackbonesDialog, session: Session, qtbot: QtBot
) -> None:
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(dialog.tree, key)
    assert dialog.selected.spec == "resnet18:random"
    qtbot.keyClick(dialog.tree, Qt.Key.Key_Return)
    assert session.project.config.backbone == "resnet18:random"
    for button in dialog.findChildren(QPushButton):
        assert button.text()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_measurement_is_sent_and_shown(dialog: BackbonesDialog, session: Session) -> None:
    select(dialog, "resnet18:random")
    dialog.measure_button.click()
    (request,) = requests(session, msg.MeasureBackbone)
    assert request.backbone == "resnet18:random"
    assert dialog.status_label.text() == "Measuring ResNet-18, without pre-training…"
    assert not dialog.measure_button.isEnabled()
    listed(session, *INFOS[:2], replace(INFOS[2], images_per_s=17.2))
    assert texts(dialog)[2][2] == "17 images/s"
    assert dialog.selected.spec == "resnet18:random"


def test_training_comes_before_measuring(dialog: BackbonesDialog, session: Session) -> None:
    start(session)
    dialog.refresh(~backbones_dialog.Change(0))
    assert not dialog.measure_button.isEnabled()


def test_weights_from_a_file_are_checked_by_the_worker(
    dialog: BackbonesDialog, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backbones_dialog, "ask_open_path", lambda *_: Path("/x/mine.pth"))
    select(dialog, "ct-phantom")
    assert not dialog.file_button.isEnabled()
    select(dialog, "resnet18")
    dialog.file_button.click()
    (request,) = requests(session, msg.AddBackbone)
    assert request.backbone == "resnet18:/x/mine.pth"
    session.handle(msg.BackbonesListed(request.request_id, msg.Outcome.FAILED, "It is damaged."))
    assert dialog.status_label.text() == "It is damaged."


def test_a_download_shows_progress_and_can_be_cancelled(
    dialog: BackbonesDialog, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    select(dialog, "resnet18")
    assert not dialog.cancel_button.isVisible()
    monkeypatch.setattr(session.backbones._jobs, "state", JobState("Downloading ResNet-18", 5, 20))
    session.backbones._changed()
    assert dialog.progress_bar.value() == 5
    assert dialog.cancel_button.isVisible()
    assert not dialog.download_button.isVisible()
    dialog.cancel_button.click()
    assert session.backbones._jobs._cancel.is_set()


def test_a_narrow_dialog_leaves_columns_to_the_details(dialog: BackbonesDialog) -> None:
    dialog.resize(800, 600)
    assert not dialog.tree.isColumnHidden(1)
    dialog.resize(*backbones_dialog._LEAST_PX)
    assert [dialog.tree.isColumnHidden(column) for column in range(4)] == [False, True, False, True]
    select(dialog, "resnet18:random")
    assert "11.2 M parameters, 45 MB" in dialog.details_label.text()


def test_it_closes_and_opens_again(
    dialog: BackbonesDialog, card: TrainingCard, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(dialog.destroyed):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert card.settings.features.dialog is None
    card.settings.features.open_dialog()
    again = card.settings.features.dialog
    with qtbot.waitSignal(again.destroyed):
        again.close_button.click()


# --- pure parts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "title"),
    [
        ("ct-phantom", "CT phantom (built in)"),
        ("tm-import:/a/b/my model.zip", "Teachable Machine import: my model"),
        ("resnet18:random", "resnet18:random"),
    ],
)
def test_titles_before_the_list_has_come(spec: str, title: str) -> None:
    assert title_text(spec, None) == title


def test_numbers_have_the_digits_that_they_deserve() -> None:
    assert [speed_text(replace(INFOS[0], images_per_s=v)) for v in (3.14159, 123.4)] == [
        *("3.1 images/s", "123 images/s"),
    ]
    assert size_text(INFOS[1]) == "11.2 M parameters, 45 MB"
    assert facts_text(None) == ""
    assert facts_text(INFOS[1]).endswith("choose a file.")
