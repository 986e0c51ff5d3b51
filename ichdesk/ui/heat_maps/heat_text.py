"""What is said about an image and its heat maps."""

from collections.abc import Sequence

import numpy as np

from ichdesk.core.heat_map import explained, verdict
from ichdesk.core.notes import counted
from ichdesk.ui.cards.output_bars import percent_text
from ichdesk.ui.heat_maps.check_strip import LEVELS, signed
from ichdesk.ui.heat_maps.items import Item, Source
from ichdesk.ui.heat_maps.pages import Page

NOTHING = {
    Source.WRONG_FIRST: "No answers to test images were kept with this result; train again.",
    Source.TEST: "No answers to test images were kept with this result; train again.",
    Source.PREVIEW: "There is no preview image; choose one in the Preview card.",
}


def answer_lines(item: Item, names: Sequence[str]) -> list[str]:
    """Truth or name, what the model said, and what it gave the truth."""
    lines = [item.name] if item.truth is None else [f"Truth: {one_line(names[item.truth])}"]
    if item.answer:
        said = f"{one_line(names[item.said])} {percent_text(item.answer[item.said])}"
        lines.append(f"Said: {said}{' (wrong)' if item.is_wrong else ''}")
    if item.is_wrong and item.truth is not None:
        lines.append(f"Gave the truth {percent_text(item.answer[item.truth])}")
    return lines


def score_text(page: Page, row: int, label: int, name: str) -> str:
    """How much of a score the map tells; "" before it is known."""
    found, heat = page.scores(row, label), page.map_of(row, label)
    if found is None or heat is None:
        return ""
    score, usual = found
    share = explained(heat, score - usual)
    told = (
        f"The map adds up to {share:.0%} of the difference."
        if share is not None
        else "They hardly differ, so there is little to show."
    )
    return (
        f"{one_line(name)}: score {signed(score)}, average training image {signed(usual)}. {told}"
    ).replace("%", " %")


def check_text(correlations: Sequence[Sequence[float]]) -> str:
    """What the check says, from the correlations of each image; "" before it is done."""
    if not all(len(own) == len(LEVELS) for own in correlations):
        return ""
    means = np.mean(correlations, axis=0)
    n = counted(len(correlations), "image")
    head, network = verdict(float(means[0]), float(means[-1]))
    numbers = ", ".join(signed(float(mean)) for mean in means)
    return f"{head} {network} Mean rank correlation {numbers}, n = {n}."


def one_line(name: str) -> str:
    """A class name without line breaks, shortened."""
    line = " ".join(name.split())
    return line if len(line) <= 28 else f"{line[:27].rstrip()}…"
