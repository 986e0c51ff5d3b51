"""The numbers of a page of heat maps, as a table."""

from collections.abc import Sequence

import numpy as np

from ichdesk.ui.heat_maps.items import Item
from ichdesk.ui.heat_maps.pages import Page

_OF_MAPS = (
    "Map of",
    "Score",
    "Score of the average training image",
    "Sum of the map",
    "Correlation, random last part",
    "Correlation, upper half random",
    "Correlation, all random",
)


def headings(names: Sequence[str]) -> list[str]:
    """Of a table with these classes."""
    return ["Image", "Truth", "Said", *(" ".join(name.split()) for name in names), *_OF_MAPS]


def table_row(item: Item, names: Sequence[str]) -> list[str]:
    """What is known of an image without its maps."""
    answer = [f"{p:.4f}" for p in item.answer] or [""] * len(names)
    return [
        item.name or f"{names[item.truth or 0]}, image {item.position + 1}",
        "" if item.truth is None else names[item.truth],
        names[item.said] if item.answer else "",
        *answer,
    ]


def map_cells(page: Page | None, row: int, label: int, names: Sequence[str]) -> list[str]:
    """What is known of the map of a class over the image in this row of the page."""
    found = page.scores(row, label) if page else None
    heat = page.map_of(row, label) if page else None
    cells = [names[label]]
    if page is not None and found is not None and heat is not None:
        cells += [f"{number:.4f}" for number in (*found, float(np.sum(heat)))]
        cells += [f"{alike:.4f}" for _, alike in page.checks(row, label)]
    return cells + [""] * (len(_OF_MAPS) - len(cells))
