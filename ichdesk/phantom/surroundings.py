"""What is on a slice besides the head and its hemorrhages; each subject has a module."""

from ichdesk.phantom.headrest import draw_headrest
from ichdesk.phantom.old_lesions import draw_old_lesions
from ichdesk.phantom.scanner import scan
from ichdesk.phantom.surgery import draw_surgery

__all__ = ["draw_headrest", "draw_old_lesions", "draw_surgery", "scan"]
