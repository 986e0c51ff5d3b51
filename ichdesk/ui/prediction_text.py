"""What is said about test images and the model's answers to them."""

from collections.abc import Mapping, Sequence

from ichdesk.core.notes import counted
from ichdesk.core.predictions import Cell, Place, Prediction
from ichdesk.core.project import Project
from ichdesk.core.run import RunPhase, TrainingRun, classes_now
from ichdesk.ui.cards.output_bars import percent_text

Names = Mapping[int, str]
"""What each class is called now, by id."""

NO_RUN = "Train a model to see which test images it gets wrong."
STILL_GOING = "The training is still going. Its test images are listed here when it has ended."
NO_TEST = (
    "No image was held out for testing, so there is no answer to show. Give each class more "
    "images and train again."
)
NOT_KEPT = (
    "The answers to the single images were not kept with this result. Train again to see them."
)
NO_ERROR = "The model called no test image wrong. Choose correct answers above to see those."
NO_IMAGE = "There is no image in this cell. Choose another one above."


def names_now(run: TrainingRun, project: Project) -> Names:
    """Of the classes of a run, and of those that its images may have been moved to."""
    then = zip(run.class_ids, classes_now(run, project), strict=True)
    return {b.id: b.name for b in project.classes} | {k: name for k, (_, name) in then}


def title_text(cell: Cell | None, found: Sequence[Prediction], names: Names) -> str:
    """The sentence of a cell, or of all errors."""
    if cell is None:
        wrong = sum(prediction.is_error for prediction in found)
        return f"{wrong:,} of {counted(len(found), 'test image')} {_was(wrong)} called wrong"
    truth, called = cell
    n = sum(prediction.cell[0] == truth for prediction in found)
    count = sum(prediction.cell == cell for prediction in found)
    verdict = "correctly called" if truth == called else "called"
    images = "image" if n == 1 else "images"
    return f"{count:,} of {n:,} {names[truth]} {images} {_was(count)} {verdict} {names[called]}"


def choice_text(cell: Cell | None, count: int, names: Names) -> str:
    """A cell as one may choose it."""
    if cell is None:
        return f"All errors ({count:,})"
    truth, called = cell
    verdict = "correctly called" if truth == called else "called"
    return f"{names[truth]} {verdict} {names[called]} ({count:,})"


def answer_text(prediction: Prediction, names: Names) -> str:
    """What the model said, below a picture."""
    return f"{percent_text(prediction.confidence)} {names[prediction.cell[1]]}"


def remark_text(prediction: Prediction, place: Place | None, names: Names) -> str:
    """What became of an image since the training; "" if it is where it was."""
    if place is None:
        return "Removed since"
    return "" if place.class_id == prediction.cell[0] else f"Now in {names[place.class_id]}"


def truth_text(prediction: Prediction, names: Names) -> str:
    """The true class of an error, with what the model gave it."""
    if not prediction.is_error:
        return ""
    return f"is {names[prediction.cell[0]]} ({percent_text(prediction.of_truth)})"


def told_text(prediction: Prediction, place: Place | None, names: Names) -> str:
    """All of it, as it is read out."""
    truth, called = (names[class_id] for class_id in prediction.cell)
    said = f"{truth} image, called {called} with {percent_text(prediction.confidence)}"
    if prediction.is_error:
        said += f"; {truth} got {percent_text(prediction.of_truth)}"
    remark = remark_text(prediction, place, names)
    return f"{said}. {remark}." if remark else f"{said}."


def since_text(shown: Sequence[tuple[Prediction, Place | None]]) -> str:
    """How many of the images were removed or moved since the training."""
    gone = sum(place is None for _, place in shown)
    moved = sum(place is not None and place.class_id != p.cell[0] for p, place in shown)
    parts = [f"{gone:,} {_was(gone)} removed" if gone else ""]
    parts.append(f"{moved:,} {_was(moved)} moved to another class" if moved else "")
    said = " and ".join(filter(None, parts))
    return f"Since the training, {said}." if said else ""


def other_run_text(run: TrainingRun, present: TrainingRun | None) -> str:
    """Why the answers are not those of the run that the panels show; "" if they are."""
    if present is None or run is present:
        return ""
    if present.is_active:
        return "These are the answers of the training before the one that is going."
    verb = "was canceled" if present.phase is RunPhase.CANCELLED else "stopped"
    return f"The last training {verb}; these are the answers of the one before."


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
