"""Makes Under the hood before it is asked for, as its plots take half a second to import."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from ichdesk.core.registry import module_names
from ichdesk.session.session import Session
from ichdesk.ui.theme import Theme

if TYPE_CHECKING:
    from ichdesk.ui.under_the_hood import UnderTheHood

_WAIT_MS = 500  # the first half second of a training belongs to the training
_PLOTS = "pyqtgraph"
_PANELS = "ichdesk.ui.panels"


class HoodMaking(QObject):
    """Imports the panels one by one and then makes them one by one, while nothing else is to do.

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
        self._modules = [_PLOTS, *module_names(_PANELS)]
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
        if self._modules:
            importlib.import_module(self._modules.pop(0))
        else:
            self.hood.make_soon()
