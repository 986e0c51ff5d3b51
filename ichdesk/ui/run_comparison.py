"""What is said about a run and the one before it: both results, what was changed, what it did."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ichdesk.core.config import TrainConfig
from ichdesk.core.metrics import mcnemar_exact
from ichdesk.core.notes import counted
from ichdesk.core.results import accuracy_text
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.imaging.step_text import steps_words
from ichdesk.ui.backbone_text import title_text

_CHANCE = 0.05  # p below which a difference is usually not put down to chance
_OTHER_CLASSES = "The run before had other classes, so its result cannot be compared with this one."
_OTHER_IMAGES = (
    "The run before was tested on other images, so its result cannot be compared with this one."
)
_NO_TEST = "Neither run held out an image for testing, so there is nothing to compare."


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sentences on two runs; those that have nothing to say are "".

    Attributes:
        problem: Why they cannot be compared; then the other sentences but `changed` are "".
        before: Result of the former run.
        now: Result of the present run.
        changed: What is different in settings and training images.
        images: Which test images came out differently, and whether that may be chance.
    """

    problem: str = ""
    before: str = ""
    now: str = ""
    changed: str = ""
    images: str = ""

    @property
    def short_text(self) -> str:
        """What fits beside the present result."""
        return "\n".join(filter(None, (self.problem or self.before, self.changed)))

    @property
    def details(self) -> str:
        """What was changed and what came of it."""
        return " ".join(filter(None, (self.changed, self.images)))

    @staticmethod
    def of(now: TrainingRun | None, before: TrainingRun | None) -> "Comparison | None":
        """Compare a finished run with the one before; None if one of them is missing."""
        if now is None or before is None or now.phase is not RunPhase.DONE:
            return None
        changed = _changed_text(before, now)
        if problem := _problem(before, now):
            return Comparison(problem, changed=changed)
        return Comparison(
            before=f"Before: {accuracy_text(before)}",
            now=f"Now: {accuracy_text(now)}",
            changed=changed,
            images=_images_text(before, now),
        )


def _problem(before: TrainingRun, now: TrainingRun) -> str:
    if before.class_ids != now.class_ids:
        return _OTHER_CLASSES
    same = before.test == now.test and before.key[0] == now.key[0]  # quick, and nearly always so
    if not same and _chosen(before, before.test) != _chosen(now, now.test):
        return _OTHER_IMAGES
    return "" if any(now.test) else _NO_TEST


def _chosen(run: TrainingRun, positions: tuple[tuple[int, ...], ...]) -> Counter[tuple[int, str]]:
    """How often each image of each class is in a part of the split."""
    return Counter(
        (class_id, samples[position].sha256)
        for (class_id, samples), rows in zip(run.key[0], positions, strict=True)
        for position in rows
    )


# --- what was changed ------------------------------------------------------------------------


_HEADS = {"ichdesk": "ICHDesk classifier", "teachable-machine": "Teachable Machine head"}
_SPLITS = {
    "auto": "an automatic split",
    "slice": "a split by slice",
    "patient": "a split by patient",
}


def _changed_text(before: TrainingRun, now: TrainingRun) -> str:
    a, b = before.config, now.config
    parts = [text(a, b) for differs, text in _SETTINGS if differs(a) != differs(b)]
    if images := _training_images_text(before, now):
        parts.append(images)
    return f"Changed: {'; '.join(parts)}." if parts else "Changed: nothing."


def _instead(
    what: Callable[[TrainConfig], str],
) -> tuple[Callable[[TrainConfig], str], Callable[[TrainConfig, TrainConfig], str]]:
    """How to tell two settings apart, and what to say of them."""
    return what, lambda a, b: f"{what(b)} instead of {what(a)}"


_SETTINGS = (
    _instead(lambda c: steps_words(c.steps)),
    _instead(lambda c: counted(c.epochs, "epoch")),
    _instead(lambda c: f"batch size {c.batch_size}"),
    _instead(lambda c: f"learning rate {np.format_float_positional(c.learning_rate, trim='-')}"),
    _instead(lambda c: f"seed {c.seed}"),
    _instead(lambda c: f"features of {title_text(c.backbone, None)}"),
    _instead(lambda c: f"the {_HEADS.get(c.head, c.head)}"),
    _instead(lambda c: _SPLITS.get(c.split, c.split)),
)


def _training_images_text(before: TrainingRun, now: TrainingRun) -> str:
    if before.train == now.train and before.key[0] == now.key[0]:
        return ""
    old, new = _chosen(before, before.train), _chosen(now, now.train)
    if old == new:
        return ""
    if old.total() == new.total():
        return f"{(new - old).total():,} of {new.total():,} training images are others"
    return f"{counted(new.total(), 'training image')} instead of {old.total():,}"


# --- what it did -----------------------------------------------------------------------------


def _images_text(before: TrainingRun, now: TrainingRun) -> str:
    """How many test images are right now that were wrong, and the other way round."""
    was, is_ = _right(before), _right(now)
    if was.keys() != is_.keys() or not is_:
        return ""
    number = _chosen(now, now.test)
    better = sum(number[image] for image in is_ if is_[image] and not was[image])
    worse = sum(number[image] for image in is_ if was[image] and not is_[image])
    same = f"of the same {counted(number.total(), 'test image')}"
    if not better + worse:
        return f"The model is right and wrong on the same images, {same}."
    p = mcnemar_exact(better, worse)
    verdict = "that may be chance" if p >= _CHANCE else "chance alone seldom does that"
    return (
        f"Right now and wrong before: {better:,} {same}; wrong now and right before: {worse:,}. "
        f"{verdict[0].upper()}{verdict[1:]} (exact McNemar test, p = {_p_text(p)})."
    )


def _p_text(p: float) -> str:
    return f"{p:.2f}" if p >= 0.095 else f"{p:.3f}" if p >= 0.0005 else "less than 0.001"


def _right(run: TrainingRun) -> dict[tuple[int, str], bool]:
    """Whether each test image was classified right; {} if that was not told."""
    keys = [
        (class_id, samples[position].sha256, index)
        for index, ((class_id, samples), rows) in enumerate(zip(run.key[0], run.test, strict=True))
        for position in rows
    ]
    told = run.test_probabilities
    if told is None or len(told) != len(keys):
        return {}
    predicted = told.argmax(axis=1).tolist()
    return {(c, image): truth == p for (c, image, truth), p in zip(keys, predicted, strict=True)}
