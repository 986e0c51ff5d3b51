"""Project files: Teachable Machine's .tm, read without trust and written without risk."""

from ichdesk.archive.store import SampleStore
from ichdesk.archive.tm import (
    Cancelled,
    Opened,
    Progress,
    export_samples,
    open_project,
    save_project,
)

__all__ = [
    "Cancelled",
    "Opened",
    "Progress",
    "SampleStore",
    "export_samples",
    "open_project",
    "save_project",
]
