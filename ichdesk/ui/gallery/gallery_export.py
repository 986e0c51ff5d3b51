"""The buttons that take the gallery elsewhere: as a picture, as a table."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ichdesk.core.errors import UserError
from ichdesk.core.results import write_text
from ichdesk.session.jobs import Post
from ichdesk.session.session import Session
from ichdesk.ui.gallery.gallery_picture import GalleryPicture
from ichdesk.ui.gallery.gallery_text import TITLE
from ichdesk.ui.panel_image import save_image
from ichdesk.ui.table_text import Rows, csv_text, tabbed_text
from ichdesk.ui.theme import Theme
from ichdesk.ui.widgets.file_dialogs import ask_save_path
from ichdesk.ui.widgets.icon_button import IconButton

_KINDS = "PNG images (*.png);;CSV tables (*.csv)"


class GalleryExport(QWidget):
    """Copies and saves; a picture waits for its images and is written on a thread of its own.

    Args:
        post: Runs a function on the window's thread, from any thread.
        picture: Draws the gallery.
    """

    def __init__(self, session: Session, theme: Theme, post: Post, picture: GalleryPicture) -> None:
        super().__init__()
        self._session = session
        self._post = post
        self._picture = picture
        self._title = ""
        self._note: Callable[[], str] = str
        self._rows: Callable[[], Rows] = list
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="gallery")
        self.copy_button = IconButton(theme, "content-copy", f"Copy image: {TITLE}")
        self.table_button = IconButton(theme, "table", f"Copy table of all images: {TITLE}")
        self.save_button = IconButton(theme, "download", f"Save image or table: {TITLE}…")
        self._buttons = (self.copy_button, self.table_button, self.save_button)
        for button, slot in zip(
            self._buttons, (self._on_copy, self._on_copy_table, self._on_save), strict=True
        ):
            button.clicked.connect(slot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button in self._buttons:
            row.addWidget(button)

    def offer(self, title: str, note: Callable[[], str], rows: Callable[[], Rows]) -> None:
        """Say what is above the picture, and what the table is."""
        self._title, self._note, self._rows = title, note, rows
        self._enable(True)

    def withdraw(self) -> None:
        """There is nothing to take."""
        self._picture.drop()
        self._enable(False)

    def close_files(self) -> None:
        """Wait until what is being written is on the disk."""
        self._writer.shutdown(wait=True)

    def _enable(self, is_enabled: bool) -> None:
        for button in self._buttons:
            button.setEnabled(is_enabled)

    def _image(self) -> QImage:
        return self._picture.image(self._title, self._note())

    def _on_copy(self) -> None:
        self._picture.prepare(lambda: QGuiApplication.clipboard().setImage(self._image()))

    def _on_copy_table(self) -> None:
        QGuiApplication.clipboard().setText(tabbed_text(self._rows()))

    def _on_save(self) -> None:
        path = ask_save_path(self, "Save gallery", f"{TITLE}.png", _KINDS)
        if path is None or not self.save_button.isEnabled():
            return  # the gallery may have been emptied while the dialog was open
        if path.suffix.lower() == ".csv":
            text = csv_text(self._rows())
            self._write(lambda: write_text(text, path))
        else:
            self._picture.prepare(lambda: self._write_image(self._image(), path))

    def _write_image(self, image: QImage, path: Path) -> None:
        self._write(lambda: save_image(image, path))

    def _write(self, write: Callable[[], None]) -> None:
        """Write in the background: a large picture takes a second to compress."""
        written = self._writer.submit(write)
        written.add_done_callback(lambda _: self._post(lambda: self._on_written(written)))

    def _on_written(self, written: Future[None]) -> None:
        try:
            written.result()
        except UserError as error:
            self._session.report(str(error))
