"""Project files: Teachable Machine's .tm and .ichdesk, read without trust, written without risk."""

from ichdesk.archive.export import PICTURES, ExportForm, export_samples, folder_names
from ichdesk.archive.files import open_project, save_project
from ichdesk.archive.lost import lost_in_tm, lost_text
from ichdesk.archive.native import SUFFIX as NATIVE_SUFFIX
from ichdesk.archive.opened import TM_SUFFIX, Opened
from ichdesk.archive.progress import Cancelled, Progress
from ichdesk.archive.store import SampleStore

__all__ = [
    "NATIVE_SUFFIX",
    "PICTURES",
    "TM_SUFFIX",
    "Cancelled",
    "ExportForm",
    "Opened",
    "Progress",
    "SampleStore",
    "export_samples",
    "folder_names",
    "lost_in_tm",
    "lost_text",
    "open_project",
    "save_project",
]
