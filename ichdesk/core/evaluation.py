"""What a run's test images say about its model: every figure with its n and its 95 % interval."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from ichdesk.core.metrics import Counts
from ichdesk.core.proportions import Bools, Groups, grouped_interval
from ichdesk.core.roc import auc, auc_interval
from ichdesk.core.run import TrainingRun

Interval = tuple[float, float] | None
Labels = npt.NDArray[np.intp]
Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number between 0 and 1, or why there is none.

    Attributes:
        value: The number, None where it is undefined.
        interval: 95 % interval, None where the number is.
        n: Test images that it rests on.
        hits: How many of them it counts, None for what is no share.
        reason: Why it is undefined, as a sentence; "" if it is not.
    """

    value: float | None
    interval: Interval
    n: int
    hits: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class against all others."""

    sensitivity: Figure
    specificity: Figure
    ppv: Figure
    npv: Figure
    f1: Figure
    auc: Figure

    def named(self) -> dict[str, Figure]:
        """The figures by name, in order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of a run.

    Attributes:
        by_patient: Whether the intervals know which images are of one patient.
    """

    accuracy: Figure
    balanced_accuracy: Figure
    classes: tuple[ClassFigures, ...]
    by_patient: bool


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Test images, class after class: what they are and what the model said.

    Attributes:
        truth: Class of each image, shape (N,); `predicted` the model's, shape (N,).
        classes: How many classes there are.
        probabilities: Shape (N, classes); None while they are not known.
        groups: Number of each image's patient, shape (N,), an image of nobody known being its own;
            None if no patient has two images.
    """

    truth: Labels
    predicted: Labels
    classes: int
    probabilities: Probabilities | None = None
    groups: Groups | None = None

    @staticmethod
    def of(run: TrainingRun) -> "Answers | None":
        """What a run knows so far; during training only how often which class was said."""
        if run.confusion is None:
            return None
        probabilities = run.test_probabilities
        if probabilities is None or len(probabilities) != sum(map(len, run.test)):
            return Answers.counted(run.confusion)
        truth = np.repeat(np.arange(len(run.test)), [len(rows) for rows in run.test])
        predicted = probabilities.argmax(axis=1)
        return Answers(truth, predicted, len(run.test), probabilities, run.test_patients)

    @staticmethod
    def counted(confusion: Counts) -> "Answers":
        """The images behind a confusion matrix."""
        cells = np.repeat(np.arange(confusion.size), confusion.ravel())
        truth, predicted = np.divmod(cells, len(confusion))
        return Answers(truth, predicted, len(confusion))


class LastEvaluation:
    """The figures of a run, computed again only when its answers are others."""

    def __init__(self) -> None:
        self._answered: tuple[object, object] = (None, None)
        self._found: Evaluation | None = None

    def of(self, run: TrainingRun | None) -> Evaluation | None:
        """What a run is worth so far; None if that is not known."""
        answered = (run.confusion, run.test_probabilities) if run else (None, None)
        if any(new is not old for new, old in zip(answered, self._answered, strict=True)):
            answers = Answers.of(run) if run else None
            self._found = evaluate(answers) if answers else None
            self._answered = answered
        return self._found


def evaluate(answers: Answers) -> Evaluation:
    """Every figure.

    The interval of the balanced accuracy adds up those of its parts (Zou and Donner 2008, doi
    10.1002/sim.3095). F1 is 2 J / (1 + J) where J is the share of hits among the images that are
    or were called the class, so its interval comes from that share's.
    """
    right = answers.truth == answers.predicted
    everybody = np.ones(len(right), np.bool_)
    held_out = "No image was held out for testing."
    classes = tuple(_of_class(answers, index) for index in range(answers.classes))
    return Evaluation(
        _share(right, everybody, answers.groups, held_out),
        _mean([figures.sensitivity for figures in classes], held_out),
        classes,
        answers.groups is not None,
    )


def _of_class(answers: Answers, index: int) -> ClassFigures:
    truth, called, groups = answers.truth == index, answers.predicted == index, answers.groups
    neither = "No test image is of this class or was called so."
    either = _share(truth & called, truth | called, groups, neither)
    return ClassFigures(
        sensitivity=_share(called, truth, groups, "No test image is of this class."),
        specificity=_share(~called, ~truth, groups, "Every test image is of this class."),
        ppv=_share(truth, called, groups, "The model called no test image so."),
        npv=_share(~truth, ~called, groups, "The model called every test image so."),
        f1=_f1(either),
        auc=_auc(answers, truth, index),
    )


def _share(hits: Bools, among: Bools, groups: Groups | None, reason: str) -> Figure:
    n, found = int(among.sum()), int((hits & among).sum())
    if n == 0:
        return Figure(None, None, 0, 0, reason)
    return Figure(found / n, grouped_interval(hits, among, groups), n, found)


def _mean(parts: list[Figure], reason: str) -> Figure:
    """The mean of the shares of all classes with test images."""
    known = [
        (part.value, *part.interval, part.n)
        for part in parts
        if part.value is not None and part.interval
    ]
    if not known:
        return Figure(None, None, 0, None, reason)
    values, lows, highs, counts = np.array(known).T
    value = float(values.mean())
    below, above = np.hypot.reduce(values - lows), np.hypot.reduce(highs - values)
    low, high = value - below / len(known), value + above / len(known)
    return Figure(value, (max(0.0, float(low)), min(1.0, float(high))), int(counts.sum()))


def _f1(either: Figure) -> Figure:
    if either.value is None or either.interval is None:
        return Figure(None, None, 0, None, either.reason)
    value, low, high = (2 * share / (1 + share) for share in (either.value, *either.interval))
    return Figure(value, (low, high), either.n)


def _auc(answers: Answers, truth: Bools, index: int) -> Figure:
    if answers.probabilities is None:
        reason = "This takes the answer to each test image, which comes when training has ended."
        return Figure(None, None, 0, None, reason)
    scores = answers.probabilities[:, index]
    value = auc(scores, truth)
    if value is None:
        reason = "This takes test images of this class and of others."
        return Figure(None, None, 0, None, reason)
    return Figure(value, auc_interval(scores, truth, answers.groups), len(truth))
