"""What the gallery says: of a class, of all classes, and of what is listed."""

from collections.abc import Sequence

from ichdesk.core.evaluation import Figure
from ichdesk.core.gallery import Choice, Column, Gallery
from ichdesk.core.notes import counted
from ichdesk.core.predictions import Prediction
from ichdesk.core.run import TrainingRun
from ichdesk.ui.cards.output_bars import percent_text
from ichdesk.ui.prediction_text import Names
from ichdesk.ui.run_text import caution_text, intervals_text

TITLE = "Gallery by class"
HELP = (
    "All test images in a column for each true class, with what the model said of them and how "
    "sure it was; those it called wrong have a frame and a cross. The bar at the left of an image "
    "is the accuracy of its class, the one at the right that of all classes: the higher and "
    "greener, the better. A class with a low bar is one that the model does not know, however "
    "good the overall accuracy looks."
)
LEGEND = "Bars beside each image: left the accuracy of its class, right of all classes."
OTHERS = "Any other"


def figure_text(figure: Figure) -> str:
    """The accuracy of a class with its n and interval."""
    if figure.value is None:
        return "No test image, so its accuracy is not known"
    right = _unbroken(f"{figure.hits:,} right = {figure.value:.2f}")
    name, ends = map(_unbroken, _interval(figure))
    return f"{_unbroken(counted(figure.n, 'test image'))}, {right}\n({name} {ends})"


def overall_text(figure: Figure) -> str:
    """The accuracy of all classes with its n and interval."""
    if figure.value is None:
        return TITLE
    said = f"{figure.hits:,} of {counted(figure.n, 'test image')} right = {figure.value:.2f}"
    return f"{said} ({' '.join(_interval(figure))})"


def grouping_text(shown: Gallery, names: Names) -> str:
    """What counts as right where classes count as one; "" where every class is by itself."""
    if len(shown.columns) == len(shown.class_ids):
        return ""
    negative, others = (column.group for column in shown.columns)
    first, second = (one_line(names[class_id]) for class_id in others[:2])
    return (
        f"{one_line(names[negative[0]])} against any other class: an image of {first} called "
        f"{second} counts as right here, and every accuracy is counted anew."
    )


def listed_text(listed: int, column: Column) -> str:
    """How many images of a column are listed; "" if all are."""
    n = len(column.images)
    return "" if listed == n else f"{listed:,} of {n:,} listed"


def choice_text(choice: Choice, said: Sequence[str]) -> str:
    """Which images are listed, and in which order.

    Args:
        choice: What was chosen.
        said: Names of the classes in it.
    """
    parts = ["only errors" if choice.errors_only else ""]
    called = " or ".join(map(one_line, said))
    parts.append(f"only what the model called {called}" if said else "")
    chosen = " and ".join(filter(None, parts))
    order = choice.order.value[:1].lower() + choice.order.value[1:]
    return f"Listed: {chosen + ', ' if chosen else 'all, '}{order}."


def own_class_text(image: Prediction) -> str:
    """What the model gave the true class of an error."""
    return f"{percent_text(image.of_truth)} its class" if image.is_error else ""


def bars_text(of_class: Figure, overall: Figure) -> str:
    """What the two bars beside an image say."""
    return f"Accuracy of its class {_of(of_class)}, of all {_of(overall)}."


def remark_text(run: TrainingRun, shown: Gallery, names: Names, since: str) -> str:
    """What to bear in mind: what counts as right, how few images there are, what was removed.

    Args:
        run: Whose images are shown.
        shown: They.
        names: Of the classes.
        since: What became of images since the training.
    """
    caution = caution_text(run) or intervals_text(run, by_patient=shown.by_patient)
    return " ".join(filter(None, (grouping_text(shown, names), caution, since)))


def one_line(name: str) -> str:
    """A name without line breaks."""
    return " ".join(name.split())


def _of(figure: Figure) -> str:
    if figure.value is None:
        return "not known"
    return f"{figure.value:.2f} (n {figure.n:,}, {' '.join(_interval(figure))})"


def _interval(figure: Figure) -> tuple[str, str]:
    """What it is, and from where to where."""
    low, high = figure.interval or (0.0, 1.0)  # none is known of no image
    return "95 % interval", f"{low:.2f} to {high:.2f}"


def _unbroken(text: str) -> str:
    """A text that stays on one line in a narrow column."""
    return text.replace(" ", "\u00a0")
