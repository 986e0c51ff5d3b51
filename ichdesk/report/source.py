"""What a report is made from, and what is found out about it once for all sections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ichdesk.core.evaluation import Answers, Evaluation, evaluate
from ichdesk.core.luck import Repeat
from ichdesk.core.predictions import Place, Prediction, places, predictions
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, classes_now, is_current
from ichdesk.core.run_book import KeptRun
from ichdesk.core.samples import ClassBin


@dataclass(frozen=True, slots=True)
class ReportSource:
    """A project and its last training that ended well.

    Attributes:
        title: What the project is called.
        day: On which the report is made.
        version: Of ICHDesk.
        remark: What to bear in mind about the training, one sentence; "" if nothing.
        kept: The training as the project keeps it, with what its user says of it; None if unknown.
        began_as: Title of the class project that this one began as; "" if none.
        repeats: The training with other seeds, by whether the split stayed the same.
    """

    project: Project
    run: TrainingRun
    title: str
    day: date
    version: str
    remark: str = ""
    kept: KeptRun | None = None
    began_as: str = ""
    repeats: Mapping[bool, tuple[Repeat, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """A source with its figures.

    Attributes:
        names: Of the run's classes as they are called now, in the order of the model's outputs.
        answers: What is known of each test image; None if the run counted none.
        evaluation: Every figure; None likewise.
        predictions: Test images with the model's answers; () if these were not kept.
        places: Where each of them is now; None for one that was removed.
        is_stale: Whether images or settings have changed since the training.
    """

    source: ReportSource
    names: tuple[str, ...]
    answers: Answers | None
    evaluation: Evaluation | None
    predictions: tuple[Prediction, ...]
    places: tuple[Place | None, ...]
    is_stale: bool

    @staticmethod
    def of(source: ReportSource) -> "Findings":
        """Work out everything; this takes a moment for large runs."""
        run, project = source.run, source.project
        answers = Answers.of(run)
        found = predictions(run)
        return Findings(
            source,
            tuple(name for _, name in classes_now(run, project)),
            answers,
            evaluate(answers) if answers else None,
            found,
            places(found, run, project),
            not is_current(run, project),
        )

    @property
    def run(self) -> TrainingRun:
        """The training."""
        return self.source.run

    @property
    def tested(self) -> int:
        """How many test images there are."""
        return sum(map(len, self.run.test))

    @property
    def trained(self) -> int:
        """How many training images there are."""
        return sum(map(len, self.run.train))

    @property
    def images(self) -> int:
        """How many images the classes of the run had."""
        return sum(len(samples) for _, samples in self.run.key[0])

    @property
    def unused_classes(self) -> tuple[ClassBin, ...]:
        """Classes of the project that took no part, as they are now."""
        return tuple(b for b in self.source.project.classes if b.id not in self.run.class_ids)
