"""The card of the fixed test set: there when it is needed, filled by drop, keys and locking."""

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt

from ichdesk.core.project import Project
from ichdesk.protocol import messages as msg
from ichdesk.ui.cards import sample_row
from ichdesk.ui.cards.sample_model import MIME_TYPE
from tests.fakes import runs
from tests.ui.conftest import drag_onto, files, jpeg


def surface(window):
    return window.canvas.surface


def card(window):
    return surface(window).test_card


def buckets(window):
    return list(card(window).buckets.values())


def fixed(session):
    return [bin_.positions(is_test=True) for bin_ in session.project.classes]


def ids(session):
    return [bin_.id for bin_ in session.project.classes]


def select(strip, *rows):
    for row in rows:
        strip.selectionModel().select(
            strip.model().index(row), QItemSelectionModel.SelectionFlag.Select
        )


def dragged(strip, *rows):
    return strip.model().mimeData([strip.model().index(row) for row in rows])


@pytest.fixture
def trained(qtbot, window, live_session):
    """A finished run on two classes of 30 images, of which the last five were held out."""
    live_session.handle(msg.WorkerReady(3, ("cpu",), ("CPU",), ("ct-phantom",)))
    bins = runs.made_session(live_session._store, "Bleed", "Normal").project.classes
    live_session._replace_project(Project(bins), None)
    runs.start(live_session, epochs=1)
    runs.epoch(live_session, 0)
    runs.end(live_session)
    button = surface(window).training_card.train_button
    qtbot.waitUntil(lambda: button.text() == "Model Trained")
    return live_session


def test_it_is_absent_until_somebody_wants_it(window, fill):
    fill(A=3, B=2)
    assert card(window).isHidden()
    assert buckets(window) == []
    window.menus.test_set.trigger()
    assert card(window).isVisible()
    assert [bucket.title_label.text() for bucket in buckets(window)] == [
        "A: 0 test images",
        "B: 0 test images",
    ]
    assert card(window).geometry().top() > surface(window).add_card.geometry().bottom()
    assert card(window).menu_button.hasFocus()
    card(window).hide_action.trigger()
    assert card(window).isHidden()
    assert surface(window).add_card.hasFocus()


def test_an_empty_one_does_not_follow_to_another_project(window, live_session, fill):
    fill(A=3, B=2)
    window.show_test_set()
    fill(C=1, D=1)
    assert card(window).isHidden()
    window.show_test_set()
    assert [bucket.class_id for bucket in buckets(window)] == ids(live_session)


def test_a_project_without_classes_has_a_card_without_buckets(window, live_session):
    for class_id in ids(live_session):
        live_session.delete_class(class_id)
    window.show_test_set()
    assert card(window).isVisible()
    assert buckets(window) == []


def test_classes_come_and_go_and_keep_their_order(window, live_session, fill):
    fill(A=3, B=2)
    window.show_test_set()
    kept = buckets(window)[1]
    live_session.add_class()
    live_session.delete_class(ids(live_session)[0])
    live_session.rename_class(ids(live_session)[0], "Bleed")
    assert buckets(window)[0] is kept
    assert buckets(window)[0].title_label.text() == "Bleed: 0 test images"
    assert len(buckets(window)) == 2
    live_session.undo()
    live_session.undo()
    assert [bucket.class_id for bucket in buckets(window)] == ids(live_session)
    assert buckets(window)[0].geometry().top() < buckets(window)[1].geometry().top()


def test_samples_are_dragged_in_and_out(window, live_session, fill):
    fill(A=4, B=2)
    window.show_test_set()
    first, second = surface(window).class_cards.values()
    mime = dragged(first.strip, 1, 3)
    assert mime.hasFormat(MIME_TYPE)
    assert drag_onto(buckets(window)[0], mime)
    assert fixed(live_session) == [(1, 3), ()]
    assert first.count_label.text() == "2 Image Samples"
    assert first.strip.positions == (0, 2)
    assert buckets(window)[0].title_label.text() == "A: 2 test images"
    assert not drag_onto(buckets(window)[0], dragged(buckets(window)[0].strip, 0))
    assert drag_onto(buckets(window)[1], dragged(buckets(window)[0].strip, 1))
    assert fixed(live_session) == [(1,), (2,)]
    assert drag_onto(second, dragged(buckets(window)[1].strip, 0))
    assert drag_onto(first, dragged(buckets(window)[0].strip, 0))
    assert fixed(live_session) == [(), ()]
    assert live_session.undo_label == "Move out of test set"
    assert [len(bin_.samples) for bin_ in live_session.project.classes] == [3, 3]


