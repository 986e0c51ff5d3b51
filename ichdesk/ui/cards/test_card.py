"""The card of the fixed test set: images of every class that are never trained on."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton, QWidget

from ichdesk.core.notes import counted
from ichdesk.core.project import Project
from ichdesk.core.test_set import overlap_text
from ichdesk.imaging.placement import class_named
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.cards.drop_highlight import DropHighlight
from ichdesk.ui.cards.sample_model import unpack_samples
from ichdesk.ui.cards.test_bucket import TestBucket
from ichdesk.ui.dropped import dropped_paths, dropped_project
from ichdesk.ui.theme import CARD_PADDING_PX, GRID_PX, Theme
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import Card
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.help_button import HelpButton
from ichdesk.ui.widgets.icon_button import IconButton

_HELP = (
    "Images that the model never learns from. While there are some, nothing is held out of the "
    "classes: all their images train, and every training is tested on the same images, so that "
    "two results differ by the training alone. Take images of other patients than in the classes. "
    "“Lock split” makes the test set of the images that the last training held out."
)
_EMPTY = (
    "Drop images on their class below, or folders named like the classes anywhere on this card. "
    "Once there is an image, nothing is held out of the classes any more."
)


class TestCard(Card):
    """A bucket for each class; there only if the project has a test set or the user asks for it."""

    __test__ = False  # no test, whatever its name begins with
    view_requested = Signal(int, int)  # id of the class, position of the sample
    need_changed = Signal()  # or other buckets

    def __init__(
        self, session: Session, theme: Theme, thumbnails: Thumbnails, parent: QWidget
    ) -> None:
        super().__init__(theme, "Test set", parent)
        self._session = session
        self._thumbnails = thumbnails
        self._was_asked_for = False
        self.setAccessibleName("Test set")
        self.buckets: dict[int, TestBucket] = {}
        self.count_label = QLabel()
        self.count_label.setProperty("role", "soft")
        self.help_button = HelpButton(_HELP, "Test set", theme)
        self.menu_button = IconButton(theme, "dots-vertical", "Menu of the test set")
        self.menu = QMenu(self.menu_button)
        self._fill_menu()
        self.note = CaptionLabel()
        self.chip = Chip(theme)
        self.lock_button = QPushButton("Lock the last split")
        self.lock_button.clicked.connect(session.lock_split)
        self.header.addWidget(self.count_label, 1)
        self.header.addWidget(self.help_button)
        self.header.addWidget(self.menu_button)
        self.header.setContentsMargins(CARD_PADDING_PX, GRID_PX, GRID_PX, GRID_PX)
        self.body.addWidget(self.note)
        self.body.addWidget(self.chip)
        self.body.addWidget(self.lock_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.setContentsMargins(CARD_PADDING_PX, 0, CARD_PADDING_PX, 12)
        self._column.setContentsMargins(0, 0, 0, GRID_PX)  # keeps the edges off the round corner
        self.drop_label = DropHighlight(self, self._offer, self._take)
        self.refresh(~Change(0))

    @property
    def is_needed(self) -> bool:
        """Whether there is something to show, or somebody wants to put something there."""
        return self._was_asked_for or self._session.project.test_count > 0

    def ask_for(self) -> None:
        """Show the card even if it is empty."""
        self._was_asked_for = True
        self.refresh(Change.PROJECT)

    def refresh(self, change: Change) -> None:
        """Re-read the project."""
        if Change.PROJECT in change:
            self._forget_other_project()
            self._sync_buckets()
            self._say(self._session.project)
        if change & (Change.PROJECT | Change.RUN):
            problem = self._session.lock_problem
            self.lock_button.setEnabled(not problem)
            self.lock_button.setToolTip(problem)
            self.lock_action.setEnabled(not problem)

    def _say(self, project: Project) -> None:
        count = project.test_count
        self.count_label.setText(counted(count, "image") if count else "")
        self.lock_button.setVisible(not count)
        self.release_action.setEnabled(bool(count))
        self.hide_action.setEnabled(not count)
        self.note.say(_note(project) if count else _EMPTY)
        tested = [s for b in project.enabled_classes for s in b.samples if s.is_test]
        self.chip.say(overlap_text(project, tested))

    # --- parts -------------------------------------------------------------------------------

    def _fill_menu(self) -> None:
        self.lock_action = self.menu.addAction("&Lock the last split", self._session.lock_split)
        self.release_action = self.menu.addAction(
            "&Release: images go back to their classes", self._session.release_test_set
        )
        self.menu.addSeparator()
        self.hide_action = self.menu.addAction("&Hide this card", self._on_hide)
        self.menu_button.setMenu(self.menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _forget_other_project(self) -> None:
        """Another project has other classes, and nobody has asked for a test set in it."""
        known = {bin_.id for bin_ in self._session.project.classes}
        if self.buckets and not known & set(self.buckets):
            self._was_asked_for = False

    def _sync_buckets(self) -> None:
        """Keep the buckets of classes that are still there, in the order of the project."""
        wanted = [bin_.id for bin_ in self._session.project.classes if self.is_needed]
        if wanted != list(self.buckets):
            for class_id in set(self.buckets) - set(wanted):
                bucket = self.buckets.pop(class_id)
                bucket.hide()
                bucket.deleteLater()
            self.buckets = {i: self.buckets.get(i) or self._new_bucket(i) for i in wanted}
            for bucket in self.buckets.values():
                self._column.removeWidget(bucket)
                self._column.addWidget(bucket)
            self.need_changed.emit()
        elif self.isHidden() is self.is_needed:  # a project may have no class at all
            self.need_changed.emit()
        for bucket in self.buckets.values():
            bucket.refresh()

    def _new_bucket(self, class_id: int) -> TestBucket:
        bucket = TestBucket(self._session, self.theme, self._thumbnails, class_id)
        bucket.row.view_requested.connect(self.view_requested)
        return bucket

    # --- what the user does ------------------------------------------------------------------

    def _on_hide(self) -> None:
        self._was_asked_for = False
        self.refresh(Change.PROJECT)

    def _offer(self, mime: QMimeData) -> str:
        if moved := unpack_samples(mime, self._session.project):
            samples = self._session.project.class_by_id(moved[0]).samples
            is_new = not all(samples[i].is_test for i in moved[1])
            return "Drop to add to the test set" if is_new else ""
        if dropped_paths(mime) and dropped_project(mime) is None:
            return "Drop folders named like the classes"
        return ""

    def _take(self, mime: QMimeData) -> None:
        if moved := unpack_samples(mime, self._session.project):
            self._session.move_samples(*moved, moved[0], is_test=True)
            return
        rest = list[Path]()
        for path in dropped_paths(mime):
            is_zip = path.suffix.lower() == ".zip"
            name = path.name if path.is_dir() else path.stem if is_zip else ""
            if (class_id := class_named(self._session.project, name)) is not None:
                self._session.import_files([path], class_id, is_test=True)
            else:
                rest.append(path)
        if rest:
            self._session.import_files(rest, is_test=True)


def _note(project: Project) -> str:
    """What the test set means, and for which classes it says nothing."""
    if not project.has_test_set:
        return "All classes with test images are disabled, so training holds images out as usual."
    missing = [f"“{b.name}”" for b in project.enabled_classes if not b.positions(is_test=True)]
    text = "Never trained on. Every training is tested on these images and on no others."
    if missing:
        text += f" There is none of {' and '.join(missing)} yet, so nothing will be known of that."
    return text
