"""The dialog that exports the model: what it lists, says and does, with mouse and keyboard."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from ichdesk.core.errors import UserError
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.session.worker_client import WorkerDied
from ichdesk.ui import export_dialog
from ichdesk.ui.export import places
from ichdesk.ui.export.places import (
    Wanted,
    ask_place,
    bytes_text,
    free_name,
    size_text,
    with_ending,
)
from ichdesk.ui.export_dialog import ExportDialog
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.settings import Settings
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import end, set_classes, start, train

OWN = msg.FormatInfo("ichdesk", "ICHDesk model", "For ICHDesk.", ".ichmodel")
ONNX = msg.FormatInfo("onnx", "ONNX", "For many programs.", ".onnx")
PAGE = msg.FormatInfo("page", "Page to try", "For everybody.", "")
FORMATS = (OWN, ONNX, PAGE)
DONE, FAILED, CANCELLED = msg.Outcome.DONE, msg.Outcome.FAILED, msg.Outcome.CANCELLED


@pytest.fixture
def host(qtbot: QtBot, session: Session) -> QWidget:
    """What the dialog belongs to; the session has a model."""
    train(session)
    host = QWidget()
    qtbot.addWidget(host)
    return host


@pytest.fixture
def opened(
    host: QWidget, session: Session, settings: Settings
) -> Iterator[Callable[..., ExportDialog]]:
    """Opens the dialog; the worker lists these formats, unless it is none."""
    made: list[ExportDialog] = []

    def follow(change: Change) -> None:
        if made and made[0].isVisible():
            made[0].refresh(change)

    def make(*formats: msg.FormatInfo) -> ExportDialog:
        dialog = ExportDialog(session, Theme(Mode.LIGHT), settings, host)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        dialog.show()
        made[:] = [dialog]
        if formats:
            listed(session, *formats)
        return dialog

    session.subscribe(follow)
    yield make
    made.clear()


@pytest.fixture
def dialog(opened: Callable[..., ExportDialog]) -> ExportDialog:
    return opened(*FORMATS)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Wanted, Path]]:
    """The user always chooses the proposed name in the test's folder; what was asked."""
    asked: list[tuple[Wanted, Path]] = []

    def ask(_: QWidget, wanted: Wanted, folder: Path) -> Path:
        asked.append((wanted, folder))
        return tmp_path / wanted.name

    monkeypatch.setattr(export_dialog, "ask_place", ask)
    return asked


def listed(session: Session, *formats: msg.FormatInfo, error: str | None = None) -> None:
    number = session._worker.last(msg.ListFormats).request_id
    session.handle(msg.FormatsListed(number, FAILED if error else DONE, error, formats))


def select(dialog: ExportDialog, name: str) -> None:
    rows = [dialog.tree.topLevelItem(row) for row in range(dialog.tree.topLevelItemCount())]
    (row,) = (row for row in rows if row.data(0, Qt.ItemDataRole.UserRole) == name)
    dialog.tree.setCurrentItem(row)


def saving(session: Session) -> msg.SaveModel:
    return session._worker.last(msg.SaveModel)


def saved(session: Session, outcome: msg.Outcome = DONE, error: str | None = None) -> None:
    session.handle(msg.ModelSaved(saving(session).request_id, outcome, error))


def contents(dialog: ExportDialog) -> dict[str, str]:
    rows = dialog.pane.contents_labels
    return {head.text(): said.text() for head, said in rows if not head.isHidden()}


# --- before an export --------------------------------------------------------------------------


def test_it_lists_what_the_worker_offers(dialog: ExportDialog) -> None:
    rows = [dialog.tree.topLevelItem(row) for row in range(3)]
    assert [[row.text(0), row.text(1)] for row in rows] == [
        ["ICHDesk model", ".ichmodel"],
        ["ONNX", ".onnx"],
        ["Page to try", ".zip"],
    ]
    said = rows[2].data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Page to try, .zip. For everybody."
    assert dialog.selected is OWN
    assert dialog.focusWidget() is dialog.tree


