"""File > Classify images: a folder of images through the model, into a table."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from ichdesk.session.session import Session
from ichdesk.ui.widgets.file_dialogs import ask_folder, ask_save_path

_KINDS = "CSV tables (*.csv)"


def classify_images(window: QWidget, session: Session, folder: Path) -> None:
    """Ask for a folder of images and for a file, and write there what the model says to each.

    Args:
        window: The dialogs' parent.
        session: Has a model.
        folder: Where the file is proposed.
    """
    images = ask_folder(window, "Classify images: choose their folder")
    if images is None:
        return
    name = str(folder / "Predictions.csv")
    if out := ask_save_path(window, "Save the model's answers", name, _KINDS):
        session.classify_files([images], out)
