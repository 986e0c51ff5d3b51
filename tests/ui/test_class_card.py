"""A class card renames, collects, removes and moves, by mouse and by keyboard."""

from PySide6.QtCore import QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest

from ichdesk.ui.cards import class_card, sample_row
from ichdesk.ui.cards.sample_model import MIME_TYPE, pack_samples
from ichdesk.ui.cards.sample_strip import CELL_PX
from tests.ui.conftest import drag_onto, files, jpeg


def cards(window):
    return list(window.canvas.surface.class_cards.values())


def names(session):
    return [bin_.name for bin_ in session.project.classes]


def sizes(session):
    return [len(bin_.samples) for bin_ in session.project.classes]


def click_sample(strip, row, modifiers=Qt.KeyboardModifier.NoModifier):
    place = strip.visualRect(strip.model().index(row)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, modifiers, place)


def rename(qtbot, card, text):
    qtbot.mouseClick(card.title.pencil, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(card.title.editor.hasFocus)
    card.title.editor.selectAll()
    qtbot.keyClicks(card.title.editor, text)


def test_enter_renames(qtbot, window, live_session):
    card = cards(window)[0]
    rename(qtbot, card, "Hemorrhage")
    qtbot.keyClick(card.title.editor, Qt.Key.Key_Return)
    assert names(live_session)[0] == "Hemorrhage"
    assert card.title.label.text() == "Hemorrhage"
    assert not card.title.is_editing
    assert card.title.pencil.hasFocus()


def test_escape_keeps_the_name(qtbot, window, live_session):
    card = cards(window)[0]
    rename(qtbot, card, "Other")
    qtbot.keyClick(card.title.editor, Qt.Key.Key_Escape)
    assert names(live_session)[0] == "Class 1"
    assert not card.title.is_editing


def test_leaving_the_editor_renames(qtbot, window, live_session):
    card = cards(window)[0]
    rename(qtbot, card, "Normal")
    window.canvas.surface.add_card.setFocus()
    assert names(live_session)[0] == "Normal"
    assert not card.title.is_editing


def test_refused_name_keeps_the_editor_open(qtbot, window, live_session):
    card = cards(window)[0]
    rename(qtbot, card, "Class 2")
    qtbot.keyClick(card.title.editor, Qt.Key.Key_Return)
    assert card.title.is_editing
    assert "already a class" in live_session.notices[0].text
    qtbot.waitUntil(lambda: len(window.notices.views) == 1)


def test_double_click_on_the_name_edits(qtbot, window):
    card = cards(window)[0]
    qtbot.mouseDClick(card.title.label, Qt.MouseButton.LeftButton)
    assert card.title.is_editing


def test_add_a_class_edits_its_name(qtbot, window, live_session):
    qtbot.mouseClick(window.canvas.surface.add_card, Qt.MouseButton.LeftButton)
    assert names(live_session) == ["Class 1", "Class 2", "Class 3"]
    assert cards(window)[2].title.is_editing


def test_cards_of_other_classes_are_kept(window, live_session):
    before = cards(window)
    live_session.delete_class(before[0].class_id)
    assert cards(window) == before[1:]
    live_session.undo()
    assert cards(window)[1] is before[1]


def test_focus_survives_an_edit_elsewhere(window, live_session):
    card = cards(window)[1]
    card.menu_button.setFocus()
    live_session.rename_class(cards(window)[0].class_id, "Other")
    assert card.menu_button.hasFocus()


def test_empty_class_says_what_to_do(window, fill):
    assert cards(window)[0].empty_label.isVisible()
    assert "Drop" in cards(window)[0].empty_label.text()
    fill(A=1, B=0)
    assert not cards(window)[0].empty_label.isVisible()
    assert cards(window)[0].height() == cards(window)[1].height()


def test_disabled_class_says_so(window, live_session):
    card = cards(window)[0]
    card.enabled_action.trigger()
    assert not live_session.project.classes[0].enabled
    assert card.tag.isVisible()
    assert card.tag.text() == "disabled"
    assert "disabled" in card.accessibleName()
    card.enabled_action.trigger()
    assert live_session.project.classes[0].enabled


def test_menu_removes_samples_and_class(window, live_session, fill):
    fill(A=3, B=2)
    cards(window)[0].clear_action.trigger()
    assert sizes(live_session) == [0, 2]
    assert not cards(window)[0].clear_action.isEnabled()
    cards(window)[0].delete_action.trigger()
    assert names(live_session) == ["B"]


def test_menu_saves_samples(qtbot, window, live_session, fill, tmp_path, monkeypatch):
    fill(A=2, B=1)
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(class_card, "ask_folder", lambda *_: out)
    cards(window)[0].save_action.trigger()
    qtbot.waitUntil(lambda: len([p for p in out.rglob("*") if p.is_file()]) == 2)
    qtbot.waitUntil(lambda: live_session.job is None and bool(live_session.notices))


def test_delete_removes_what_clicks_selected(qtbot, window, live_session, fill):
    fill(A=5, B=1)
    strip = cards(window)[0].strip
    kept = [live_session.project.classes[0].samples[i] for i in (1, 4)]
    click_sample(strip, 0)
    click_sample(strip, 2, Qt.KeyboardModifier.ControlModifier)
    click_sample(strip, 3, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(strip, Qt.Key.Key_Delete)
    assert list(live_session.project.classes[0].samples) == kept
    live_session.undo()
    assert sizes(live_session) == [5, 1]


def test_shift_selects_a_range_and_backspace_deletes(qtbot, window, live_session, fill):
    fill(A=5, B=1)
    strip = cards(window)[0].strip
    click_sample(strip, 1)
    click_sample(strip, 3, Qt.KeyboardModifier.ShiftModifier)
    assert strip.selected_rows == [1, 2, 3]
    qtbot.keyClick(strip, Qt.Key.Key_Backspace)
    assert sizes(live_session) == [2, 1]
    assert strip.selected_rows == []
    assert strip.currentIndex().row() == 1


def test_select_all_by_key(qtbot, window, fill):
    fill(A=5, B=1)
    strip = cards(window)[0].strip
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert strip.selected_rows == [0, 1, 2, 3, 4]
    qtbot.keyClick(strip, Qt.Key.Key_Escape)
    assert strip.selected_rows == []


def test_rubber_band_selects(window, fill):
    fill(A=2, B=1)
    strip = cards(window)[0].strip
    viewport, left = strip.viewport(), Qt.MouseButton.LeftButton
    QTest.mousePress(viewport, left, Qt.KeyboardModifier.NoModifier, QPoint(3 * CELL_PX, 40))
    QTest.mouseMove(viewport, QPoint(2 * CELL_PX, 30))
    QTest.mouseMove(viewport, QPoint(CELL_PX + 20, 10))
    QTest.mouseRelease(viewport, left, Qt.KeyboardModifier.NoModifier, QPoint(CELL_PX + 20, 10))
    assert strip.selected_rows == [1]


def test_arrow_keys_reach_samples(qtbot, window, fill):
    fill(A=3, B=1)
    strip = cards(window)[0].strip
    strip.setFocus(Qt.FocusReason.TabFocusReason)
    assert strip.currentIndex().row() == 0
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert strip.selected_rows == [1]


def test_wheel_scrolls_sideways_and_then_hands_on(window, fill):
    fill(A=40, B=1)
    strip = cards(window)[0].strip
    assert wheel(strip, -120)
    assert strip.horizontalScrollBar().value() == 2 * CELL_PX
    assert wheel(strip, 240)
    assert strip.horizontalScrollBar().value() == 0
    assert not wheel(strip, 120)


def wheel(strip, delta):
    place = QPointF(10, 10)
    event = QWheelEvent(
        place,
        strip.viewport().mapToGlobal(place),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    strip.wheelEvent(event)
    return event.isAccepted()


def test_files_and_folders_dropped_on_a_card(qtbot, window, live_session, tmp_path):
    picture, folder = tmp_path / "a.jpg", tmp_path / "more"
    folder.mkdir()
    picture.write_bytes(jpeg(1))
    (folder / "b.jpg").write_bytes(jpeg(2))
    card = cards(window)[1]
    assert drag_onto(card, files(picture, folder), drop=False)
    assert card.drop_label.isVisible()
    assert "Class 2" in card.drop_label.text()
    assert drag_onto(card, files(picture, folder))
    assert not card.drop_label.isVisible()
    qtbot.waitUntil(lambda: sizes(live_session) == [0, 2])


def test_project_file_is_not_taken_by_a_card(window, tmp_path):
    drag_onto(cards(window)[0], files(tmp_path / "a.tm"), drop=False)
    assert cards(window)[0].drop_label.isHidden()


def test_upload_buttons(qtbot, window, live_session, tmp_path, monkeypatch):
    picture = tmp_path / "a.jpg"
    picture.write_bytes(jpeg(1))
    monkeypatch.setattr(sample_row, "ask_open_paths", lambda *_: [picture])
    monkeypatch.setattr(sample_row, "ask_folder", lambda *_: None)
    images, folder = cards(window)[0].upload.menu().actions()
    folder.trigger()
    images.trigger()
    qtbot.waitUntil(lambda: sizes(live_session) == [1, 0])


def test_samples_dragged_to_another_class(window, live_session, fill):
    fill(A=3, B=1)
    first, second = cards(window)
    moved = live_session.project.classes[0].samples[1]
    mime = first.strip.model().mimeData([first.strip.model().index(1)])
    assert mime.hasFormat(MIME_TYPE)
    assert not drag_onto(first, mime)
    assert drag_onto(second, mime)
    assert sizes(live_session) == [2, 2]
    assert live_session.project.classes[1].samples[-1] is moved


def test_stale_drag_is_refused(window, fill):
    fill(A=3, B=1)
    assert not drag_onto(cards(window)[1], pack_samples(cards(window)[0].class_id, [7]))
    assert not drag_onto(cards(window)[1], pack_samples(987654, [0]))


def test_context_menu_moves(window, live_session, fill):
    fill(A=3, B=1)
    card = cards(window)[0]
    card.strip.selectionModel().select(
        card.strip.model().index(2), QItemSelectionModel.SelectionFlag.Select
    )
    menu = card.context_menu()
    move = next(a.menu() for a in menu.actions() if a.menu())
    move.actions()[0].trigger()
    assert sizes(live_session) == [2, 2]
    menu.deleteLater()


def test_eight_thousand_samples_decode_what_is_seen(qtbot, window, live_session, fill, store):
    fill(A=1, B=1)
    samples = [store.add(jpeg(i)) for i in range(60)]
    many = tuple(samples[i % 60] for i in range(8000))
    live_session._edit("Add", live_session.project.add_samples(cards(window)[0].class_id, many))
    strip = cards(window)[0].strip
    qtbot.waitUntil(lambda: samples[0] in window.thumbnails)
    qtbot.waitUntil(lambda: window.thumbnails.is_idle)
    assert len(strip.visible_rows()) < 12
    assert len(window.thumbnails._cache) < 20
    strip.scrollToBottom()
    strip.horizontalScrollBar().setValue(strip.horizontalScrollBar().maximum())
    assert strip.visible_rows().stop == 8001


def test_unreadable_sample_is_drawn_as_such(qtbot, window, live_session, fill, store):
    fill(A=1, B=1)
    broken = store.add(b"no image")
    live_session._edit("Add", live_session.project.add_samples(cards(window)[0].class_id, [broken]))
    qtbot.waitUntil(lambda: broken in window.thumbnails)
    assert window.thumbnails[broken] is None
    assert not cards(window)[0].strip.grab().isNull()


def test_a_folder_name_with_ampersand_is_no_mnemonic(window, live_session, fill):
    fill(A=1, B=1)
    live_session.rename_class(cards(window)[1].class_id, "B & C")
    menu = cards(window)[0].context_menu()
    move = next(a.menu() for a in menu.actions() if a.menu())
    assert move.actions()[0].text() == "B && C"
    menu.deleteLater()


def test_samples_open_in_the_preview(qtbot, window, live_session, fill):
    fill(A=3, B=1)
    strip = cards(window)[0].strip
    click_sample(strip, 1)
    qtbot.keyClick(strip, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: [i.name for i in live_session.preview] == ["A, image 2"])
    assert live_session.preview[0].pixels.shape == (224, 224, 3)


def test_undo_while_a_new_class_is_being_named(qtbot, window, live_session):
    qtbot.mouseClick(window.canvas.surface.add_card, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(cards(window)[2].title.editor, "Half a na")
    window.menus.undo.trigger()
    assert names(live_session) == ["Class 1", "Class 2"]
    assert len(cards(window)) == 2
