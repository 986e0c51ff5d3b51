"""The buttons that take the map elsewhere: as a picture, as a table."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QGuiApplication, QImage, QRegion
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ichdesk.core.errors import UserError
from ichdesk.core.results import NOTE, write_text
from ichdesk.core.similarity import map_table
from ichdesk.session.jobs import Post
from ichdesk.session.session import Session
from ichdesk.ui.panel_image import save_image, titled_image
from ichdesk.ui.similarity.map_text import TITLE
from ichdesk.ui.similarity.map_view import MapView
from ichdesk.ui.table_text import csv_text, tabbed_text
from ichdesk.ui.theme import Theme
from ichdesk.ui.widgets.file_dialogs import ask_save_path
from ichdesk.ui.widgets.icon_button import IconButton

_KINDS = "PNG images (*.png);;CSV tables (*.csv)"


class MapExport(QWidget):
    """Copies and saves; files are written on a thread of its own.

    Args:
        post: Runs a function on the window's thread, from any thread.
        view: Whose map.
    """

    def __init__(self, session: Session, theme: Theme, post: Post, view: MapView) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._post = post
        self._view = view
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="similarity")
        self.copy_button = IconButton(theme, "content-copy", f"Copy image: {TITLE}")
        self.table_button = IconButton(theme, "table", f"Copy table: {TITLE}")
        self.save_button = IconButton(theme, "download", f"Save image or table: {TITLE}…")
        self.copy_button.clicked.connect(self._on_copy)
        self.table_button.clicked.connect(self._on_copy_table)
        self.save_button.clicked.connect(self._on_save)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button in (self.copy_button, self.table_button, self.save_button):
            row.addWidget(button)

    def close_files(self) -> None:
        """Wait until what is being written is on the disk."""
        self._writer.shutdown(wait=True)

    def image(self) -> QImage:
        """The map with its legend, below what it is."""
        view, area = self._view, self._view.picture_area
        view.map.draw_all()

        def draw(image: QImage, place: QPoint) -> None:
            view.render(image, place, QRegion(area), view.RenderFlag.DrawChildren)

        size = QSize(area.width(), area.height())
        return titled_image(TITLE, NOTE, size, self._theme.palette, draw)

    def _rows(self) -> list[list[str]]:
        shown = self._view.shown
        return map_table(shown, self._view.reading.names) if shown else []

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setImage(self.image())

    def _on_copy_table(self) -> None:
        QGuiApplication.clipboard().setText(tabbed_text(self._rows()))

    def _on_save(self) -> None:
        path = ask_save_path(self, "Save map", f"{TITLE}.png", _KINDS)
        if path is None or not self.isEnabled():
            return  # the map may have gone while the dialog was open
        if path.suffix.lower() == ".csv":
            text = csv_text(self._rows())
            self._write(lambda: write_text(text, path))
        else:
            image = self.image()
            self._write(lambda: save_image(image, path))

    def _write(self, write: Callable[[], None]) -> None:
        """Write in the background: a large picture takes a moment to compress."""

        def work() -> None:
            try:
                write()
            except UserError as error:
                text = str(error)
                self._post(lambda: self._session.report(text))

        self._writer.submit(work)