def test_it_says_what_a_format_is_for_and_what_goes_in(
    dialog: ExportDialog, session: Session
) -> None:
    select(dialog, "onnx")
    assert dialog.pane.purpose_label.text() == "For many programs."
    rows = contents(dialog)
    assert list(rows) == ["Classes", "Test", "Network", "Pictures"]
    assert rows["Classes"] == "Hemorrhage, Normal"
    assert rows["Test"].splitlines() == [
        "Test accuracy 6 of 10 = 0.60, 95 % interval 0.31 to 0.83; single images held out; "
        "trained on 50 images.",
        "Hemorrhage: 3 of 5 = 0.60",
        "Normal: 3 of 5 = 0.60",
    ]
    assert rows["Network"] == "CT phantom (built in)"
    assert "Hounsfield" not in rows["Pictures"]
    assert dialog.pane.note_label.text() == "For teaching, not for diagnosis."
    session.rename_class(session.project.classes[0].id, "Bleed")
    assert contents(dialog)["Classes"] == "Bleed, Normal"


def test_image_steps_are_said_where_there_are_slices(
    opened: Callable[..., ExportDialog], session: Session
) -> None:
    slices = [
        ClassBin(bin_.name, tuple(replace(sample, is_hu=True) for sample in bin_.samples))
        for bin_ in session.project.classes
    ]
    session.project = Project(tuple(slices))
    train(session)
    dialog = opened(*FORMATS)
    assert contents(dialog)["Pictures"].endswith("become pictures by: Window 40/80.")


def test_many_classes_are_cut_short(opened: Callable[..., ExportDialog], session: Session) -> None:
    set_classes(session, *(f"C{number}" for number in range(15)))
    train(session)
    rows = contents(opened(*FORMATS))
    assert rows["Classes"].endswith("C10, C11, and 3 more")
    assert rows["Test"].endswith("and 3 more")


def test_its_own_format_tells_its_size(dialog: ExportDialog, session: Session) -> None:
    session.run.model = bytes(54_321)
    select(dialog, "onnx")
    select(dialog, "ichdesk")
    assert contents(dialog)["Size"] == "About 54 KB."
    select(dialog, "onnx")
    assert "Size" not in contents(dialog)


def test_a_stale_model_is_called_so(dialog: ExportDialog, session: Session) -> None:
    assert dialog.stale_chip.isHidden()
    session.set_config(replace(session.project.config, epochs=77))
    assert dialog.stale_chip.text().startswith("Out of date: images or settings have changed")
    assert dialog.export_button.isEnabled()


def test_only_several_files_ask_for_zip_or_folder(dialog: ExportDialog) -> None:
    assert dialog.pane.packing.isHidden()
    select(dialog, "page")
    assert not dialog.pane.packing.isHidden()
    assert [b.text() for b in dialog.pane.packing_buttons.values()] == ["One zip file", "A folder"]
    assert not dialog.pane.is_folder


def test_until_the_formats_come_it_says_so(
    opened: Callable[..., ExportDialog], session: Session
) -> None:
    session.handle(WorkerDied(True, "It ended."))
    session.run.model = b"a model"
    session._model_is_gone = False
    dialog = opened()
    assert "is starting" in dialog.empty_label.text()
    assert not dialog.export_button.isEnabled()
    assert dialog.empty_label.isVisible()
    session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ()))
    assert dialog.empty_label.text() == "Looking for formats…"
    listed(session, error="Something went wrong.")
    assert dialog.empty_label.text() == "Something went wrong."
    session.exports.ensure()
    listed(session, *FORMATS)
    assert not dialog.empty_label.isVisible()
    assert dialog.export_button.isEnabled()
    assert dialog.focusWidget() is dialog.tree


