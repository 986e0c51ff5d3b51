"""What an Under the hood panel is, and the registry that finds them in `ichdesk.ui.panels`."""

from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ichdesk.core.registry import Registry
from ichdesk.session.session import Session
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Theme

PANELS: Registry[type["Panel"]] = Registry("panel", "ichdesk.ui.panels")


class Panel(QWidget):
    """One figure of a run. The frame around it shows title, help, copy and save.

    Attributes:
        title: Heading; `order` its place from the top; `help_text` two or three sentences.
        empty_text: What stands in its place before there is anything to show; `waiting_text`
            while training runs.
        images_requested: Asks for the test images of a cell of the confusion matrix, by the ids
            of the true class and of the class that was said; None asks for all errors.
        companion_requested: Asks for a window of `ichdesk.ui.companions` by its name.
    """

    images_requested = Signal(object)
    companion_requested = Signal(str)

    title: ClassVar[str]
    order: ClassVar[int]
    help_text: ClassVar[str]
    empty_text: ClassVar[str]
    waiting_text: ClassVar[str] = "This fills in when the first epoch has ended."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    @property
    def picture_height_px(self) -> int:
        """How much of the panel, from its top, belongs on a picture of it."""
        return self.height()

    def take_session(self, session: Session) -> None:
        """Keep what the panel's own buttons act on; a panel that only shows has no need of it."""

    def table_rows(self) -> list[list[str]]:
        """Its numbers as a table with headings; [] where a picture says it all."""
        return []

    def refresh(self, view: RunView | None) -> bool:
        """Show the run; False if it has nothing to show yet."""
        raise NotImplementedError
