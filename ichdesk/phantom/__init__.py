"""Synthetic head-CT slices in Hounsfield units, with labels and masks of hemorrhage."""

from ichdesk.phantom.head import LEVELS, SIGNS
from ichdesk.phantom.jpegs import phantom_jpegs
from ichdesk.phantom.lesions import HEMORRHAGE_TYPES
from ichdesk.phantom.render import render
from ichdesk.phantom.slices import PhantomSlice, phantom_slice

__all__ = [
    "HEMORRHAGE_TYPES",
    "LEVELS",
    "SIGNS",
    "PhantomSlice",
    "phantom_jpegs",
    "phantom_slice",
    "render",
]