def test_samples_dropped_beside_the_buckets_stay_in_their_class(window, live_session, fill):
    fill(A=4, B=2)
    window.show_test_set()
    strip = list(surface(window).class_cards.values())[1].strip
    assert drag_onto(card(window), dragged(strip, 1))
    assert fixed(live_session) == [(), (1,)]
    assert not drag_onto(card(window), dragged(buckets(window)[1].strip, 0))


def test_files_are_dropped_on_a_bucket(qtbot, window, live_session, fill, tmp_path):
    fill(A=3, B=2)
    window.show_test_set()
    picture = tmp_path / "new.jpg"
    picture.write_bytes(jpeg(77))
    bucket = buckets(window)[1]
    assert drag_onto(bucket, files(picture), drop=False)
    assert bucket.drop_label.isVisible()
    assert bucket.drop_label.text() == "Drop to add to the test set of B"
    assert drag_onto(bucket, files(picture))
    assert bucket.drop_label.isHidden()
    qtbot.waitUntil(lambda: fixed(live_session) == [(), (2,)])


def test_folders_find_their_class(qtbot, window, live_session, fill, tmp_path):
    fill(Bleed=3, Normal=2, Artifact=1)
    window.show_test_set()
    for number, name in enumerate(("Normal", "test/bleed", "test/Artifact")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "x.jpg").write_bytes(jpeg(300 + number))
    assert drag_onto(card(window), files(tmp_path / "Normal", tmp_path / "test"))
    qtbot.waitUntil(lambda: fixed(live_session) == [(3,), (2,), (1,)])
    assert live_session.notices == ()


def test_a_project_file_is_left_to_the_window(window, fill, tmp_path):
    fill(A=1, B=1)
    window.show_test_set()
    for widget in (card(window), buckets(window)[0]):
        drag_onto(widget, files(tmp_path / "a.ichdesk"), drop=False)
        assert widget.drop_label.isHidden()


def test_upload(qtbot, window, live_session, fill, tmp_path, monkeypatch):
    fill(A=1, B=1)
    window.show_test_set()
    picture = tmp_path / "a.jpg"
    picture.write_bytes(jpeg(55))
    asked = []

    def ask(_, title, __):
        asked.append(title)
        return [picture]

    monkeypatch.setattr(sample_row, "ask_open_paths", ask)
    buckets(window)[0].upload.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: fixed(live_session) == [(1,), ()])
    assert asked == ["Add images to the test set of A"]


def test_keys_do_what_they_do_in_a_class(qtbot, window, live_session, fill):
    fill(A=4, B=2)
    first = ids(live_session)[0]
    live_session.move_samples(first, [1, 2, 3], first, is_test=True)
    strip = buckets(window)[0].strip
    strip.setFocus()
    seen = []
    surface(window).view_requested.connect(lambda *place: seen.append(place))
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert seen == [(first, 2)]
    qtbot.keyClick(strip, Qt.Key.Key_Delete)
    assert len(live_session.project.classes[0].samples) == 3
    assert fixed(live_session) == [(1, 2), ()]
    assert strip.hasFocus()
    live_session.undo()
    assert fixed(live_session) == [(1, 2, 3), ()]
    window.companions.get("viewer").close()


def test_the_viewer_says_that_it_is_a_test_image(qtbot, window, live_session, fill):
    fill(A=4, B=2)
    first = ids(live_session)[0]
    live_session.move_samples(first, [1], first, is_test=True)
    window.companions.show_sample(first, 1)
    qtbot.waitUntil(
        lambda: "(test set), image 2 of 4" in window.companions.get("viewer").windowTitle()
    )
    window.companions.get("viewer").step(1)
    qtbot.waitUntil(lambda: "A, image 3 of 4" in window.companions.get("viewer").windowTitle())
    window.companions.get("viewer").close()


def test_the_context_menu_changes_sides(window, live_session, fill):
    fill(A=4, B=2)
    row = next(iter(surface(window).class_cards.values())).row
    select(row.strip, 0, 2)
    menu = row.context_menu()
    next(a for a in menu.actions() if "Put into" in a.text()).trigger()
    menu.deleteLater()
    assert fixed(live_session) == [(0, 2), ()]
    row = buckets(window)[0].row
    select(row.strip, 1)
    menu = row.context_menu()
    next(a for a in menu.actions() if "Take out" in a.text()).trigger()
    menu.deleteLater()
    assert fixed(live_session) == [(0,), ()]


