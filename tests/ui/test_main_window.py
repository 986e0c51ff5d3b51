"""The window opens, saves, asks, tells, and is fully named and reachable by keyboard."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox, QWidget

from ichdesk.archive import save_project
from ichdesk.session.state import Level
from ichdesk.ui import file_commands
from ichdesk.ui.about import AboutDialog, TourDialog
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.settings import Settings
from ichdesk.ui.style import style_sheet
from ichdesk.ui.theme import DARK, LIGHT, Mode
from tests.ui.conftest import drag_onto, files, jpeg

Buttons = QMessageBox.StandardButton


@pytest.fixture
def project_file(live_session, fill, tmp_path):
    fill(Hemorrhage=2, Normal=1)
    path = tmp_path / "class.tm"
    save_project(live_session.project, path, lambda *_: None)
    live_session.new()
    return path


def answer(monkeypatch, button):
    asked = []

    def ask(_window, name):
        asked.append(name)
        return button

    monkeypatch.setattr(file_commands, "ask_unsaved", ask)
    return asked


def test_title_shows_file_and_unsaved_mark(qtbot, window, live_session, project_file):
    assert window.windowTitle() == "Untitled[*] - ICHDesk"
    window.open_path(project_file)
    qtbot.waitUntil(lambda: window.windowTitle() == "class.tm[*] - ICHDesk")
    assert not window.isWindowModified()
    live_session.add_class()
    assert window.isWindowModified()
    live_session.undo()
    assert not window.isWindowModified()


def test_undo_and_redo_name_the_edit(window, live_session):
    assert not window.menus.undo.isEnabled()
    live_session.add_class()
    assert window.menus.undo.text() == "&Undo add class"
    window.menus.undo.trigger()
    assert window.menus.redo.text() == "&Redo add class"
    window.menus.redo.trigger()
    assert len(live_session.project.classes) == 3


def test_shortcuts_reach_the_session(window, live_session):
    live_session.add_class()
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(live_session.project.classes) == 2


def test_close_without_changes_does_not_ask(window, monkeypatch):
    asked = answer(monkeypatch, Buttons.Cancel)
    assert window.close()
    assert asked == []


@pytest.mark.parametrize(("button", "closed"), [(Buttons.Discard, True), (Buttons.Cancel, False)])
def test_close_with_changes_asks(window, live_session, monkeypatch, button, closed):
    asked = answer(monkeypatch, button)
    live_session.add_class()
    window.close()
    assert asked == ["Untitled"]
    assert window.isHidden() is closed


def test_close_saves_first_if_told_to(qtbot, window, live_session, monkeypatch, tmp_path):
    path = tmp_path / "new.tm"
    answer(monkeypatch, Buttons.Save)
    monkeypatch.setattr(file_commands, "ask_save_path", lambda *_: path)
    live_session.add_class()
    live_session.import_files([picture(tmp_path)])
    qtbot.waitUntil(lambda: live_session.project.sample_count == 1 and live_session.job is None)
    window.close()
    assert not window.isHidden()
    qtbot.waitUntil(window.isHidden)
    assert path.is_file()


def test_close_stays_open_if_saving_fails(qtbot, window, live_session, monkeypatch, tmp_path):
    answer(monkeypatch, Buttons.Save)
    missing = tmp_path / "gone" / "new.tm"
    monkeypatch.setattr(file_commands, "ask_save_path", lambda *_: missing)
    live_session.add_class()
    window.close()
    qtbot.waitUntil(lambda: bool(live_session.notices))
    assert not window.isHidden()


def test_close_waits_for_a_copy_that_is_being_saved(qtbot, window, live_session, tmp_path):
    live_session.save(tmp_path / "copy.tm")
    assert not window.close()
    qtbot.waitUntil(window.isHidden)
    assert (tmp_path / "copy.tm").is_file()


def test_drop_of_a_project_does_not_wait_for_the_answer(
    qtbot, window, live_session, project_file, monkeypatch
):
    asked = answer(monkeypatch, Buttons.Discard)
    live_session.add_class()
    assert drag_onto(window, files(project_file))
    assert not asked
    qtbot.waitUntil(lambda: live_session.path == project_file)


def test_new_asks_before_it_throws_changes_away(window, live_session, monkeypatch):
    asked = answer(monkeypatch, Buttons.Cancel)
    live_session.add_class()
    window.menus.new.trigger()
    assert asked
    assert len(live_session.project.classes) == 3


def test_question_offers_three_answers(qtbot, window):
    def press_cancel():
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        assert "Untitled" in box.text()
        box.button(Buttons.Cancel).click()

    from PySide6.QtCore import QTimer

    QTimer.singleShot(0, press_cancel)
    assert file_commands.ask_unsaved(window, "Untitled") == Buttons.Cancel


def test_project_dropped_anywhere_opens(qtbot, window, live_session, project_file):
    assert drag_onto(window.app_bar, files(project_file), drop=False)
    assert drag_onto(window, files(project_file))
    qtbot.waitUntil(lambda: live_session.path == project_file)
    assert [b.name for b in live_session.project.classes] == ["Hemorrhage", "Normal"]


def test_images_dropped_beside_the_cards_make_a_class(qtbot, window, live_session, tmp_path):
    folder = tmp_path / "Subdural"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg(3))
    assert drag_onto(window.canvas.surface, files(folder))
    qtbot.waitUntil(lambda: len(live_session.project.classes) == 3)
    assert live_session.project.classes[2].name == "Subdural"


def test_failed_open_is_a_message(qtbot, window, live_session, tmp_path):
    window.open_path(tmp_path / "missing.tm")
    qtbot.waitUntil(lambda: len(window.notices.views) == 1)
    view = window.notices.views[0]
    assert view.accessibleName().startswith("Error: ")
    qtbot.mouseClick(view.close_button, Qt.MouseButton.LeftButton)
    assert live_session.notices == ()
    qtbot.waitUntil(window.notices.isHidden)


def test_details_open_and_escape_dismisses(qtbot, window, live_session):
    live_session.report("Two things were left out.", Level.WARNING, ("a", "b"))
    qtbot.waitUntil(lambda: bool(window.notices.views))
    view = window.notices.views[0]
    assert view.details_label.isHidden()
    qtbot.mouseClick(view.details_button, Qt.MouseButton.LeftButton)
    assert view.details_label.isVisible()
    assert view.details_label.text() == "a\nb"
    view.details_button.setFocus()
    qtbot.keyClick(view.details_button, Qt.Key.Key_Escape)
    assert live_session.notices == ()


def test_recent_files(qtbot, window, live_session, project_file, settings):
    window.open_path(project_file)
    qtbot.waitUntil(lambda: settings.recent == [project_file])
    window.menus.recent_menu.aboutToShow.emit()
    shown = [a.text() for a in window.menus.recent_menu.actions()]
    assert shown == ["class.tm", "", "&Clear list"]
    live_session.new()
    window.menus.recent_menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: live_session.path == project_file)
    window.menus.recent_menu.actions()[-1].trigger()
    assert settings.recent == []


def test_shipped_example_is_not_written_over(
    window, live_session, monkeypatch, project_file, settings
):
    monkeypatch.setattr(file_commands, "project_path", lambda _: project_file)
    asked = []
    monkeypatch.setattr(file_commands, "ask_save_path", lambda *a: asked.append(a))
    live_session.path = project_file
    window.save()
    assert len(asked) == 1


def test_nothing_is_saved_among_the_class_projects(window, live_session, monkeypatch, tmp_path):
    monkeypatch.setattr(file_commands, "project_path", lambda name: tmp_path / name)
    monkeypatch.setattr(file_commands, "ask_save_path", lambda *_: tmp_path / "mine.tm")
    window.save_as()
    assert live_session.notices[-1].text.endswith("save in another folder.")
    assert not live_session.is_writing


def test_settings_survive(tmp_path):
    path = tmp_path / "w.ini"
    project = tmp_path / "a.tm"
    project.touch()
    first = Settings(path)
    assert first.mode is Mode.SYSTEM
    first.mode = Mode.DARK
    first.add_recent(project)
    again = Settings(path)
    assert again.mode is Mode.DARK
    assert again.recent == [project]
    assert again.last_folder == tmp_path
    project.unlink()
    assert again.recent == []


def test_theme_switch_is_remembered(window, settings):
    window.set_mode(Mode.DARK)
    assert settings.mode is Mode.DARK
    assert [a.isChecked() for a in window.menus.modes.actions()] == [False, False, True]
    window.set_mode(Mode.LIGHT)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_style_sheet_is_complete(palette):
    sheet = style_sheet(palette)
    assert palette.card in sheet
    assert sheet.count("{") == sheet.count("}")


def test_every_control_has_a_name(qtbot, window, live_session, fill):
    fill(A=2, B=0)
    live_session.report("Something.", Level.WARNING, ("more",))
    live_session.set_class_enabled(live_session.project.classes[0].id, False)
    window.show_under_the_hood(True)
    qtbot.waitUntil(lambda: bool(window.notices.views))
    unnamed = [w for w in window.findChildren(QWidget) if _is_control(w) and not _name(w)]
    assert [f"{type(w).__name__} in {type(w.parent()).__name__}" for w in unnamed] == []


def _is_control(widget):
    """Whether Tab can reach it; viewports hand the focus on, lists of combo boxes are popups."""
    if widget.focusProxy() is not None or not isinstance(widget.window(), MainWindow):
        return False
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _name(widget):
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def test_tab_visits_cards_in_order(window, live_session, fill):
    fill(A=2, B=2)
    live_session.add_class()
    surface = window.canvas.surface
    window.app_bar.button.setFocus()
    seen: list[QWidget] = []
    for _ in range(40):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is window.app_bar.button or now in seen:
            break
        seen.append(now)
    cards = [*surface.class_cards.values(), surface.add_card, surface.training_card]
    order = [next((i for i, c in enumerate(cards) if _inside(c, w)), None) for w in seen]
    order = [place for place in order if place is not None]
    assert order == sorted(order)
    assert set(order) == set(range(len(cards)))


def _inside(card, widget):
    return card is widget or card.isAncestorOf(widget)


def test_under_the_hood_opens_and_closes(qtbot, window):
    button = window.canvas.surface.training_card.hood_button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    panel = window.splitter.widget(1)
    assert panel.isVisible()
    assert window.menus.under_the_hood.isChecked()
    panel.close_requested.emit()
    assert not panel.isVisible()
    window.menus.under_the_hood.trigger()
    assert panel.isVisible()


def test_hamburger_opens_the_menu(qtbot, window):
    qtbot.mouseClick(window.app_bar.button, Qt.MouseButton.LeftButton)
    assert window.app_bar.menu.isVisible()
    texts = [a.text() for a in window.app_bar.menu.actions() if a.text()]
    assert "&New project" in texts
    window.app_bar.menu.close()


def test_about_says_what_it_is_not_for(qtbot, window):
    window.show_about()
    dialog = window.findChild(AboutDialog)
    texts = " ".join(label.text() for label in dialog.findChildren(QWidget) if _is_label(label))
    assert "not for diagnosis" in texts
    assert "Apache" in texts
    dialog.reject()
    window.show_tour()
    window.findChild(TourDialog).reject()
    qtbot.waitUntil(lambda: window.findChild(AboutDialog) is None)


def _is_label(widget):
    return hasattr(widget, "setWordWrap") and hasattr(widget, "text")


def picture(folder: Path) -> Path:
    path = folder / "slice.jpg"
    path.write_bytes(jpeg(9))
    return path
