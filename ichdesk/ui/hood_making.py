"""Makes Under the hood before it is asked for, as its plots take half a second to import."""

import importlib
from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer

from ichdesk.core.registry import module_names
from ichdesk.session.session import Session
from ichdesk.ui.theme import Theme

if TYPE_CHECKING:
    from ichdesk.ui.under_the_hood import UnderTheHood

_WAIT_MS = 500  # the first half second of a training belongs to the training
_PORTION_S = 0.01
_PLOTS = "pyqtgraph"
_PANELS = "ichdesk.ui.panels"


class HoodMaking(QObject):
    """Imports the panels in portions and then makes them one by one, while nothing else is to do.

    Not in a thread: pyqtgraph touches every class of Qt, which crashes where Qt is at work.

    Args:
        made: Takes the panel as soon as there is one.
        parent: The window.
    """

    def __init__(
        self,
        session: Session,
        theme: Theme,
        made: Callable[["UnderTheHood"], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._made = made
        self._hood: UnderTheHood | None = None
        self._imports = _imports()
        self._timer = QTimer(self)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._go_on)

    @property
    def hood(self) -> "UnderTheHood":
        """The panel; if need be, it is made now."""
        if self._hood is None:
            from ichdesk.ui.under_the_hood import UnderTheHood  # noqa: PLC0415 - see above

            self._timer.stop()
            self._hood = UnderTheHood(self._session, self._theme)
            self._made(self._hood)
        return self._hood

    def start(self) -> None:
        """Begin soon, unless that has happened."""
        if self._hood is None and not self._timer.isActive():
            self._timer.start()

    def close(self) -> None:
        """Begin nothing any more."""
        self._timer.stop()
        if self._hood is not None:
            self._hood.rest()

    def _go_on(self) -> None:
        self._timer.setInterval(0)
        until_s = monotonic() + _PORTION_S
        while monotonic() < until_s:
            if next(self._imports, None) is None:
                self.hood.make_soon()
                return


def _imports() -> Iterator[object]:
    """Everything that the panels need, bit by bit.

    Classes of Qt are made when they are first named, and pyqtgraph names them all.
    """
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield name
    for name in (_PLOTS, *module_names(_PANELS)):
        yield importlib.import_module(name)
