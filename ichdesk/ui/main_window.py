"""The window: app bar, messages, canvas and the panel on the right."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.canvas import Canvas
from ichdesk.ui.companions import Companions
from ichdesk.ui.dropped import dropped_project
from ichdesk.ui.file_commands import FileCommands
from ichdesk.ui.hood_making import HoodMaking
from ichdesk.ui.lesson_view import LessonView
from ichdesk.ui.lessons import lesson_of
from ichdesk.ui.menus import Menus
from ichdesk.ui.settings import Settings
from ichdesk.ui.theme import CARD_GAP_PX, GRID_PX, Mode, Theme
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.app_bar import WIDTH_PX as APP_BAR_PX
from ichdesk.ui.widgets.app_bar import AppBar
from ichdesk.ui.widgets.job_bar import JobBar
from ichdesk.ui.widgets.notice_bar import NoticeBar
from ichdesk.ui.widgets.window_size import fit_screen

if TYPE_CHECKING:
    from ichdesk.ui.export_dialog import ExportDialog
    from ichdesk.ui.under_the_hood import UnderTheHood

_FIRST_SIZE_PX = (1440, 900)
_MIN_SIZE_PX = (960, 600)
_MESSAGES_MAX_PX = 880


class MainWindow(QMainWindow):
    """Puts the parts together and answers the menus.

    Args:
        bridge: Tells the window about changes of the session.
    """

    def __init__(self, session: Session, theme: Theme, settings: Settings, bridge: Bridge) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._settings = settings
        self._under_the_hood: UnderTheHood | None = None
        self._hood_making = HoodMaking(session, theme, self._take_hood, self)
        self._lesson_view: LessonView | None = None
        self._export_dialog: ExportDialog | None = None
        self.companions = Companions(session, theme, bridge.post, self.show_in_class, settings)
        self._may_close = False
        self.setMinimumSize(*_MIN_SIZE_PX)
        self.setAcceptDrops(True)
        self.files = FileCommands(self, session, settings)
        self.thumbnails = Thumbnails(bridge.post, _sharpest_ratio(), self)
        self.canvas = Canvas(session, theme, self.thumbnails)
        self.notices = NoticeBar(session, theme)
        self.jobs = JobBar(session, theme)
        self.app_bar = AppBar(theme)
        self.menus = Menus(self, self, session, settings)
        self.menus.fill_menu_bar(self.menuBar())
        self.menus.set_mode(theme.mode)
        self.app_bar.set_menu(self.menus.hamburger_menu(self))
        self.app_bar.lesson_button.clicked.connect(self.open_lesson)
        self._arrange()
        self.canvas.surface.view_requested.connect(self.companions.show_sample)
        self.canvas.surface.training_card.under_the_hood_requested.connect(
            self._on_under_the_hood_requested
        )
        self.canvas.surface.preview_card.export_requested.connect(self.export_model)
        self.canvas.surface.training_card.image_steps_requested.connect(self.show_image_steps)
        theme.changed.connect(self._on_theme)
        self._on_theme()
        bridge.subscribe(self.refresh)
        self.refresh(~Change(0))
        self._restore_geometry()
        self.splitter.setFocus()  # nothing is marked before the user presses Tab

    # --- what the menus ask for --------------------------------------------------------------

    def new_project(self) -> None:
        """Start an empty project, asking first if there is something to save."""
        self.files.if_saved(self._session.new)

    def choose_project(self) -> None:
        """Ask for a project file and open it."""
        self.files.choose_project()

    def open_path(self, path: Path) -> None:
        """Open a project file, asking first if there is something to save, or add images."""
        self.files.open_path(path)

    def save(self) -> None:
        """Save to the project's file, or ask for one."""
        self.files.save()

    def save_as(self) -> None:
        """Ask for a file and save to it."""
        self.files.save_as()

    def export_samples(self) -> None:
        """Ask for a folder and write all images there, a folder for each class."""
        self.files.export_samples()

    def export_model(self) -> None:
        """Show the dialog that makes a file of the trained model, once."""
        from ichdesk.ui.export_dialog import ExportDialog  # noqa: PLC0415 - when asked for

        if self._export_dialog is None:
            self._export_dialog = ExportDialog(self._session, self._theme, self._settings, self)
            self._export_dialog.finished.connect(self._on_export_closed)
        self._export_dialog.show()
        self._export_dialog.activateWindow()

    def export_report(self) -> None:
        """Ask for a file and write the last finished training up, as a web page and as a PDF."""
        from ichdesk.ui.report_commands import export_report  # noqa: PLC0415 - when asked for

        export_report(self, self._session, self._settings.last_folder)

    def classify_images(self) -> None:
        """Ask for a folder and a file, and write there what the model says to each image."""
        from ichdesk.ui.classify_command import classify_images  # noqa: PLC0415 - when asked for

        classify_images(self, self._session, self._settings.last_folder)

    def set_mode(self, mode: Mode) -> None:
        """Choose a theme and remember it."""
        self._settings.mode = mode
        self._theme.set_mode(mode)
        self.menus.set_mode(mode)

    def show_tour(self) -> None:
        """Show the tour and the shortcuts."""
        from ichdesk.ui.about import TourDialog  # noqa: PLC0415 - the window must not wait for it

        TourDialog(self._theme, self).open()

    def show_about(self) -> None:
        """Show what this is, and for what."""
        from ichdesk.ui.about import AboutDialog  # noqa: PLC0415 - the window must not wait for it

        AboutDialog(self._theme, self).open()

    def open_lesson(self) -> None:
        """Show the page for the teacher beside the project, if the project has one."""
        lesson = lesson_of(self._session.project)
        if lesson is None:
            return
        if self._lesson_view is None:
            self._create_lesson_view()
        view = self._lesson_view
        assert view is not None
        view.show_lesson(lesson)
        view.show()
        view.raise_()
        view.setFocus()

    def show_image_steps(self) -> None:
        """Show the lab of image steps."""
        self.companions.show_image_steps(self)

    def show_test_set(self) -> None:
        """Bring the card of the fixed test set into view, empty or not."""
        self.canvas.show_test_set()

    def open_viewer(self) -> None:
        """Show the present sample large."""
        self.canvas.surface.request_view()

    def show_companion(self, name: str) -> None:
        """Show a window of the View menu."""
        self.companions.show(name)

    def show_in_class(self, class_id: int, index: int) -> None:
        """Bring a sample into view in the card of its class."""
        self.activateWindow()
        self.raise_()
        self.canvas.show_sample(class_id, index)

    def show_under_the_hood(self, shown: bool) -> None:
        """Open or close the panel on the right."""
        panel = self._hood_making.hood if shown else self._under_the_hood
        if panel is None:
            return
        panel.setVisible(shown)
        self.menus.under_the_hood.setChecked(shown)
        if shown:
            panel.setFocus()
        else:
            self.canvas.surface.training_card.hood_button.setFocus()

    # --- state -------------------------------------------------------------------------------

    def refresh(self, change: Change) -> None:
        """Re-read the parts of the session that have changed."""
        if Change.PROJECT in change:
            self.thumbnails.set_steps(self._session.project.config.steps)
        self.canvas.refresh(change)
        self.notices.refresh(change)
        self.jobs.refresh(change)
        if change & (Change.PROJECT | Change.RUN | Change.FILE):
            self.menus.refresh()
        if Change.FILE in change:
            self._show_title()
            self._follow_lesson()
        if self._under_the_hood is not None:
            self._under_the_hood.refresh(change)
        elif self._session.run is not None:
            self._hood_making.start()
        if self._export_dialog is not None:
            self._export_dialog.refresh(change)
        self.companions.refresh(change)

    def add_message_bar(self, bar: QWidget) -> None:
        """Put a bar of its own kind above the messages."""
        bar.setMaximumWidth(_MESSAGES_MAX_PX)
        self._message_column.insertWidget(0, bar)

    def close_now(self) -> None:
        """Close without asking, and end the window's threads."""
        self._may_close = True
        self.companions.close()
        self._hood_making.close()
        self.close()
        self.thumbnails.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask if there is something to save."""
        if not self._may_close and self._session.is_writing:
            self._session.when_written(self.close)
        elif not self._may_close:
            self.files.if_saved(self._close_for_good)
        if not self._may_close:  # the user said no, or a save is under way
            event.ignore()
            return
        self._settings.geometry = self.saveGeometry()
        self.companions.close()
        self._hood_making.close()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a project file anywhere."""
        if dropped_project(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the project file."""
        path = dropped_project(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            # a question must not keep the program waiting that the file was dragged from
            QTimer.singleShot(0, self, lambda: self.open_path(path))

    def _close_for_good(self) -> None:
        self._may_close = True
        self.close()

    def _show_title(self) -> None:
        self.setWindowTitle(f"{self._session.name}[*] - ICHDesk")
        self.setWindowModified(self._session.is_modified)
        self.setWindowFilePath(str(self._session.path or ""))
        self.files.remember(self._session.path)

    def _follow_lesson(self) -> None:
        """Offer the lesson of the project; an open page follows to the next project's."""
        lesson = lesson_of(self._session.project)
        self.app_bar.lesson_button.setVisible(lesson is not None)
        view = self._lesson_view
        if view is None or view.isHidden():
            return
        if lesson is None:
            view.close_view()
        else:
            view.show_lesson(lesson)

    # --- parts -------------------------------------------------------------------------------

    def _arrange(self) -> None:
        left = QWidget()
        self.app_bar.setParent(left)  # floats above the canvas, which keeps the whole height
        self.messages = QWidget()
        self._message_column = messages = QVBoxLayout(self.messages)
        messages.setContentsMargins(APP_BAR_PX + CARD_GAP_PX, 0, CARD_GAP_PX, 0)
        messages.setSpacing(0)
        for widget in (self.jobs, self.notices):
            widget.setMaximumWidth(_MESSAGES_MAX_PX)
            messages.addWidget(widget)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self.canvas, 1)
        self.app_bar.raise_()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(GRID_PX // 2)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.splitter.setStretchFactor(0, 1)
        self.setCentralWidget(self.splitter)

    def _take_hood(self, panel: "UnderTheHood") -> None:
        panel.hide()
        panel.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        panel.close_requested.connect(lambda: self.show_under_the_hood(False))
        panel.images_requested.connect(self.companions.show_cell_images)
        panel.companion_requested.connect(self.show_companion)
        panel.report_requested.connect(self.export_report)
        self.splitter.addWidget(panel)
        self.splitter.setStretchFactor(1, 0)
        self._under_the_hood = panel

    def _create_lesson_view(self) -> None:
        view = LessonView(self._theme, self)
        view.closed.connect(self.splitter.setFocus)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, view)
        self._lesson_view = view

    def _on_under_the_hood_requested(self) -> None:
        panel = self._under_the_hood
        self.show_under_the_hood(panel is None or panel.isHidden())

    def _on_export_closed(self) -> None:
        self._export_dialog = None

    def _on_theme(self) -> None:
        self.menus.show_icons(self._theme)

    def _restore_geometry(self) -> None:
        saved = self._settings.geometry
        if saved is not None and self.restoreGeometry(saved):
            return
        fit_screen(self, _FIRST_SIZE_PX)


def _sharpest_ratio() -> float:
    return max(screen.devicePixelRatio() for screen in QGuiApplication.screens())
