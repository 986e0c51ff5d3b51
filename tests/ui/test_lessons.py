"""Class projects open from their menu, and their lesson is read beside them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from ichdesk.archive import open_project, save_project
from ichdesk.archive.lesson_key import with_lesson
from ichdesk.core.project import Project, new_project
from ichdesk.core.resources import project_path
from ichdesk.ui import lessons
from ichdesk.ui.lessons import Lesson, class_projects, lesson_of
from ichdesk.ui.theme import Mode

NAMES = [f"experiment{number}" for number in range(1, 9)]


@pytest.fixture
def open_with_lesson(live_session):
    """Opens a project that belongs to a lesson, or to none."""

    def open_(name: str = "") -> None:
        project = with_lesson(new_project(), name) if name else new_project()
        live_session._replace_project(project, None)

    return open_


@pytest.fixture
def opened(window, open_with_lesson):
    """The view of the first lesson, opened with the keyboard's command."""
    open_with_lesson("experiment1")
    window.menus.lesson.trigger()
    return window._lesson_view


def test_the_menu_offers_the_class_projects_by_the_titles_of_their_lessons(qtbot, window):
    (menu,) = [a.menu() for a in window.menuBar().actions() if a.text() == "&Class projects"]
    texts = [action.text() for action in menu.actions()]
    assert texts == [*(project.title for project in class_projects()), "", "Open &lesson"]
    hamburger = [action.text() for action in window.app_bar.menu.actions()]
    assert "&Class projects" in hamburger


def test_a_class_project_opens_and_offers_its_lesson(qtbot, window, live_session):
    assert not window.menus.lesson.isEnabled()
    assert window.app_bar.lesson_button.isHidden()
    window.menus.class_projects[0].trigger()
    qtbot.waitUntil(lambda: live_session.path == project_path("experiment1.tm"))
    assert window.menus.lesson.isEnabled()
    qtbot.mouseClick(window.app_bar.lesson_button, Qt.MouseButton.LeftButton)
    assert window._lesson_view.isVisible()
    assert window._lesson_view.windowTitle() == class_projects()[0].title


def test_a_lesson_is_read_beside_the_project_and_closed_with_escape(qtbot, window, opened):
    assert opened.isVisible()
    assert not opened.isFloating()
    assert QApplication.focusWidget() is opened.text
    assert "Goal" in opened.text.toPlainText()
    assert opened.text.width() > opened.text.document().idealWidth() / 2
    qtbot.keyClick(opened.text, Qt.Key.Key_Escape)
    assert opened.isHidden()
    assert window.isVisible()


def test_a_lesson_scrolls_with_the_keyboard(qtbot, opened):
    bar = opened.text.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    qtbot.keyClick(opened.text, Qt.Key.Key_PageDown)
    assert bar.value() > 0


def test_a_lesson_can_be_pulled_out_and_returns_when_closed(qtbot, window, opened):
    qtbot.mouseClick(opened.bar.float_button, Qt.MouseButton.LeftButton)
    assert opened.isFloating()
    qtbot.mouseClick(opened.bar.close_button, Qt.MouseButton.LeftButton)
    assert opened.isHidden()
    window.menus.lesson.trigger()
    assert opened.isVisible()
    assert not opened.isFloating()


def test_an_open_lesson_follows_the_project(window, live_session, opened, open_with_lesson):
    first = opened.text.toPlainText()
    open_with_lesson("experiment2")
    assert opened.isVisible()
    assert opened.text.toPlainText() != first
    open_with_lesson()
    assert opened.isHidden()
    assert window.app_bar.lesson_button.isHidden()


def test_headings_take_the_accent_of_the_theme(window, opened):
    def color() -> QColor:
        fragment = opened.text.document().begin().begin().fragment()
        return fragment.charFormat().foreground().color()

    assert color() == QColor(window._theme.palette.accent)
    window.set_mode(Mode.DARK)
    assert color() == QColor(window._theme.palette.accent)


def test_editing_leaves_the_lesson_where_it_was_read(qtbot, live_session, opened):
    bar = opened.text.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    live_session.add_class()
    assert bar.value() == bar.maximum()


def test_a_copy_that_was_changed_keeps_its_lesson(store, live_session, open_with_lesson, tmp_path):
    open_with_lesson("experiment3")
    live_session.add_class()
    changed = replace(live_session.project.config, epochs=75)
    copy = tmp_path / "my class.tm"
    save_project(live_session.project.with_config(changed), copy)
    again = open_project(copy, store).project
    assert again.config.epochs == 75
    assert lesson_of(again) is lesson_of(live_session.project) is not None


@pytest.mark.parametrize("name", ["", "experiment99", "../lessons/experiment1", "/etc/passwd"])
def test_a_name_without_a_page_is_no_lesson(name: str):
    assert lesson_of(with_lesson(Project(), name)) is None


@pytest.mark.parametrize("name", NAMES)
def test_every_lesson_says_what_a_teacher_needs(name: str):
    lesson = lessons._lessons()[name]
    number = name.removeprefix("experiment")
    assert lesson.title.startswith(f"{number}. ")
    parts = ("Goal", "Steps", "What to notice", "Questions to ask", "What the numbers mean")
    assert [line[3:] for line in lesson.text.splitlines() if line.startswith("## ")] == list(parts)
    assert f"*Class projects*, *{lesson.title}*" in lesson.text
    assert "not for diagnosis" in lesson.text
    assert "](" not in lesson.text  # no link leads anywhere
    assert 250 <= len(lesson.text.split()) <= 400


def test_every_control_that_a_lesson_names_is_in_the_window(window, open_with_lesson):
    """Whatever is set in italics, alone, is a title or the text of a control."""
    window.show_under_the_hood(True)
    shown = [w for kind in (QAbstractButton, QLabel, QAction) for w in window.findChildren(kind)]
    texts = {each.text().replace("&", "").rstrip(":") for each in shown} | {"Class projects"}
    for name in NAMES:
        assert _italics(lessons._lessons()[name]) <= texts, name


def _italics(lesson: Lesson) -> set[str]:
    body = lesson.text.rpartition("\n*All slices")[0]
    return set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", body))


def test_pages_without_a_project_are_no_class_projects(monkeypatch, tmp_path: Path):
    (tmp_path / "of my own.tm").touch()
    monkeypatch.setattr(lessons, "project_path", lambda name: tmp_path / name)
    assert [project.title for project in class_projects()] == ["Of my own"]
