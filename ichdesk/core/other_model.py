"""A model on the images of a project: which label stands for which class, and how well it does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import numpy.typing as npt

from ichdesk.core.errors import UserError
from ichdesk.core.evaluation import Answers, ClassFigures, Evaluation, Figure, evaluate
from ichdesk.core.metrics import Counts, confusion_matrix
from ichdesk.core.notes import shown_name
from ichdesk.core.other_run import mapped, named_alike
from ichdesk.core.project import Project
from ichdesk.core.proportions import patient_groups
from ichdesk.core.samples import Sample

SEEN = "If the model was trained on some of these images, it looks better here than it is."
_FEWEST = 2  # classes between which a model can choose
_NO_LABEL = "The model has no label for this class."


@dataclass(frozen=True, slots=True)
class LabelMap:
    """Which class of a project each label of a model stands for.

    Attributes:
        labels: Of the model, in the order of its outputs.
        names: Of the classes.
        targets: Position of the class for each label; None for a label without a class.
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]
    targets: tuple[int | None, ...]

    @property
    def strange_labels(self) -> tuple[str, ...]:
        """Labels that stand for no class."""
        return tuple(a for a, to in zip(self.labels, self.targets, strict=True) if to is None)

    @property
    def unknown_classes(self) -> tuple[str, ...]:
        """Classes for which no label stands."""
        return tuple(name for i, name in enumerate(self.names) if i not in self.targets)

    def sentences(self, remedy: str) -> list[str]:
        """What the mapping leaves open.

        Args:
            remedy: How to say which class a label stands for, as the end of a sentence.

        Raises:
            UserError: It leaves nothing to tell apart.
        """
        if len(self.names) - len(self.unknown_classes) < _FEWEST:
            raise UserError(
                f"Fewer than two classes of the project ({_quoted(self.names)}) have a label of "
                f"the model ({_quoted(self.labels)}), so there is nothing to compare; {remedy}."
            )
        said = []
        if strange := self.strange_labels:
            many = len(strange) > 1
            said.append(
                f"The model's {'labels' if many else 'label'} {_quoted(strange)} "
                f"{'are no classes' if many else 'is no class'} of the project and "
                f"{'were' if many else 'was'} left out; {remedy}."
            )
        if unknown := self.unknown_classes:
            said.append(
                f"The model has no label for {_quoted(unknown)}, so all images of "
                f"{'these classes' if len(unknown) > 1 else 'this class'} count as wrong."
            )
        return said


@dataclass(frozen=True, slots=True)
class Asked:
    """The images of a project that a model is judged by.

    Attributes:
        names: Of the enabled classes that have images.
        samples: The images, class after class.
        places: Of each image: position of its class, and of the image in it.
        is_test_set: They are the fixed test set, not all images.
    """

    names: tuple[str, ...]
    samples: tuple[Sample, ...]
    places: tuple[tuple[int, int], ...]
    is_test_set: bool

    @staticmethod
    def of(project: Project) -> "Asked":
        """The fixed test set if the project has one, else everything in its enabled classes."""
        bins = [bin_ for bin_ in project.enabled_classes if bin_.samples]
        only_test = project.has_test_set
        places = [
            (label, position)
            for label, bin_ in enumerate(bins)
            for position, sample in enumerate(bin_.samples)
            if sample.is_test or not only_test
        ]
        samples = tuple(bins[label].samples[position] for label, position in places)
        return Asked(tuple(bin_.name for bin_ in bins), samples, tuple(places), only_test)

    def only(self, kept: Sequence[bool]) -> "Asked":
        """Without the images that are not kept."""
        samples, places = compress(self.samples, kept), compress(self.places, kept)
        return replace(self, samples=tuple(samples), places=tuple(places))


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """How a model does on the images of a project.

    Attributes:
        answers: What each image is and what the model said, in classes of the project.
        evaluation: Every figure with its n and 95 % interval.
        confusion: Counts (C, C), row = class, column = what the model said.
    """

    answers: Answers
    evaluation: Evaluation
    confusion: Counts


def map_labels(
    labels: Sequence[str], names: Sequence[str], given: Sequence[tuple[str, str]] = ()
) -> LabelMap:
    """Find the class of each label: as given, else the one of the same name, whatever its case.

    Args:
        labels: Of the model.
        names: Of the classes.
        given: Pairs of label and class; several labels may stand for one class.

    Raises:
        UserError: A given pair names no label or no class, or contradicts another one.
    """
    targets, said = list(named_alike(labels, names)), dict[str, int]()
    for label, name in given:
        (own,) = named_alike([label], labels)
        if own is None:
            raise UserError(f"The model has no label “{label}”; its labels are {_quoted(labels)}.")
        (target,) = named_alike([name], names)
        if target is None:
            raise UserError(
                f"The project has no enabled class “{name}”; its classes are {_quoted(names)}."
            )
        key = labels[own].strip().casefold()
        if said.setdefault(key, target) != target:
            raise UserError(f"The label “{label}” is given two classes; leave out one of them.")
        for place, other in enumerate(labels):
            if other.strip().casefold() == key:
                targets[place] = target
    return LabelMap(tuple(labels), tuple(names), tuple(targets))


def judge(
    mapping: LabelMap,
    probabilities: npt.NDArray[np.float32],
    truth: Sequence[int],
    patients: Sequence[str | None],
) -> Judgement:
    """Compare what a model said with what the images are; intervals go by patient.

    Args:
        mapping: Turns labels into classes.
        probabilities: (N, L).
        truth: Position of each image's class, (N,).
        patients: Of each image, None if unknown, (N,).
    """
    classes, are = len(mapping.names), np.asarray(truth, np.intp)
    shares = mapped(probabilities, mapping.targets, classes)
    called = shares.argmax(axis=1)
    answers = Answers(are, called, classes, shares, patient_groups(patients))
    found = evaluate(answers)
    known = [_known(mapping, index, own) for index, own in enumerate(found.classes)]
    whole = replace(found, classes=tuple(known))
    return Judgement(answers, whole, confusion_matrix(are, called, classes))


def _known(mapping: LabelMap, index: int, found: ClassFigures) -> ClassFigures:
    """A class without a label has no scores, so no curve either."""
    if index in mapping.targets:
        return found
    return replace(found, auc=Figure(None, None, 0, None, _NO_LABEL))


def _quoted(names: Sequence[str]) -> str:
    """“A”, “B” and “C”."""
    quoted = [shown_name(name) for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
