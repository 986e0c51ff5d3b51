"""What "Export samples" writes: which folders, with a manifest or without, pictures or numbers."""

from itertools import count
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ichdesk.archive import ExportForm, folder_names
from ichdesk.core.notes import counted
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun
from ichdesk.core.sample_manifest import FILES
from ichdesk.core.sides import Sides, known_sides, sides_of
from ichdesk.core.split_facts import BY_PATIENT, BY_TEST_SET
from ichdesk.core.test_set import SIDES
from ichdesk.session.session import Session
from ichdesk.ui.theme import CARD_GAP_PX, GRID_PX, TITLE_PX, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel

_WIDTH_PX = 520
_INDENT_PX = 3 * GRID_PX
_SHOWN_FOLDERS = 3
_MOST_SPLIT_AT_ONCE = 5_000  # images; more take too long for a window that is about to open
_TAB = "\N{NO-BREAK SPACE}" * 4
_IS_ALONE = "Other programs then know nothing of the split and of patients."
_WITH = "Split, patients and series of each image as a table and as COCO JSON; notes with examples."
_AS_PICTURES = "Each slice becomes the picture that the image steps make of it, 224 px."
_AS_HU = "Each slice as 16-bit PNG in its own size, for programs that read HU, such as MONAI."


class ExportSamplesDialog(QDialog):
    """Asks in what form; `form` is the answer.

    Args:
        project: What is exported.
        run: The last training that ended well, whose split is taken if it is of this project.
        folder: Where to.
        parent: The window.
    """

    def __init__(
        self, project: Project, run: TrainingRun | None, folder: Path, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._sides = known_sides(project, run)
        if self._sides is None and project.sample_count <= _MOST_SPLIT_AT_ONCE:
            self._sides = sides_of(project)
        self._has_slices = any(bin_.has_slices for bin_ in project.classes)
        self._folder = folder
        self.setWindowTitle("Export samples")
        self.classes_button = QRadioButton("A folder for each &class")
        self.sides_button = QRadioButton("Folders &train and test, in both a folder for each class")
        self.manifest_box = QCheckBox("&Manifest for other programs")
        self.hu_box = QCheckBox("Keep &Hounsfield units")
        self.manifest_label, self.hu_label = CaptionLabel(), CaptionLabel()
        self.images_label = QLabel(images_text(project))
        self.split_label, self.tree_label = CaptionLabel(), CaptionLabel()
        self.save_button = QPushButton("&Save")
        self.cancel_button = QPushButton("Cancel")
        self.sides_button.setChecked(project.has_test_set)
        self.classes_button.setChecked(not project.has_test_set)
        self.manifest_box.setChecked(True)
        self._lay_out()
        for button in (self.sides_button, self.manifest_box, self.hu_box):
            button.toggled.connect(self._refresh)
        self._refresh()

    @property
    def form(self) -> ExportForm:
        """What is chosen."""
        return ExportForm(
            self.sides_button.isChecked(),
            self.manifest_box.isChecked(),
            self.hu_box.isChecked(),
            self._sides,
        )

    def _lay_out(self) -> None:
        title = QLabel("Export samples")
        title.setFont(ui_font(TITLE_PX))
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_GAP_PX,) * 4)
        column.setSpacing(GRID_PX)
        for label in (title, self.images_label, self.split_label):
            column.addWidget(label)
        column.addSpacing(GRID_PX)
        for button in (self.classes_button, self.sides_button):
            column.addWidget(button)
        column.addSpacing(GRID_PX)
        options = ((self.manifest_box, self.manifest_label), (self.hu_box, self.hu_label))
        for box, caption in options:
            column.addWidget(box)
            caption.setIndent(_INDENT_PX)
            column.addWidget(caption)
        self.hu_box.setVisible(self._has_slices)
        column.addSpacing(GRID_PX)
        column.addWidget(self.tree_label)
        column.addSpacing(GRID_PX)
        column.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        roles, buttons = QDialogButtonBox.ButtonRole, QDialogButtonBox()
        buttons.addButton(self.save_button, roles.AcceptRole)
        buttons.addButton(self.cancel_button, roles.RejectRole)
        self.save_button.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _refresh(self) -> None:
        form = self.form
        self.split_label.say(split_text(self._project, self._sides, form))
        self.manifest_label.say(_WITH if form.has_manifest else _IS_ALONE)
        if self._has_slices:
            self.hu_label.say(_AS_HU if form.keeps_hu else _AS_PICTURES)
        self.tree_label.say(tree_text(self._project, self._folder, form))
        self._column.invalidate()
        self.setFixedSize(_WIDTH_PX, self._column.totalHeightForWidth(_WIDTH_PX))


def images_text(project: Project) -> str:
    """How many images of how many classes there are."""
    filled = sum(bool(bin_.samples) for bin_ in project.classes)
    classes = "1 class" if filled == 1 else f"{filled:,} classes"
    return f"{counted(project.sample_count, 'image')} of {classes}"


def split_text(project: Project, sides: Sides | None, form: ExportForm) -> str:
    """How many of them are trained on and tested on; "" if nothing that is written says so.

    Args:
        project: What is exported.
        sides: None if they are yet to be found.
        form: What is chosen.
    """
    if not (form.by_side or form.has_manifest):
        return ""
    if sides is None:
        return "Split into train and test as a training would now."
    tested = sides.test_count
    figures = f"{project.sample_count - tested:,} train, {tested:,} test"
    if sides.by == BY_TEST_SET:
        return f"{figures}, which is the fixed test set."
    unit = "patient" if sides.by == BY_PATIENT else "slice"
    who = "as in the last training" if sides.is_of_run else "as a training would now"
    return f"{figures}: split by {unit}, {who}."


def tree_text(project: Project, folder: Path, form: ExportForm) -> str:
    """The folder and what will be in it."""
    names = folder_names([bin_.name for bin_ in project.classes])
    listed = [f"{name}/" for name in names[:_SHOWN_FOLDERS]]
    if len(names) > _SHOWN_FOLDERS:
        listed.append(f"and {len(names) - _SHOWN_FOLDERS:,} more")
    tops = [f"{side}/ with " for side in SIDES] if form.by_side else [""]
    lines = [f"{top}{', '.join(listed)}" for top in tops]
    lines += [", ".join(FILES)] if form.has_manifest else []
    return "\n".join([f"{folder.name or folder}/", *(f"{_TAB}{line}" for line in lines)])


def ask_form(session: Session, folder: Path, window: QWidget) -> ExportForm | None:
    """Ask in what form the project is exported to a folder, or None."""
    dialog = ExportSamplesDialog(session.project, session.finished_run, folder, window)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    form = dialog.form if accepted else None
    dialog.deleteLater()
    return form


def own_folder(chosen: Path, name: str) -> Path:
    """The folder that was chosen if it is empty, else a new one in it, as programs read them whole.

    Args:
        chosen: Exists.
        name: Of the project.
    """
    try:
        if next(chosen.iterdir(), None) is None:
            return chosen
    except OSError:  # whoever writes there says why that fails
        return chosen
    (stem,) = folder_names([f"{name} images"])
    names = (stem if number == 1 else f"{stem} ({number})" for number in count(1))
    return next(path for path in map(chosen.joinpath, names) if not _is_taken(path))


def _is_taken(path: Path) -> bool:
    return path.exists() or path.is_symlink()
