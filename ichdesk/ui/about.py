"""The About box and the quick tour."""

from collections.abc import Iterator
from typing import TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ichdesk.ui.theme import BODY_PX, CARD_GAP_PX, GRID_PX, TITLE_PX, Theme, ui_font

_WIDTH_PX = 520
_TOUR_WIDTH_PX = 720
_PURPOSE = (
    "Teachable Machine for head CT, on the desktop and offline: sort slices into classes, train, "
    "and see what the model has learned and where it errs."
)
_WARNING = "For teaching, not for diagnosis. Never use it for the care of a patient."
_LICENSES = (
    "ICHDesk is free software under the Apache License 2.0. It is built with Python (PSF License), "
    "Qt and PySide6 (LGPL 3), PyTorch, NumPy, SciPy and scikit-learn (BSD), Pillow (MIT-CMU), "
    "pyqtgraph and QtAwesome (MIT), Material Design Icons (Apache 2.0) and other free libraries."
)
_PRIVACY = (
    "Your images, projects and models stay on this computer. It uses the network only when you "
    "click Download to get the weights of another network."
)
_STEPS = (
    ("1. Gather", "Drop CT images or folders onto a class card, or click Upload."),
    ("2. Train", "Click Train Model. Some images are held out to test what was learned."),
    ("3. Look", "Under the hood shows which classes are mistaken for which, and the curves."),
    ("4. Try", "Drop new images onto Preview and read one bar per class."),
)
_Keys: TypeAlias = tuple[QKeySequence.StandardKey | str, ...]
_KEYS_OF_A_CLASS: tuple[tuple[str, _Keys], ...] = (
    ("Select all images of a class", (QKeySequence.StandardKey.SelectAll,)),
    ("Delete selected images", ("Del", "Backspace")),
    ("Look at the image in the viewer", ("Return",)),
    ("Try selected images in Preview", ("Ctrl+Return",)),
)


class TextDialog(QDialog):
    """A column of texts with a Close button."""

    def __init__(
        self, title: str, heading: str, theme: Theme, parent: QWidget, width_px: int = _WIDTH_PX
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._width_px = width_px
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setFixedWidth(width_px)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*(CARD_GAP_PX,) * 4)
        self.column.setSpacing(2 * GRID_PX)
        self.add_text(heading, size_px=TITLE_PX)

    def add_text(self, text: str, *, size_px: int = BODY_PX, bold: bool = False) -> None:
        """Append a paragraph."""
        label = _wrapped(text)
        label.setFont(ui_font(size_px, bold=bold))
        # a dialog's own layout would give wrapped text the height of a wider label
        label.setMinimumHeight(label.heightForWidth(self._width_px - 2 * CARD_GAP_PX))
        self.column.addWidget(label)

    def add_close_button(self) -> None:
        """End the dialog."""
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAccessibleName("Close")
        self.column.addWidget(buttons)


class AboutDialog(TextDialog):
    """What this is, what it is not for, and on whose work it stands."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("About ICHDesk", f"ICHDesk {app_version()}", theme, parent)
        self.add_text(_PURPOSE)
        self.add_text(_WARNING, bold=True)
        self.add_text(_PRIVACY)
        self.add_text(_LICENSES)
        self.licenses_button = QPushButton("Licenses of the libraries…")
        self.licenses_button.setAutoDefault(False)
        self.licenses_button.clicked.connect(self._on_licenses)
        self.column.addWidget(self.licenses_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_close_button()

    def _on_licenses(self) -> None:
        from ichdesk.ui.licenses import LicensesDialog  # noqa: PLC0415 - only when asked for

        LicensesDialog(self.theme, self).open()


class TourDialog(TextDialog):
    """Four steps and the shortcuts.

    Args:
        parent: The window whose actions have shortcuts.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("Quick tour", "Four steps to a model", theme, parent, _TOUR_WIDTH_PX)
        self.shortcuts = (*_keys_of(parent), *_shown_all(_KEYS_OF_A_CLASS))
        self._add_rows(_STEPS)
        self.add_text("Shortcuts", size_px=TITLE_PX)
        self._add_keys()
        self.add_text(_WARNING, bold=True)
        self.add_close_button()
        self.setMinimumHeight(self.sizeHint().height())  # or the rows lose the lower part of a line

    def _add_keys(self) -> None:
        """In two columns, as many as there are."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID_PX)
        grid.setVerticalSpacing(GRID_PX)
        rows = (len(self.shortcuts) + 1) // 2
        for place, (what, keys) in enumerate(self.shortcuts):
            column, row = divmod(place, rows)
            grid.addWidget(QLabel(what), row, 2 * column)
            grid.addWidget(QLabel(keys), row, 2 * column + 1)
        self.column.addLayout(grid)

    def _add_rows(self, rows: tuple[tuple[str, str], ...]) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID_PX)
        form.setVerticalSpacing(GRID_PX)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignTop)
        for name, text in rows:
            form.addRow(name, _wrapped(text))
        self.column.addLayout(form)


def app_version() -> str:
    """Version of the installed app."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - takes 20 ms

    try:
        return version("ichdesk")
    except PackageNotFoundError:
        return "(not installed)"


def _keys_of(window: QWidget) -> Iterator[tuple[str, str]]:
    """Name and shortcut of every action that has one."""
    for action in window.actions():
        if not action.shortcut().isEmpty():
            yield action.iconText(), _shown(action.shortcut())


def _shown_all(rows: tuple[tuple[str, _Keys], ...]) -> Iterator[tuple[str, str]]:
    for what, keys in rows:
        yield what, ", ".join(_shown(QKeySequence(key)) for key in keys)


def _shown(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
