"""The About box and the quick tour."""

from importlib.metadata import PackageNotFoundError, version
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

from ichdesk.ui.companions import ENTRIES
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
_KEYS: tuple[tuple[str, _Keys], ...] = (
    ("Open, save", (QKeySequence.StandardKey.Open, QKeySequence.StandardKey.Save)),
    ("Undo, redo", (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)),
    ("Add a class", ("Ctrl+Shift+N",)),
    ("Image steps", ("Ctrl+I",)),
    ("Fixed test set", ("Ctrl+T",)),
    ("Lock the last split", ("Ctrl+Shift+L",)),
    ("Under the hood", ("Ctrl+U",)),
    *((entry.text.replace("&", ""), (entry.keys,)) for entry in ENTRIES.values()),
    ("Export report", ("Ctrl+Shift+R",)),
    ("Select all images of a class", (QKeySequence.StandardKey.SelectAll,)),
    ("Delete selected images", ("Del", "Backspace")),
    ("Look at an image in the viewer", ("Return", "Ctrl+Shift+V")),
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
    """Four steps and the shortcuts."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("Quick tour", "Four steps to a model", theme, parent, _TOUR_WIDTH_PX)
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
        rows = (len(_KEYS) + 1) // 2
        for place, (what, keys) in enumerate(_KEYS):
            column, row = divmod(place, rows)
            grid.addWidget(QLabel(what), row, 2 * column)
            grid.addWidget(QLabel(", ".join(map(_shown, keys))), row, 2 * column + 1)
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
    try:
        return version("ichdesk")
    except PackageNotFoundError:
        return "(not installed)"


def _shown(key: QKeySequence.StandardKey | str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
