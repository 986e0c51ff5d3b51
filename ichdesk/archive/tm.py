"""Project files in one place: open, save and export, and how to follow and stop each."""

from ichdesk.archive.export import export_samples
from ichdesk.archive.progress import Cancelled, Progress
from ichdesk.archive.reader import Opened, open_project
from ichdesk.archive.writer import save_project

__all__ = [
    "Cancelled",
    "Opened",
    "Progress",
    "export_samples",
    "open_project",
    "save_project",
]