def test_a_sample_is_found_on_the_card_it_is_on(window, live_session, fill):
    fill(A=4, B=2)
    first = ids(live_session)[0]
    live_session.move_samples(first, [1], first, is_test=True)
    window.show_in_class(first, 1)
    assert buckets(window)[0].strip.selected_positions == [1]
    window.show_in_class(first, 2)
    assert next(iter(surface(window).class_cards.values())).strip.selected_positions == [2]


def test_what_is_read_out_says_the_side(window, live_session, fill):
    fill(A=4, B=2)
    first = ids(live_session)[0]
    live_session.move_samples(first, [1], first, is_test=True)
    told = buckets(window)[0].strip.model().index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "A, image 2 of 4, in the test set"
    strip = next(iter(surface(window).class_cards.values())).strip
    assert strip.model().index(1).data(Qt.ItemDataRole.ToolTipRole) == "A, image 3 of 4"
    assert buckets(window)[0].strip.accessibleName() == "Test images of class A"
    assert buckets(window)[0].upload.accessibleName() == "Upload test images to class A"


def test_a_class_without_test_images_is_named(window, live_session, fill):
    fill(A=4, B=2)
    first, second = ids(live_session)
    live_session.move_samples(first, [1], first, is_test=True)
    assert "There is none of “B” yet" in card(window).note.text()
    live_session.move_samples(second, [1], second, is_test=True)
    assert "There is none" not in card(window).note.text()
    live_session.set_class_enabled(first, False)
    assert buckets(window)[0].title_label.text() == "A (disabled): 1 test image"
    live_session.set_class_enabled(second, False)
    assert "training holds images out as usual" in card(window).note.text()


def test_the_card_says_what_is_in_the_classes_too(window, live_session, fill):
    fill(A=4, B=2)
    first, second = ids(live_session)
    live_session.move_samples(first, [1], first, is_test=True)
    assert card(window).chip.isHidden()
    copy = live_session.project.classes[0].samples[0]
    live_session._edit("Add", live_session.project.add_samples(second, [copy]))
    live_session.move_samples(second, [2], second, is_test=True)
    assert "1 of the 2 images is in the classes, too." in card(window).chip.text()


def test_the_split_is_locked_by_the_keyboard_and_released(window, trained):
    held = [tuple(range(25, 30))] * 2
    assert window.menus.lock_split.isEnabled()
    window.menus.lock_split.trigger()
    assert fixed(trained) == held
    assert card(window).isVisible()
    assert card(window).count_label.text() == "10 images"
    assert not window.menus.lock_split.isEnabled()
    assert not card(window).hide_action.isEnabled()
    assert surface(window).training_card.train_button.text() == "Model Trained"
    card(window).release_action.trigger()
    assert fixed(trained) == [(), ()]
    assert card(window).isHidden()


def test_the_card_offers_to_lock(window, live_session, fill, trained):
    window.show_test_set()
    assert card(window).lock_button.isEnabled()
    card(window).lock_button.click()
    assert card(window).lock_button.isHidden()
    fill(A=1, B=1)
    window.show_test_set()
    assert not card(window).lock_button.isEnabled()
    assert "Train a model first" in card(window).lock_button.toolTip()


def test_advanced_settings_lock_release_and_say_why_there_is_no_choice(window, trained):
    training = surface(window).training_card
    training.advanced_button.setChecked(True)
    settings = training.settings
    assert settings.lock_button.text() == "Lock split"
    settings.lock_button.click()
    assert fixed(trained) == [tuple(range(25, 30))] * 2
    assert not settings.split.isEnabled()
    assert settings.split.currentText() == "Automatic (not used)"
    assert "fixed test set" in settings.split_note.text()
    assert settings.lock_button.text() == settings.lock_button.accessibleName()
    assert settings.lock_button.text() == "Release test set"
    settings.lock_button.click()
    assert fixed(trained) == [(), ()]
    assert "fixed test set" not in settings.split_note.text()
    trained.new()
    assert not settings.lock_button.isEnabled()
    assert "Train a model first" in settings.lock_button.toolTip()


def test_tab_goes_through_the_test_set_before_training(window, live_session, fill):
    fill(A=2, B=2)
    window.show_test_set()
    surface(window).add_card.setFocus()
    stops = []
    for _ in range(40):
        window.focusNextChild()
        stops.append(window.focusWidget())
        if stops[-1] is surface(window).training_card.train_button:
            break
    wanted = [card(window).menu_button, *(bucket.upload for bucket in buckets(window))]
    assert [stop for stop in stops if stop in wanted] == wanted
