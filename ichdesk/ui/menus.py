"""The actions of the window, its menu bar and the hamburger menu."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from ichdesk.session.session import Session
from ichdesk.ui.companions import ENTRIES
from ichdesk.ui.icons import icon
from ichdesk.ui.lessons import class_projects, lesson_of
from ichdesk.ui.settings import Settings
from ichdesk.ui.theme import Mode, Theme

Keys = QKeySequence.StandardKey | str | None


class Commands(Protocol):
    """What the menus ask of the window."""

    def new_project(self) -> None: ...  # noqa: D102 - the names say it
    def choose_project(self) -> None: ...  # noqa: D102
    def open_path(self, path: Path) -> None: ...  # noqa: D102
    def save(self) -> None: ...  # noqa: D102
    def save_as(self) -> None: ...  # noqa: D102
    def export_samples(self) -> None: ...  # noqa: D102
    def export_model(self) -> None: ...  # noqa: D102
    def export_report(self) -> None: ...  # noqa: D102
    def classify_images(self) -> None: ...  # noqa: D102
    def open_lesson(self) -> None: ...  # noqa: D102
    def open_viewer(self) -> None: ...  # noqa: D102
    def show_image_steps(self) -> None: ...  # noqa: D102
    def show_test_set(self) -> None: ...  # noqa: D102
    def show_companion(self, name: str) -> None: ...  # noqa: D102
    def show_under_the_hood(self, shown: bool) -> None: ...  # noqa: D102
    def set_mode(self, mode: Mode) -> None: ...  # noqa: D102
    def show_tour(self) -> None: ...  # noqa: D102
    def show_about(self) -> None: ...  # noqa: D102
    def close(self) -> bool: ...  # noqa: D102


class Menus(QObject):
    """Creates every action once and keeps what they say up to date."""

    def __init__(
        self, window: QWidget, commands: Commands, session: Session, settings: Settings
    ) -> None:
        super().__init__(window)
        self._commands = commands
        self._session = session
        self._settings = settings
        self._icons: list[tuple[QAction, str]] = []
        self._window = window
        self._create_file_actions()
        self._create_class_projects()
        self._create_edit_actions()
        self._create_view_actions()
        self._create_help_actions()

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """Put all menus into the menu bar."""
        bar.setAccessibleName("Menu bar")
        file = bar.addMenu("&File")
        file.addActions([self.new, self.open])
        file.addMenu(self.recent_menu)
        file.addSeparator()
        file.addActions([self.save, self.save_as])
        file.addSeparator()
        file.addActions([self.export_samples, self.export_model, self.export_report])
        file.addAction(self.classify)
        file.addSeparator()
        file.addAction(self.quit)
        edit = bar.addMenu("&Edit")
        edit.addActions([self.undo, self.redo])
        edit.addSeparator()
        edit.addAction(self.add_class)
        edit.addAction(self.image_steps)
        edit.addSeparator()
        edit.addActions([self.test_set, self.lock_split, self.release_test_set])
        view = bar.addMenu("&View")
        view.addActions([self.under_the_hood, self.viewer, *self.companions])
        view.addSeparator()
        view.addActions(self.modes.actions())
        bar.addMenu(self._class_projects_menu("&Class projects", self._window))
        help_ = bar.addMenu("&Help")
        help_.addActions([self.tour, self.about])

    def hamburger_menu(self, parent: QWidget) -> QMenu:
        """The short menu behind the three lines."""
        menu = QMenu(parent)
        menu.setAccessibleName("Main menu")
        menu.addAction(self.new)
        menu.addSeparator()
        menu.addAction(self.open)
        menu.addMenu(self.recent_menu)
        projects = self._class_projects_menu("&Class projects", menu)
        self._icons.append((projects.menuAction(), "school-outline"))  # a bar would show it alone
        menu.addMenu(projects)
        menu.addSeparator()
        menu.addActions([self.save, self.save_as])
        menu.addActions([self.export_samples, self.export_model, self.export_report])
        menu.addAction(self.classify)
        menu.addSeparator()
        menu.addActions([self.tour, self.about])
        return menu

    def refresh(self) -> None:
        """Say what can be undone and what there is to save."""
        session = self._session
        self.undo.setText(f"&Undo {_lower(session.undo_label)}".rstrip())
        self.undo.setEnabled(session.undo_label is not None)
        self.redo.setText(f"&Redo {_lower(session.redo_label)}".rstrip())
        self.redo.setEnabled(session.redo_label is not None)
        self.export_samples.setEnabled(session.project.sample_count > 0)
        self.viewer.setEnabled(session.project.sample_count > 0)
        self.export_model.setEnabled(session.has_model)
        self.classify.setEnabled(session.has_model)
        self.export_report.setEnabled(session.finished_run is not None)
        self.lock_split.setEnabled(not session.lock_problem)
        self.release_test_set.setEnabled(session.project.test_count > 0)
        self.lesson.setEnabled(lesson_of(session.project) is not None)

    def show_icons(self, theme: Theme) -> None:
        """Draw the icons in the theme's colors."""
        palette = theme.palette
        for action, name in self._icons:
            action.setIcon(icon(name, palette.text_soft, palette.disabled_text))

    def set_mode(self, mode: Mode) -> None:
        """Check the action of a theme."""
        for action in self.modes.actions():
            action.setChecked(action.data() == mode.value)

    # --- making ------------------------------------------------------------------------------

    def _create_file_actions(self) -> None:
        do = self._commands
        keys = QKeySequence.StandardKey
        self.new = self._action("&New project", do.new_project, keys.New, "plus")
        self.open = self._action(
            "&Open project from file…", do.choose_project, keys.Open, "folder-open-outline"
        )
        self.save = self._action("&Save project", do.save, keys.Save, "content-save-outline")
        self.save_as = self._action(
            "Save project &as…", do.save_as, "Ctrl+Shift+S", "content-save-edit-outline"
        )
        self.export_samples = self._action(
            "Export sa&mples…", do.export_samples, None, "folder-image"
        )
        self.export_model = self._action(
            "Export mo&del…", do.export_model, "Ctrl+E", "export-variant"
        )
        self.export_report = self._action(
            "Export &report…", do.export_report, "Ctrl+Shift+R", "file-document-outline"
        )
        self.classify = self._action(
            "Classif&y images…", do.classify_images, None, "image-search-outline"
        )
        self.quit = self._action("&Quit", do.close, keys.Quit)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.recent_menu = self._submenu("Open &recent", "history", self._fill_recent)

    def _create_class_projects(self) -> None:
        do = self._commands
        self.class_projects = [
            self._action(_shown(project.title), partial(do.open_path, project.path), None)
            for project in class_projects()
        ]
        self.lesson = self._action("Open &lesson", do.open_lesson, "Ctrl+L", "book-open-variant")

    def _create_edit_actions(self) -> None:
        keys = QKeySequence.StandardKey
        self.undo = self._action("&Undo", self._session.undo, keys.Undo, "undo")
        self.redo = self._action("&Redo", self._session.redo, keys.Redo, "redo")
        self.add_class = self._action(
            "&Add a class", self._session.add_class, "Ctrl+Shift+N", "plus-box-outline"
        )
        self.image_steps = self._action(
            "&Image steps…", self._commands.show_image_steps, "Ctrl+I", "tune-variant"
        )
        self.test_set = self._action(
            "Fixed &test set", self._commands.show_test_set, "Ctrl+T", "test-tube"
        )
        self.lock_split = self._action(
            "&Lock the last split", self._session.lock_split, "Ctrl+Shift+L", "lock-outline"
        )
        self.release_test_set = self._action(
            "R&elease the test set",
            self._session.release_test_set,
            None,
            "lock-open-variant-outline",
        )

    def _create_view_actions(self) -> None:
        self.under_the_hood = QAction("&Under the hood", self)
        self.under_the_hood.setIconText("Under the hood")
        self.under_the_hood.setCheckable(True)
        self.under_the_hood.setShortcut("Ctrl+U")
        self.under_the_hood.triggered.connect(self._commands.show_under_the_hood)
        self._window.addAction(self.under_the_hood)
        self.viewer = self._action("Image &viewer", self._commands.open_viewer, "Ctrl+Shift+V")
        show = self._commands.show_companion
        self.companions = [
            self._action(entry.text, partial(show, name), entry.keys, entry.symbol)
            for name, entry in ENTRIES.items()
        ]
        self.modes = QActionGroup(self)
        for mode, text in (
            (Mode.SYSTEM, "Theme as the &system"),
            (Mode.LIGHT, "&Light theme"),
            (Mode.DARK, "&Dark theme"),
        ):
            action = QAction(text, self.modes)
            action.setCheckable(True)
            action.setData(mode.value)
            action.triggered.connect(partial(self._commands.set_mode, mode))

    def _create_help_actions(self) -> None:
        do = self._commands
        self.tour = self._action(
            "&Quick tour and shortcuts", do.show_tour, "F1", "help-circle-outline"
        )
        self.about = self._action("&About ICHDesk", do.show_about, None, "information-outline")
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    def _action(self, text: str, do: Callable[[], object], keys: Keys, symbol: str = "") -> QAction:
        action = QAction(text, self)
        action.setIconText(_name(text))  # stays, when the text says what is undone
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: do())  # noqa: PLW0108 - without the "checked" of Qt
        if symbol:
            self._icons.append((action, symbol))
        self._window.addAction(action)
        return action

    def _submenu(self, text: str, symbol: str, fill: Callable[[QMenu], None]) -> QMenu:
        menu = QMenu(text, self._window)
        self._icons.append((menu.menuAction(), symbol))
        menu.aboutToShow.connect(partial(fill, menu))
        return menu

    def _class_projects_menu(self, text: str, parent: QWidget) -> QMenu:
        menu = QMenu(text, parent)
        menu.addActions(self.class_projects)
        if menu.isEmpty():
            menu.addAction("No class project came with this installation").setEnabled(False)
        menu.addSeparator()
        menu.addAction(self.lesson)
        return menu

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for path in self._settings.recent:
            action = menu.addAction(_shown(path.name))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, p=path: self._commands.open_path(p))
        if menu.isEmpty():
            menu.addAction("No project was opened yet").setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction("&Clear list", self._settings.clear_recent)


def _name(text: str) -> str:
    return text.replace("&", "").removesuffix("…")


def _lower(label: str | None) -> str:
    return label[:1].lower() + label[1:] if label else ""


def _shown(name: str) -> str:
    return name.replace("&", "&&")
