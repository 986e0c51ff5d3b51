"""Two finished runs side by side: the test images that both have, and what is different."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeAlias

from ichdesk.core.paired import Paired
from ichdesk.core.predictions import Prediction, predictions
from ichdesk.core.run import TrainingRun

Image: TypeAlias = tuple[int, str]
"""Id of its class and SHA-256 of its bytes: what makes an image of two runs the same one."""
Answers: TypeAlias = tuple[Prediction, Prediction]
"""What run A and run B said of the same image."""


class Obstacle(Enum):
    """Why the answers of two runs cannot be compared image by image."""

    OTHER_CLASSES = "other classes"
    NO_TEST = "neither run held out an image"
    NO_COMMON_IMAGE = "tested on other images"
    NOT_KEPT = "the answers were not kept"


@dataclass(frozen=True, eq=False)
class RunComparison:
    """What two runs, A and B, have in common; images are told by class and content.

    Attributes:
        obstacle: Why there are no `answers`; None if there are some.
        answers: To each test image that both runs have.
        common: Test images that both have, also where the answers were not kept.
        tested: Test images of A and of B.
    """

    obstacle: Obstacle | None
    answers: tuple[Answers, ...]
    common: int
    tested: tuple[int, int]

    @property
    def same_images(self) -> bool:
        """Whether both were tested on the same images."""
        return self.tested == (self.common, self.common)

    @cached_property
    def right_only_in_a(self) -> tuple[Answers, ...]:
        """Answers that are right in A and wrong in B."""
        return tuple((a, b) for a, b in self.answers if b.is_error and not a.is_error)

    @cached_property
    def right_only_in_b(self) -> tuple[Answers, ...]:
        """Answers that are wrong in A and right in B."""
        return tuple((a, b) for a, b in self.answers if a.is_error and not b.is_error)

    @cached_property
    def paired(self) -> Paired:
        """How often both, one or none of them is right."""
        neither = sum(a.is_error and b.is_error for a, b in self.answers)
        only_a, only_b = len(self.right_only_in_a), len(self.right_only_in_b)
        return Paired(len(self.answers) - only_a - only_b - neither, only_a, only_b, neither)

    @property
    def shares_patients(self) -> bool:
        """Whether a patient has several of the images, which p and interval do not know of."""
        known = [a.sample.patient for a, _ in self.answers if a.sample.patient is not None]
        return len(set(known)) < len(known)

    @staticmethod
    def of(a: TrainingRun, b: TrainingRun) -> "RunComparison":
        """Compare two runs that ended well."""
        tests = images_of(a, a.test), images_of(b, b.test)
        tested = tests[0].total(), tests[1].total()
        if set(a.class_ids) != set(b.class_ids):
            return RunComparison(Obstacle.OTHER_CLASSES, (), 0, tested)
        common = (tests[0] & tests[1]).total()
        answers = _matched(predictions(a), predictions(b))
        obstacle = None if answers else _obstacle(tested, common)
        return RunComparison(obstacle, answers, common, tested)


def images_of(run: TrainingRun, rows: Sequence[Sequence[int]]) -> Counter[Image]:
    """How often each image is at these positions of the classes: of `train`, for instance."""
    return Counter(
        (class_id, samples[position].sha256)
        for (class_id, samples), positions in zip(run.key[0], rows, strict=True)
        for position in positions
    )


def data_change(a: TrainingRun, b: TrainingRun) -> tuple[int, int]:
    """Images that B has and A has not, and those that A has and B has not."""
    if a.key[0] == b.key[0]:
        return 0, 0
    old, new = (
        Counter((class_id, s.sha256) for class_id, samples in run.key[0] for s in samples)
        for run in (a, b)
    )
    return (new - old).total(), (old - new).total()


def _obstacle(tested: tuple[int, int], common: int) -> Obstacle:
    if tested == (0, 0):
        return Obstacle.NO_TEST
    return Obstacle.NOT_KEPT if common else Obstacle.NO_COMMON_IMAGE


def _matched(a: Sequence[Prediction], b: Sequence[Prediction]) -> tuple[Answers, ...]:
    """Answers to the same images, in the order of A; of equal images, one for one."""
    waiting = defaultdict[Image, list[Prediction]](list)
    for answer in reversed(b):
        waiting[_image(answer)].append(answer)
    pairs = ((answer, waiting[_image(answer)]) for answer in a)
    return tuple((answer, same.pop()) for answer, same in pairs if same)


def _image(answer: Prediction) -> Image:
    return answer.cell[0], answer.sample.sha256
