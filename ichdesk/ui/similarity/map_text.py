"""What is said about the map and its images."""

from ichdesk.core.notes import counted
from ichdesk.core.predictions import Place
from ichdesk.core.similarity import MapImage, SimilarityMap
from ichdesk.session.observations import Sight
from ichdesk.ui.cards.output_bars import percent_text
from ichdesk.ui.prediction_text import Names

TITLE = "Similarity map"
HELP = (
    "Each point is an image, and near points look alike to the model; point at one to see it. PCA "
    "shows the two directions in which images differ most: far apart means unlike, but what only "
    "the other directions tell is lost. t-SNE keeps neighbors together: what lies close is alike, "
    "while the distance between groups and their size mean nothing."
)
NO_RUN = "Train a model to see which images look alike to it."
WAITING = "The map is drawn when the training has ended."
HINT = (
    "Point at an image, or use the arrow keys, to see it. Click, or press Space, for its nearest "
    "neighbors."
)
LASSO = (
    "Drag around points to select them; hold Shift to add more. A click on one point, or Space, "
    "shows its nearest neighbors."
)
ARRANGE = "Arrange by neighbors (t-SNE)"
FLATTEN = "Arrange by main differences (PCA)"
STOP = "Stop arranging"
SHOW = "Show the map"


def image_text(image: MapImage, place: Place | None, names: Names) -> str:
    """Which image it is, what the model said of it, and what became of it."""
    side = "test image" if image.is_test else "training image"
    said = f"{_line(names[image.class_id])}, image {image.position + 1:,}, {side}"
    if (answer := image.prediction) is not None:
        verdict = "wrongly called" if answer.is_error else "called"
        said += f", {verdict} {_line(names[answer.cell[1]])} {percent_text(answer.confidence)}"
    remark = since_text(image, place, names)
    return f"{said}. {remark}." if remark else f"{said}."


def since_text(image: MapImage, place: Place | None, names: Names) -> str:
    """What became of an image since the training; "" if it is where it was."""
    if place is None:
        return "Removed since"
    return "" if place.class_id == image.class_id else f"Now in {_line(names[place.class_id])}"


def neighbors_text(shown: SimilarityMap, row: int) -> str:
    """How many of the nearest images are of another class; "" if they are not known."""
    n, strangers = len(shown.near(row)), shown.strangers(row)
    if not n:
        return ""
    nearest = f"its {n} nearest neighbors" if n > 1 else "its only neighbor"
    if not strangers:
        return f"{'All of' if n > 1 else 'Of'} {nearest} {'are' if n > 1 else 'is'} of its class."
    text = f"{strangers} of {nearest} {'is' if strangers == 1 else 'are'} of another class"
    return f"{text}: look at it again." if 2 * strangers > n else f"{text}."


def whose_neighbors_text(shown: SimilarityMap, row: int, names: Names) -> str:
    """The same with the image that it is about."""
    image = shown.images[row]
    whose = f"{_line(names[image.class_id])}, image {image.position + 1:,}"
    return f"{whose}: {_lower(neighbors_text(shown, row))}"


def layout_text(shown: SimilarityMap, *, is_tsne: bool) -> str:
    """How the images are arranged, and what that means."""
    n = len(shown.images)
    if is_tsne:
        placed = shown.arranged
        count = counted(n, "image") if placed == n else f"{placed:,} of {n:,} images"
        text = f"{count}, arranged by neighbors (t-SNE); distances between groups mean nothing."
        if placed < n:
            text += " Of each class the same share is shown."
    else:
        text = (
            f"{counted(n, 'image')}, arranged by their two main differences (PCA), which hold "
            f"{_percent(sum(shown.shares))} of how the images vary."
        )
    if left := shown.total - n:
        text += f" {counted(left, 'image')} could not be read."
    return text


def progress_text(sight: Sight | None) -> str:
    """What is being done; "" if nothing is."""
    if sight is None or not sight.is_going:
        return ""
    if not sight.arrays:
        done, total = sight.done, sight.total
        return f"Computing features {done:,} of {total:,}…" if total else "Preparing the map…"
    if sight.total:
        return f"Arranging, step {min(sight.done + 1, sight.total)} of {sight.total}…"
    return "Looking for neighbors…"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _line(name: str) -> str:
    return " ".join(name.split())  # a name may contain a line break
