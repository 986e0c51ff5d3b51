"""The kinds of hemorrhage by name; each painter changes the picture and returns a weight."""

from collections.abc import Callable

import numpy as np

from ichdesk.phantom.fields import Field
from ichdesk.phantom.head import Head
from ichdesk.phantom.hemorrhages.epidural import paint_epidural
from ichdesk.phantom.hemorrhages.intraparenchymal import paint_intraparenchymal
from ichdesk.phantom.hemorrhages.intraventricular import paint_intraventricular
from ichdesk.phantom.hemorrhages.subarachnoid import paint_subarachnoid
from ichdesk.phantom.hemorrhages.subdural import paint_subdural

HEMORRHAGE_TYPES = (
    "intraparenchymal",
    "intraventricular",
    "subdural",
    "epidural",
    "subarachnoid",
)
"""The labels of the RSNA hemorrhage data, without "any"."""

Painter = Callable[[np.random.Generator, Head], Field]

PAINTERS: dict[str, Painter] = {
    "intraparenchymal": paint_intraparenchymal,
    "intraventricular": paint_intraventricular,
    "subdural": paint_subdural,
    "epidural": paint_epidural,
    "subarachnoid": paint_subarachnoid,
}
