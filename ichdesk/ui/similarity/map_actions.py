"""What one does with images of the map: look at them, move them, take them out."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from ichdesk.core.notes import counted
from ichdesk.core.predictions import Place
from ichdesk.session.session import Session
from ichdesk.ui.theme import GRID_PX
from ichdesk.ui.widgets.caption_label import CaptionLabel

_Ask = Callable[[int, int], None]


class MapActions(QWidget):
    """A row of buttons, and the same as a menu; every edit can be undone.

    Args:
        view: Shows a sample large: id of its class, position in it.
        show_in_class: Shows it in its card, likewise.
    """

    def __init__(self, session: Session, view: _Ask, show_in_class: _Ask) -> None:
        super().__init__()
        self._session = session
        self._view = view
        self._show_in_class = show_in_class
        self._places: tuple[Place, ...] = ()
        self.view_button = QPushButton("Open in viewer")
        self.class_button = QPushButton("Show in class")
        self.move_button = QPushButton("Move to class…")
        self.remove_button = QPushButton("Remove")
        self.undo_button = QPushButton("Undo")
        self.undo_button.setProperty("role", "link")
        self.remove_button.setToolTip("Remove from the project")
        self.count_label = CaptionLabel()
        self.count_label.setWordWrap(False)
        self.move_menu = QMenu(self)
        self.move_button.setMenu(self.move_menu)
        self._lay_out()
        self._connect()
        self.refresh(())

    def refresh(self, places: Sequence[Place]) -> None:
        """Act on these images, the first one first, from now on."""
        self._places = tuple(places)
        for button in (self.view_button, self.class_button, self.remove_button):
            button.setEnabled(bool(places))
        self.move_button.setEnabled(bool(places and self._targets))
        self.count_label.say(f"{counted(len(places), 'image')} selected" if places else "")
        label = self._session.undo_label
        edit = f"Undo {label[:1].lower()}{label[1:]}" if label else "Undo"
        self.undo_button.setToolTip(edit)
        self.undo_button.setAccessibleName(edit)
        self.undo_button.setEnabled(label is not None)

    def view(self) -> None:
        """Show the first image large."""
        if self._places:
            self._view(self._places[0].class_id, self._places[0].index)

    def remove(self) -> None:
        """Take the images out of the project."""
        self._session.remove_from_classes(self._chosen)

    def open_menu(self, place: QPoint) -> None:
        """The same as a menu, at a place on the screen."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, do in (
            ("Open in &viewer\tEnter", self.view),
            ("&Show in class", self._on_show_in_class),
            ("&Remove from the project\tDel", self.remove),
        ):
            menu.addAction(text, do).setEnabled(bool(self._places))
        self._fill_move_menu()
        move = menu.addMenu("&Move to class")
        move.addActions(self.move_menu.actions())
        move.setEnabled(bool(self._places) and not move.isEmpty())
        menu.popup(place)

    @property
    def _chosen(self) -> dict[int, list[int]]:
        """Positions of the images by class."""
        chosen: dict[int, list[int]] = {}
        for place in self._places:
            chosen.setdefault(place.class_id, []).append(place.index)
        return chosen

    @property
    def _targets(self) -> list[tuple[int, str]]:
        """Id and name of the classes that the images can be moved to."""
        sources = {place.class_id for place in self._places}
        return [(b.id, b.name) for b in self._session.project.classes if sources != {b.id}]

    def _fill_move_menu(self) -> None:
        self.move_menu.clear()
        for class_id, name in self._targets:
            action = QAction(name.replace("&", "&&"), self.move_menu)
            action.triggered.connect(lambda _=False, target=class_id: self._move(target))
            self.move_menu.addAction(action)

    def _move(self, target: int) -> None:
        self._session.move_from_classes(self._chosen, target)

    def _on_show_in_class(self) -> None:
        if self._places:
            self._show_in_class(self._places[0].class_id, self._places[0].index)

    def _connect(self) -> None:
        self.view_button.clicked.connect(self.view)
        self.class_button.clicked.connect(self._on_show_in_class)
        self.move_menu.aboutToShow.connect(self._fill_move_menu)
        self.remove_button.clicked.connect(self.remove)
        self.undo_button.clicked.connect(self._session.undo)
        keys = QKeySequence.StandardKey
        QShortcut(QKeySequence(keys.Undo), self, self._session.undo)
        QShortcut(QKeySequence(keys.Redo), self, self._session.redo)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        buttons = (self.view_button, self.class_button, self.move_button, self.remove_button)
        for button in (*buttons, self.undo_button):
            button.setAutoDefault(False)  # Enter opens the image, it must not press a button
        for button in buttons:
            row.addWidget(button)
        row.addWidget(self.count_label)
        row.addStretch(1)
        row.addWidget(self.undo_button)
