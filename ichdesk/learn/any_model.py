"""A trained model from whatever file holds one."""

import zipfile
from pathlib import Path

from ichdesk.learn.model import Model, load_model


def load_any_model(path: Path) -> Model:
    """A model file of ICHDesk, or an export of Teachable Machine; told apart by content.

    Raises:
        UserError: It is neither, or cannot be used.
    """
    if path.is_file() and zipfile.is_zipfile(path):
        from ichdesk.learn.tm_model import load_tm_model  # noqa: PLC0415

        return load_tm_model(path)
    return load_model(path)
