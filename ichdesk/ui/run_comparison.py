"""What is said about a run and the one before it: both results, what was changed, what it did."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ichdesk.core.config import TrainConfig
from ichdesk.core.notes import counted
from ichdesk.core.results import accuracy_text
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.core.run_comparison import Obstacle, RunComparison, images_of
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
        problem: Why their results cannot be compared; then `before` and `now` are "".
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
        return _compared(_Same(now), _Same(before))


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A finished run as a key: equal to itself alone."""

    run: TrainingRun

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.run is self.run

    def __hash__(self) -> int:
        return id(self.run)


@lru_cache(maxsize=2)  # asked for at every change, and 0.1 s of work for 30,000 images
def _compared(now_key: _Same, before_key: _Same) -> Comparison:
    now, before = now_key.run, before_key.run
    facts = RunComparison.of(before, now)
    changed, images = _changed_text(before, now), _images_text(facts)
    if problem := _problem(facts):
        return Comparison(problem, changed=changed, images=images)
    return Comparison(
        before=f"Before: {accuracy_text(before)}",
        now=f"Now: {accuracy_text(now)}",
        changed=changed,
        images=images,
    )


def _problem(facts: RunComparison) -> str:
    if facts.obstacle is Obstacle.OTHER_CLASSES:
        return _OTHER_CLASSES
    if facts.obstacle is Obstacle.NO_TEST:
        return _NO_TEST
    if facts.same_images:
        return ""
    if not facts.common:
        return _OTHER_IMAGES
    return (
        "The run before was tested on other images in part; only "
        f"{counted(facts.common, 'test image')} can be compared."
    )


# --- what was changed ------------------------------------------------------------------------


_HEADS = {"ichdesk": "ICHDesk classifier", "teachable-machine": "Teachable Machine head"}
_SPLITS = {
    "auto": "an automatic split",
    "slice": "a split by slice",
    "patient": "a split by patient",
}


def setting_words(config: TrainConfig) -> tuple[str, ...]:
    """Every setting that changes a result, in words, in one order for all settings."""
    return tuple(say(config) for say in _SETTINGS)


def differing_settings(a: TrainConfig, b: TrainConfig) -> list[tuple[str, str]]:
    """The settings of A and of B that differ, in words."""
    pairs = zip(setting_words(a), setting_words(b), strict=True)
    return [(old, new) for old, new in pairs if old != new]


def _changed_text(before: TrainingRun, now: TrainingRun) -> str:
    differing = differing_settings(before.config, now.config)
    parts = [f"{new} instead of {old}" for old, new in differing]
    if images := training_images_text(before, now):
        parts.append(images)
    return f"Changed: {'; '.join(parts)}." if parts else "Changed: nothing."


_SETTINGS: tuple[Callable[[TrainConfig], str], ...] = (
    lambda c: steps_words(c.steps),
    lambda c: counted(c.epochs, "epoch"),
    lambda c: f"batch size {c.batch_size}",
    lambda c: f"learning rate {np.format_float_positional(c.learning_rate, trim='-')}",
    lambda c: f"seed {c.seed}",
    lambda c: f"features of {title_text(c.backbone, None)}",
    lambda c: f"the {_HEADS.get(c.head, c.head)}",
    lambda c: _SPLITS.get(c.split, c.split),
)


def training_images_text(before: TrainingRun, now: TrainingRun) -> str:
    """How many images the later run learned from that the former did not; "" if they are equal."""
    if before.train == now.train and before.key[0] == now.key[0]:
        return ""
    old, new = images_of(before, before.train), images_of(now, now.train)
    if old == new:
        return ""
    if old.total() == new.total():
        return f"{(new - old).total():,} of {new.total():,} training images are others"
    return f"{counted(new.total(), 'training image')} instead of {old.total():,}"


# --- what it did -----------------------------------------------------------------------------


def _images_text(facts: RunComparison) -> str:
    """How many test images are right now that were wrong, and the other way round."""
    if not facts.answers:
        return ""
    paired = facts.paired
    images = counted(paired.n, "test image")
    same = f"of the same {images}" if facts.same_images else f"of the {images} of both runs"
    if not paired.only_a + paired.only_b:
        return f"The model is right and wrong on the same images, {same}."
    return (
        f"Right now and wrong before: {paired.only_b:,} {same}; wrong now and right before: "
        f"{paired.only_a:,}. {verdict_text(paired.p)} (exact McNemar test, p {p_text(paired.p)})."
    )


def verdict_text(p: float) -> str:
    """Whether chance alone explains such a difference."""
    return "That may be chance" if may_be_chance(p) else "Chance alone seldom does that"


def may_be_chance(p: float) -> bool:
    """Whether a difference with this p is usually put down to chance."""
    return p >= _CHANCE


def p_text(p: float) -> str:
    """A p with its relation: "= 0.03", "< 0.001"."""
    return f"= {p:.2f}" if p >= 0.095 else f"= {p:.3f}" if p >= 0.0005 else "< 0.001"
