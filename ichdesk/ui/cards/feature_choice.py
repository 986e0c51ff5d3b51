"""The field of the Advanced settings that chooses the network behind the image features."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from ichdesk.core.config import DEFAULT_BACKBONE
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.backbone_text import IMPORT, facts_text, title_text
from ichdesk.ui.backbones_dialog import EXPORT_KINDS, BackbonesDialog
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.file_dialogs import ask_open_path

_IMPORT_FILE = "import a file"
_SHOW_ALL = "show all"
_CHOOSER_CHANGES = Change.BACKBONES | Change.PROJECT | Change.WORKER | Change.RUN | Change.NOTICES


class FeatureChoice(ChoiceField):
    """Offers what can be used at once, a file, and the list of everything.

    Attributes:
        facts_label: Size, speed and source of what is chosen; the owner places it.
        dialog: The list of everything, if it is open.
    """

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._session = session
        self.facts_label = CaptionLabel()
        self.facts_label.setContentsMargins(0, 0, 0, GRID_PX)
        self.dialog: BackbonesDialog | None = None
        self.activated.connect(self._on_chosen)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask what there is when the field is first seen."""
        super().showEvent(event)
        self._session.backbones.ensure()

    def refresh(self) -> None:
        """Show the backbone of the project and those that can be used."""
        current = self._session.project.config.backbone
        backbones = self._session.backbones
        if self.isVisible():
            backbones.ensure()
        usable = (info.spec for info in backbones.infos if not info.problem)
        specs = dict.fromkeys([DEFAULT_BACKBONE, *usable, current])
        choices: list[tuple[str, object]] = [
            (title_text(spec, backbones.info(spec)), spec) for spec in specs
        ]
        choices.append(("From a Teachable Machine export…", _IMPORT_FILE))
        choices.append(("All networks, size and speed…", _SHOW_ALL))
        self.offer(choices, current)
        self.facts_label.say(backbones.busy_with or facts_text(backbones.info(current)))

    def refresh_chooser(self, change: Change) -> None:
        """Pass on a change to the list of everything."""
        if self.dialog is not None and change & _CHOOSER_CHANGES:
            self.dialog.refresh(change)

    def _on_chosen(self) -> None:
        chosen = self.currentData()
        self.refresh()  # the field shows the project, whatever comes of the click
        if chosen == _IMPORT_FILE:
            if path := ask_open_path(self, "Choose a Teachable Machine export", EXPORT_KINDS):
                self._session.backbones.add_file(IMPORT, path)
        elif chosen == _SHOW_ALL:
            self.open_dialog()
        else:
            self._session.backbones.choose(chosen)

    def open_dialog(self) -> None:
        """Show the list of everything, once."""
        if self.dialog is None:
            self.dialog = BackbonesDialog(self._session, self.theme, self.window())
            self.dialog.finished.connect(self._on_dialog_finished)
        self.dialog.show()
        self.dialog.activateWindow()

    def _on_dialog_finished(self) -> None:
        self.dialog = None
