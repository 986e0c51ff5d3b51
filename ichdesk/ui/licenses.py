"""The licenses of the libraries that ICHDesk is built with."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ichdesk.core.resources import resource_path
from ichdesk.ui.about import TextDialog
from ichdesk.ui.theme import GRID_PX, Theme

COLLECTED = "licenses/THIRD_PARTY_LICENSES.txt"
_WIDTH_PX = 720
_HEIGHT_PX = 50 * GRID_PX
_KEYS = ("License-Expression", "License")
_QT = (
    "Qt and PySide6 are used under the GNU Lesser General Public License, version 3. They are "
    "separate, unchanged libraries, which you may replace by your own builds; their source is at "
    "download.qt.io."
)


class LicensesDialog(TextDialog):
    """A text to scroll, with the note that Qt's license asks for above it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("Licenses", "Licenses of the libraries", theme, parent, _WIDTH_PX)
        self.add_text(_QT)
        self.text = QPlainTextEdit(licenses_text())
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Licenses of the libraries")
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(_HEIGHT_PX)
        self.column.addWidget(self.text, 1)
        self.add_close_button()


def licenses_text() -> str:
    """The texts that came with the app; from source, the names of the licenses."""
    try:
        return resource_path(COLLECTED).read_text(encoding="utf-8", errors="replace")
    except OSError:
        rows = [f"{dist.name} {dist.version}: {_license(dist)}" for dist in _dependencies()]
        return "\n".join(sorted(rows, key=str.lower))


def _dependencies() -> list[Distribution]:
    """What ICHDesk needs, and what that needs, as far as it is installed."""
    found: dict[str, Distribution | None] = {}
    waiting = ["ichdesk"]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = dist = distribution(name)
        except PackageNotFoundError:
            found[name] = None  # for another system, or not installed
            continue
        needed = [line for line in dist.requires or [] if "extra ==" not in line]
        waiting += [match[0] for line in needed if (match := re.match(r"[\w.-]+", line))]
    return [dist for name, dist in found.items() if dist is not None and name != "ichdesk"]


def _license(dist: Distribution) -> str:
    said = [str(text).strip() for key in _KEYS for text in dist.metadata.get_all(key) or []]
    short = [text for text in said if text and "\n" not in text]
    if short:
        return short[0]
    classifiers = dist.metadata.get_all("Classifier") or []
    names = [c.rsplit(" :: ", 1)[-1] for c in classifiers if c.startswith("License ::")]
    return ", ".join(names) or "see the files of the library"
