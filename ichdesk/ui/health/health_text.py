"""What the window of data health says, besides what the checks say themselves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from ichdesk.core.data_health import Check, State
from ichdesk.core.notes import counted
from ichdesk.core.predictions import Place
from ichdesk.ui.health.findings import Row
from ichdesk.ui.theme import Palette

Names = Mapping[int, str]

EMPTY = (
    "There are no images yet. Open a project or add images to a class: then this window says what "
    "a model could learn from them by mistake."
)
OUTDATED = "Images or image steps have changed since the images were looked at."
HELP = (
    "A model learns whatever tells the classes apart, the finding or not. These checks look for "
    "copies, patients in two places, unusual images, and for differences in brightness, size or a "
    "single spot that give a class away. “Fine” means that nothing was found, not that nothing is "
    "there."
)
SYMBOLS = {
    State.FINE: "check-circle-outline",
    State.LOOK: "eye-outline",
    State.PROBLEM: "alert-octagon-outline",
    State.UNKNOWN: "help-circle-outline",
}
WORST_FIRST = (State.PROBLEM, State.LOOK, State.UNKNOWN, State.FINE)
_IN_SUM = {
    State.PROBLEM: "a problem",
    State.LOOK: "to look at",
    State.UNKNOWN: "not known",
    State.FINE: "fine",
}


def state_color(state: State, palette: Palette) -> str:
    """Of the icon and word of a state."""
    return {
        State.FINE: palette.text_soft,
        State.LOOK: palette.warning,
        State.PROBLEM: palette.error,
        State.UNKNOWN: palette.text_soft,
    }[state]


def sum_text(checks: Sequence[Check]) -> str:
    """How many checks came out how: "11 checks: 1 a problem, 2 to look at, 8 fine"."""
    counts = Counter(check.state for check in checks)
    parts = [f"{counts[state]} {_IN_SUM[state]}" for state in WORST_FIRST if counts[state]]
    return f"{len(checks)} checks: {', '.join(parts)}."


def images_text(rows: Sequence[Row], *, is_paired: bool) -> str:
    """How many images are listed; "" for none."""
    if not rows:
        return ""
    if is_paired:
        return f"{counted(len(rows) // 2, 'pair')}, side by side"
    return counted(len(rows), "image")


def place_text(place: Place | None, names: Names) -> str:
    """Where an image is now: "Image 12, Normal"; images are counted from 1, as in the cards."""
    if place is None:
        return "Removed"
    return f"Image {place.index + 1:,}, {names.get(place.class_id, '')}"


def table_rows(checks: Sequence[Check], names: Names) -> list[list[str]]:
    """The checks as a table, images by class and number."""
    rows = [["Check", "State", "Finding", "What to do", "Images"]]
    for check in checks:
        images = "; ".join(place_text(shown.place, names) for shown in check.images)
        rows.append([check.title, check.state.value, check.text, check.advice, images])
    return rows


def page_html(checks: Sequence[Check], palette: Palette) -> str:
    """The checks as a page for a picture of them."""
    parts = []
    for check in checks:
        color = state_color(check.state, palette)
        advice = f"<br><i>{escape(check.advice)}</i>" if check.advice else ""
        parts.append(
            f'<p><b>{escape(check.title)}</b> · <span style="color:{color}">'
            f"{check.state.value}</span><br>{escape(check.text)}{advice}</p>"
        )
    return f'<div style="color:{palette.text}">{"".join(parts)}</div>'