def test_the_next_worker_is_asked_again(dialog: ExportDialog, session: Session) -> None:
    session.run.model = b"a model"
    select(dialog, "page")
    session.handle(WorkerDied(True, "It ended."))
    assert len([r for r in session._worker.sent if isinstance(r, msg.ListFormats)]) == 2
    listed(session, OWN, PAGE)
    assert dialog.selected is PAGE
    assert dialog.tree.topLevelItemCount() == 2


def test_a_training_takes_the_formats_away_until_it_has_ended(
    dialog: ExportDialog, session: Session
) -> None:
    start(session)
    assert "A training is running" in dialog.empty_label.text()
    assert not dialog.export_button.isEnabled()
    end(session)
    assert not dialog.empty_label.isVisible()
    assert dialog.export_button.isEnabled()


# --- an export ---------------------------------------------------------------------------------


def test_from_the_click_to_the_file(
    dialog: ExportDialog,
    session: Session,
    answer: list[tuple[Wanted, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: not shown.append(url))
    assert dialog.status.isHidden()
    select(dialog, "onnx")
    dialog.export_button.click()
    ((wanted, _),) = answer
    assert (wanted.info, wanted.name) == (ONNX, "model.onnx")
    path = tmp_path / "model.onnx"
    assert (saving(session).path, saving(session).format) == (str(path), "onnx")
    assert dialog.status.stage_label.text().startswith("Waiting for its turn…")
    assert not dialog.export_button.isEnabled()
    assert dialog.focusWidget() is dialog.status.cancel_button
    session.handle(msg.ModelProgressed(saving(session).request_id, "Tracing the network"))
    assert dialog.status.stage_label.text().startswith("Tracing the network…")
    assert dialog.status.bar.isVisible()
    path.write_bytes(bytes(2_345_678))
    saved(session)
    assert not dialog.status.bar.isVisible()
    assert dialog.status.chip.text() == (
        "Exported model.onnx as ONNX. For teaching, not for diagnosis."
    )
    assert dialog.status.place_label.text() == f"2.3 MB, in {tmp_path}"
    assert dialog.focusWidget() is dialog.status.folder_button
    dialog.status.folder_button.click()
    assert [url.toLocalFile() for url in shown] == [tmp_path.as_posix()]
    assert dialog.export_button.isEnabled()


def test_a_folder_is_shown_itself(
    dialog: ExportDialog,
    session: Session,
    answer: list[tuple[Wanted, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(shown.append(url)))
    select(dialog, "page")
    dialog.pane.packing_buttons[True].click()
    dialog.export_button.click()
    folder = tmp_path / "model-page"
    assert saving(session).path == str(folder)
    folder.mkdir()
    (folder / "index.html").write_bytes(bytes(1500))
    saved(session)
    assert dialog.status.place_label.text() == f"2 KB, in {tmp_path}"
    dialog.status.folder_button.click()
    assert [url.toLocalFile() for url in shown] == [folder.as_posix()]
    assert "open the folder yourself" in dialog.status.place_label.text()


def test_format_and_folder_are_remembered(
    opened: Callable[..., ExportDialog],
    session: Session,
    settings: Settings,
    answer: list[tuple[Wanted, Path]],
    tmp_path: Path,
) -> None:
    first = opened(*FORMATS)
    select(first, "page")
    first.export_button.click()
    saved(session)
    first.close()
    assert (settings.export_format, settings.last_folder) == ("page", tmp_path)
    again = opened()
    assert again.selected is PAGE
    assert again.status.isHidden()  # what ended before is old news
    again.export_button.click()
    assert answer[1][1] == tmp_path


def test_a_format_that_is_gone_is_no_harm(
    opened: Callable[..., ExportDialog], settings: Settings, tmp_path: Path
) -> None:
    settings.remember_export("word", tmp_path)
    assert opened(*FORMATS).selected is OWN


def test_who_thinks_better_of_it_exports_nothing(
    dialog: ExportDialog, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_dialog, "ask_place", lambda *_: None)
    dialog.export_button.click()
    assert session.exports.last is None
    assert settings.export_format == ""


def test_a_name_that_cannot_be_used_is_said_here(
    dialog: ExportDialog, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Path:
        raise UserError("It exists already; choose another name.")

    monkeypatch.setattr(export_dialog, "ask_place", refuse)
    dialog.export_button.click()
    assert session.exports.last is None
    assert dialog.status.chip.text() == "It exists already; choose another name."
    session.set_config(replace(session.project.config, epochs=77))
    assert dialog.status.chip.isVisible()


def test_a_failure_is_said_here(
    dialog: ExportDialog, session: Session, answer: list[tuple[Wanted, Path]]
) -> None:
    dialog.export_button.click()
    saved(session, FAILED, "The disk is full.")
    assert dialog.status.chip.text() == dialog.status.chip.accessibleName() == "The disk is full."
    assert not dialog.status.folder_button.isVisible()
    assert dialog.focusWidget() is dialog.export_button


def test_it_can_be_canceled(
    dialog: ExportDialog, session: Session, answer: list[tuple[Wanted, Path]]
) -> None:
    dialog.export_button.click()
    dialog.status.cancel_button.click()
    assert session._worker.sent[-1] == msg.Cancel(saving(session).request_id)
    said = dialog.status.stage_label.text
    assert said() == "Canceling the export of model.ichmodel: it has not begun."
    session.handle(msg.ModelProgressed(saving(session).request_id, "Tracing"))
    assert said() == "Canceling the export of model.ichmodel: it stops after “Tracing”."
    assert not dialog.status.cancel_button.isEnabled()
    saved(session, CANCELLED)
    assert "was canceled" in dialog.status.chip.text()
    dialog.export_button.click()
    assert dialog.status.cancel_button.isEnabled()


def test_it_goes_on_behind_a_closed_dialog(
    opened: Callable[..., ExportDialog],
    session: Session,
    answer: list[tuple[Wanted, Path]],
    qtbot: QtBot,
) -> None:
    first = opened(*FORMATS)
    first.export_button.click()
    qtbot.keyClick(first, Qt.Key.Key_Escape)
    assert session.exports.going is not None
    again = opened()
    assert again.status.bar.isVisible()
    assert not again.export_button.isEnabled()
    saved(session, FAILED, "The disk is full.")
    assert again.status.chip.text() == "The disk is full."


def test_the_keyboard_alone_is_enough(
    dialog: ExportDialog, session: Session, answer: list[tuple[Wanted, Path]], qtbot: QtBot
) -> None:
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(dialog.tree, key)
    assert [wanted.info for wanted, _ in answer] == [ONNX]
    for button in dialog.findChildren(QAbstractButton):
        assert button.text() or button.accessibleName()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_double_click_exports(
    dialog: ExportDialog, answer: list[tuple[Wanted, Path]], qtbot: QtBot
) -> None:
    place = dialog.tree.visualItemRect(dialog.tree.topLevelItem(2)).center()
    for act in (qtbot.mouseClick, qtbot.mouseDClick):
        act(dialog.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [wanted.info for wanted, _ in answer] == [PAGE]


# --- in the window -----------------------------------------------------------------------------


def test_menu_and_card_open_the_same_dialog(
    window: MainWindow, live_session: Session, qtbot: QtBot
) -> None:
    set_classes(live_session, "A", "B")
    live_session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ()))
    train(live_session)
    button = window.canvas.surface.preview_card.export_button
    qtbot.waitUntil(lambda: button.isEnabled() and window.menus.export_model.isEnabled())
    button.click()
    dialog = window.findChild(ExportDialog)
    window.menus.export_model.trigger()
    assert window.findChildren(ExportDialog) == [dialog]
    listed(live_session, *FORMATS)
    qtbot.waitUntil(lambda: dialog.selected is OWN)
    live_session.export_model(Path("/x/m.onnx"), "onnx")
    qtbot.waitUntil(window.jobs.isVisible)
    assert window.jobs.title_label.text() == "Exporting m.onnx"
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close_button.click()
    window.jobs.cancel_button.click()
    assert live_session.exports.going.is_canceling
    window.export_model()
    assert window.findChild(ExportDialog).status.isVisible()
    saved(live_session, CANCELLED)
    qtbot.waitUntil(lambda: not window.jobs.isVisible())


# --- places ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("info", "is_folder", "name", "suffix"),
    [
        (ONNX, False, "study.onnx", ".onnx"),
        (ONNX, True, "study.onnx", ".onnx"),
        (PAGE, False, "study-page.zip", ".zip"),
        (PAGE, True, "study-page", ""),
    ],
)
def test_names_are_proposed(info: msg.FormatInfo, is_folder: bool, name: str, suffix: str) -> None:
    wanted = Wanted(info, "study", is_folder)
    assert (wanted.name, wanted.suffix) == (name, suffix)


@pytest.mark.parametrize(
    ("chosen", "made"),
    [("a.zip", "a.zip"), ("A.ZIP", "A.ZIP"), ("a", "a.zip"), ("version 1.2", "version 1.2.zip")],
)
def test_a_file_gets_its_ending(
    monkeypatch: pytest.MonkeyPatch, host: QWidget, tmp_path: Path, chosen: str, made: str
) -> None:
    asked: list[tuple[str, str]] = []

    def ask(_: QWidget, _title: str, name: str, kinds: str) -> Path:
        asked.append((name, kinds))
        return tmp_path / chosen

    monkeypatch.setattr(places, "ask_save_path", ask)
    assert ask_place(host, Wanted(PAGE, "study"), tmp_path) == tmp_path / made
    assert asked == [(str(tmp_path / "study-page.zip"), "Page to try, as a zip file (*.zip)")]


def test_a_file_that_nobody_was_asked_about_stays(tmp_path: Path) -> None:
    (tmp_path / "a.zip").touch()
    with pytest.raises(UserError, match=r"“a.zip” exists already; choose another name"):
        with_ending(tmp_path / "a", ".zip")
    assert with_ending(tmp_path / "a.zip", ".zip") == tmp_path / "a.zip"  # the dialog has asked


def test_a_folder_is_always_a_new_one(
    monkeypatch: pytest.MonkeyPatch, host: QWidget, tmp_path: Path
) -> None:
    monkeypatch.setattr(places, "ask_folder", lambda *_: tmp_path)
    wanted = Wanted(PAGE, "study", is_folder=True)
    assert ask_place(host, wanted, tmp_path) == tmp_path / "study-page"
    (tmp_path / "study-page").mkdir()
    (tmp_path / "study-page (2)").symlink_to(tmp_path / "nothing")
    assert free_name(tmp_path / "study-page") == tmp_path / "study-page (3)"
    monkeypatch.setattr(places, "ask_folder", lambda *_: None)
    assert ask_place(host, wanted, tmp_path) is None


def test_sizes_are_of_what_is_there(tmp_path: Path) -> None:
    assert size_text(tmp_path / "gone") == ""
    (tmp_path / "more").mkdir()
    for name in ("one", "more/two"):
        (tmp_path / name).write_bytes(bytes(600_000))
    assert size_text(tmp_path) == "1.2 MB"
    assert size_text(tmp_path / "one") == "600 KB"
    assert [bytes_text(size) for size in (1, 45_300_000)] == ["1 KB", "45 MB"]


@pytest.mark.parametrize("said", ["5", "null", '["onnx"]'])
def test_a_format_that_is_no_name_was_never_remembered(tmp_path: Path, said: str) -> None:
    path = tmp_path / "window.json"
    path.write_text(f'{{"export_format": {said}}}')
    assert Settings(path).export_format == ""
