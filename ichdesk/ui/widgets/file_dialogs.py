"""Dialogs that ask for files, in one place so that tests can answer for the user."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import delete

from ichdesk.ui.widgets.untraced import untraced

IMAGE_KINDS = (
    "Images, scans and zip files (*.jpg *.jpeg *.png *.webp *.tif *.tiff *.bmp *.gif "
    "*.dcm *.dicom *.ima *.nii *.nii.gz *.zip);;All files (*)"
)
PROJECT_KINDS = "Class projects (*.ichdesk *.tm);;All files (*)"
SAVE_PROJECT_KINDS = "ICHDesk project (*.ichdesk);;Teachable Machine project (*.tm)"


def ask_open_paths(parent: QWidget, title: str, kinds: str) -> list[Path]:
    """Ask for one or several files; empty if the user thinks better of it."""
    with untraced():
        names, _ = QFileDialog.getOpenFileNames(parent, title, "", kinds)
    return [Path(name) for name in names]


def ask_open_path(
    parent: QWidget, title: str, kinds: str, folder: Path | None = None
) -> Path | None:
    """Ask for one file, or None; starts in `folder`, or where the last dialog ended."""
    with untraced():
        name, _ = QFileDialog.getOpenFileName(parent, title, str(folder or ""), kinds)
    return Path(name) if name else None


def ask_folder(parent: QWidget, title: str, folder: Path | None = None) -> Path | None:
    """Ask for a folder, or None; starts in `folder`, or where the last dialog ended."""
    with untraced():
        name = QFileDialog.getExistingDirectory(parent, title, str(folder or ""))
    return Path(name) if name else None


def ask_save_path(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Ask where to save; the dialog adds the suffix of the chosen kind and confirms overwriting.

    Args:
        parent: The dialog's.
        title: Of the dialog.
        name: Proposed; its suffix says which kind is chosen first.
        kinds: As Qt writes them, such as "Images (*.png);;All files (*)".
    """
    dialog = QFileDialog(parent, title, name, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    suffix = Path(name).suffix
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(_suffix(kind) or suffix))
    dialog.selectNameFilter(next((k for k in kinds.split(";;") if _suffix(k) == suffix), ""))
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(name)
    with untraced():
        accepted = dialog.exec() == QFileDialog.DialogCode.Accepted
        chosen = Path(dialog.selectedFiles()[0]) if accepted else None
        delete(dialog)  # now, for it writes then what must be forgotten
    return chosen


def _suffix(kind: str) -> str:
    """Of files of a kind: ".png" for "Images (*.png)", "" for "All files (*)"."""
    pattern = kind.rpartition("(")[2].removesuffix(")").partition(" ")[0]
    return pattern.removeprefix("*")
