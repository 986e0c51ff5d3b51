"""All test images by class: what is shown, chosen, grouped, opened, and what follows edits."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.gallery.answer_list import SCROLL_PX
from ichdesk.ui.gallery.gallery_window import GalleryWindow
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.widgets.fields import ChoiceField
from tests.ui.gallery.conftest import finish, split, told

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def headings(gallery: GalleryWindow) -> list[tuple[str, str]]:
    """Name and figures of each column."""
    return [
        (heading.name_label.text(), heading.figure_label.text().replace("\u00a0", " "))
        for heading in gallery.columns.headings
    ]


def positions(gallery: GalleryWindow) -> list[list[int]]:
    """Positions, when the model was trained, of the images that each column lists."""
    return [[row.prediction.position for row in view.rows] for view in gallery.columns.lists]


def choose(field: ChoiceField, text: str) -> None:
    row = field.findText(text, Qt.MatchFlag.MatchStartsWith)
    assert row >= 0, text
    field.setCurrentIndex(row)


# --- what is shown ---------------------------------------------------------------------------


def test_a_column_for_each_class_says_its_accuracy(gallery: GalleryWindow) -> None:
    assert gallery.title_label.text() == (
        "5 of 10 test images right = 0.50 (95 % interval 0.24 to 0.76)"
    )
    assert headings(gallery) == [
        ("Normal", "4 test images, 3 right = 0.75\n(95 % interval 0.30 to 0.95)"),
        ("Epidural", "3 test images, 1 right = 0.33\n(95 % interval 0.06 to 0.79)"),
        ("Subdural", "3 test images, 1 right = 0.33\n(95 % interval 0.06 to 0.79)"),
    ]
    assert positions(gallery) == [[2, 1, 3, 0], [1, 2, 0], [2, 0, 1]]
    assert "With only 10 test images the interval is wide" in gallery.remark_label.text()


def test_an_image_says_its_answer_and_what_the_bars_show(gallery: GalleryWindow) -> None:
    assert told(gallery.columns.lists[1])[0] == (
        "Epidural image, called Subdural with 95 %; Epidural got 3 %. "
        "Accuracy of its class 0.33 (n 3, 95 % interval 0.06 to 0.79), "
        "of all 0.50 (n 10, 95 % interval 0.24 to 0.76)."
    )
    view = gallery.columns.lists[1]
    assert view.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == told(view)[0]


def test_a_class_without_test_images_says_so(empty: GalleryWindow, session: Session) -> None:
    finish(session, ((0, 0), (1,), ()))
    empty.refresh(Change.RUN)
    assert headings(empty)[2] == ("Subdural", "No test image, so its accuracy is not known")
    assert empty.columns.lists[2].rows == ()


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_wrong_images_have_a_frame_and_a_cross(
    gallery: GalleryWindow, theme: Theme, mode: Mode
) -> None:
    theme.set_mode(mode)
    view = gallery.columns.lists[0]  # its first image is wrong, its second right
    shot = view.viewport().grab().toImage()
    ratio = shot.devicePixelRatio()
    picture = view.itemDelegate().picture
    badges = []
    for row in (0, 1):
        corner = view.visualRect(view.model().index(row, 0)).topLeft() + picture.topLeft()
        box = shot.copy(round((corner.x() + 3) * ratio), round((corner.y() + 3) * ratio), 14, 14)
        badges.append({box.pixelColor(x, y).name() for x in range(14) for y in range(14)})
    assert {theme.palette.error, theme.palette.card} <= {name.upper() for name in badges[0]}
    assert theme.palette.error not in {name.upper() for name in badges[1]}


def test_without_a_run_and_while_training_it_says_what_to_do(
    empty: GalleryWindow, session: Session
) -> None:
    assert "Train a model" in empty.empty_label.text()
    assert empty.empty_label.isVisible()
    assert not empty.controls.isEnabled()
    assert not empty.export.save_button.isEnabled()
    split(session, (1, 1, 1))
    empty.refresh(Change.RUN)
    assert "listed here when it has ended" in empty.empty_label.text()


def test_the_next_training_empties_and_fills_it(gallery: GalleryWindow, session: Session) -> None:
    split(session, (2, 2, 2))
    gallery.refresh(Change.RUN)
    assert gallery.empty_label.isVisible()
    assert gallery.title_label.text() == "Gallery by class"
    finish(session, ((0, 0), (1, 1), (2, 2)))
    gallery.refresh(Change.RUN)
    assert not gallery.empty_label.isVisible()
    assert gallery.title_label.text().startswith("6 of 6 test images right = 1.00")


def test_after_a_canceled_training_it_says_whose_answers_it_shows(
    gallery: GalleryWindow, session: Session
) -> None:
    finish(session, ((0,), (1,), (2,)), outcome=msg.Outcome.CANCELLED)
    gallery.refresh(Change.RUN)
    assert gallery.chip.text().startswith("The last training was canceled")
    assert gallery.title_label.text().startswith("5 of 10")


def test_answers_that_were_not_kept_are_not_made_up(empty: GalleryWindow, session: Session) -> None:
    split(session, (1, 1, 1))
    session.handle(msg.RunEnded(session.run.request_id, msg.Outcome.DONE))
    empty.refresh(Change.RUN)
    assert "not kept" in empty.empty_label.text()


# --- what can be chosen ----------------------------------------------------------------------


def test_errors_only_leaves_the_figures_alone(gallery: GalleryWindow) -> None:
    before = headings(gallery)
    gallery.controls.errors_button.click()
    assert positions(gallery) == [[2], [1, 2], [2, 0]]
    assert [h.listed_label.text() for h in gallery.columns.headings] == [
        "1 of 4 listed",
        "2 of 3 listed",
        "2 of 3 listed",
    ]
    assert headings(gallery) == before
    gallery.controls.errors_button.click()
    assert not any(h.listed_label.text() for h in gallery.columns.headings)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("Most confident first", [[0, 3, 2, 1], [1, 2, 0], [2, 0, 1]]),
        ("In the order", [[0, 1, 2, 3], [0, 1, 2], [0, 1, 2]]),
    ],
)
def test_the_order_can_be_chosen(
    gallery: GalleryWindow, order: str, expected: list[list[int]]
) -> None:
    choose(gallery.controls.order_choice, order)
    assert positions(gallery) == expected


def test_only_what_the_model_called_a_class(gallery: GalleryWindow) -> None:
    choose(gallery.controls.said_choice, "Said: Normal")
    assert positions(gallery) == [[1, 3, 0], [2], [2]]
    gallery.controls.errors_button.click()
    assert positions(gallery) == [[], [2], [2]]


def test_a_class_against_all_others_is_counted_anew(gallery: GalleryWindow) -> None:
    choose(gallery.controls.group_choice, "Normal against any other")
    assert gallery.title_label.text().startswith("7 of 10 test images right = 0.70")
    assert headings(gallery)[1:] == [
        ("Any other", "6 test images, 4 right = 0.67\n(95 % interval 0.30 to 0.90)")
    ]
    assert "Epidural called Subdural counts as right here" in gallery.remark_label.text()
    first = told(gallery.columns.lists[1])
    counted = [text for text in first if "It counts as right here" in text]
    assert len(counted) == 2
    assert all("called Subdural" in text or "called Epidural" in text for text in counted)
    gallery.controls.errors_button.click()
    assert [len(rows) for rows in positions(gallery)] == [1, 2]
    choose(gallery.controls.said_choice, "Said: any other")
    assert [len(rows) for rows in positions(gallery)] == [1, 0]
    choose(gallery.controls.group_choice, "Every class")
    assert len(gallery.columns.lists) == 3
    assert gallery.controls.choice.said == ()


def test_two_classes_have_nothing_to_group(
    empty: GalleryWindow, session: Session, fill: Callable[..., None]
) -> None:
    fill(Bleed=3, Normal=3)
    finish(session, ((0, 1), (1, 1)))
    empty.refresh(Change.RUN)
    assert len(empty.columns.lists) == 2
    assert not empty.controls.group_choice.isVisible()


def test_pictures_come_in_three_sizes_and_fill_the_width(gallery: GalleryWindow) -> None:
    widths = []
    for size in ("Small", "Medium", "Large"):
        choose(gallery.controls.size_choice, size)
        widths.append(gallery.columns.lists[0].itemDelegate().picture.width())
    assert widths[0] < widths[1] <= widths[2] == 128
    assert widths[0] >= 64
    assert widths[1] >= 96


@pytest.mark.parametrize("width_px", [901, 1000, 1101, 1234])
@pytest.mark.parametrize("size", ["Small", "Medium"])
def test_rows_are_full_and_pictures_alike_in_all_columns(
    gallery: GalleryWindow, width_px: int, size: str
) -> None:
    choose(gallery.controls.size_choice, size)
    gallery.resize(width_px, 800)
    QApplication.processEvents()
    views = gallery.columns.lists
    assert len({view.itemDelegate().picture.width() for view in views}) == 1
    for view in views:
        room = (view.viewport().width() - SCROLL_PX) // view.cell_size.width()
        last = view.model().index(min(room, len(view.rows)) - 1, 0)
        assert view.visualRect(last).top() == view.visualRect(view.model().index(0, 0)).top()


# --- what can be done ------------------------------------------------------------------------


def test_enter_opens_an_image_and_ctrl_enter_shows_it_in_its_class(
    qtbot: QtBot, gallery: GalleryWindow, ids: tuple[int, ...]
) -> None:
    view = gallery.columns.lists[1]
    view.setFocus()
    with qtbot.waitSignal(gallery.view_requested) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [ids[1], 1]
    with qtbot.waitSignal(gallery.class_requested) as shown:
        qtbot.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert shown.args == [ids[1], 1]


def test_a_double_click_opens_the_image_wherever_it_is_now(
    qtbot: QtBot, gallery: GalleryWindow, session: Session, ids: tuple[int, ...]
) -> None:
    session.move_samples(ids[1], [0, 1], ids[0])
    view = gallery.columns.lists[1]
    place = view.visualRect(view.model().index(0, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(gallery.view_requested) as opened:
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [ids[0], 6]
    assert "Now in Normal." in told(view)[0]


def test_a_removed_image_stays_listed_and_is_not_opened(
    qtbot: QtBot, gallery: GalleryWindow, session: Session, ids: tuple[int, ...]
) -> None:
    asked: list[object] = []
    gallery.view_requested.connect(lambda *place: asked.append(place))
    session.remove_samples(ids[0], [2])
    view = gallery.columns.lists[0]
    assert "Removed since." in told(view)[0]
    assert view.itemDelegate().opacity(0) < 0.5 < view.itemDelegate().opacity(1)
    assert "Since the training, 1 was removed." in gallery.remark_label.text()
    assert "Out of date" in gallery.chip.text()
    assert gallery.title_label.text().startswith("5 of 10")
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert asked == []
    session.undo()
    assert "Removed since." not in told(view)[0]
    assert not gallery.chip.isVisible()


@pytest.mark.parametrize("is_removed", [False, True])
def test_the_menu_offers_what_can_be_done(
    gallery: GalleryWindow, session: Session, ids: tuple[int, ...], is_removed: bool
) -> None:
    view = gallery.columns.lists[0]
    view.setCurrentIndex(view.model().index(0, 0))
    if is_removed:
        session.remove_samples(ids[0], [2])
    asked: list[tuple[int, int]] = []
    gallery.view_requested.connect(lambda *place: asked.append(place))
    gallery.class_requested.connect(lambda *place: asked.append(place))
    view.customContextMenuRequested.emit(QPoint(20, 20))
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert [action.isEnabled() for action in menu.actions()] == [not is_removed] * 2
    for action in menu.actions():
        action.trigger()
    assert asked == ([] if is_removed else [(ids[0], 2)] * 2)


def test_one_image_is_selected_in_all_columns(gallery: GalleryWindow) -> None:
    first, second, _ = gallery.columns.lists
    first.setCurrentIndex(first.model().index(1, 0))
    second.setCurrentIndex(second.model().index(0, 0))
    assert first.selected_rows == []
    assert second.selected_rows == [0]


def test_renamed_and_deleted_classes_are_called_as_now(
    gallery: GalleryWindow, session: Session, ids: tuple[int, ...]
) -> None:
    session.rename_class(ids[1], "EDH & <b> more")
    session.delete_class(ids[2])
    names = [name for name, _ in headings(gallery)]
    assert names == ["Normal", "EDH & <b> more", "Subdural (deleted)"]
    assert all("Removed since." in text for text in told(gallery.columns.lists[2]))
    texts = [gallery.controls.said_choice.itemText(row) for row in range(4)]
    assert texts[2:] == ["Said: EDH & <b> more", "Said: Subdural (deleted)"]


def test_a_group_that_the_next_run_does_not_know_falls_back(
    gallery: GalleryWindow, session: Session, ids: tuple[int, ...]
) -> None:
    choose(gallery.controls.group_choice, "Subdural against any other")
    session.delete_class(ids[2])
    finish(session, ((0, 0), (1, 1)))
    gallery.refresh(Change.RUN)
    assert gallery.controls.negative is None
    assert [name for name, _ in headings(gallery)] == ["Normal", "Epidural"]


def test_another_project_empties_it(gallery: GalleryWindow, session: Session) -> None:
    session.new()
    assert "Train a model" in gallery.empty_label.text()
    assert not gallery.columns.isVisible()


# --- the window ------------------------------------------------------------------------------


def test_keys_reach_every_part(qtbot: QtBot, gallery: GalleryWindow) -> None:
    for button in gallery.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text(), button
    for widget in (*gallery.findChildren(ChoiceField), *gallery.columns.lists):
        assert widget.accessibleName(), widget
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    with qtbot.waitSignal(gallery.finished):
        qtbot.keyClick(gallery, Qt.Key.Key_Escape)


def test_six_classes_fit_a_narrow_window_and_nine_scroll(
    empty: GalleryWindow, session: Session, fill: Callable[..., None]
) -> None:
    for classes in (6, 9):
        fill(**{f"Class_{number}": 2 for number in range(classes)})
        finish(session, [[number, 0] for number in range(classes)])
        empty.refresh(Change.RUN)
        empty.resize(1100, 800)
        QApplication.processEvents()
        assert len(empty.columns.lists) == classes
        assert all(view.width() >= 136 for view in empty.columns.lists)
        hidden = empty.columns.horizontalScrollBar().maximum()
        assert (hidden > 0) is (classes == 9)


def test_it_follows_the_theme(gallery: GalleryWindow, theme: Theme) -> None:
    shots = []
    for mode in (Mode.LIGHT, Mode.DARK):
        theme.set_mode(mode)
        shots.append(gallery.grab().toImage())
    assert all(a != b for a, b in pairwise(shots))
