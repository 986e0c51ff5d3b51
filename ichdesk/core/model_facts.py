"""What is known of a model, for whoever gets it: how it was tested, on how many images."""

import json
from dataclasses import asdict, dataclass
from itertools import pairwise

from ichdesk.core.notes import counted
from ichdesk.core.run import TrainingRun
from ichdesk.core.split_facts import BY_SLICE, BY_TEST_SET

_HELD_OUT = {BY_SLICE: "single images held out", BY_TEST_SET: "fixed test set"}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """How a model did in its test.

    Attributes:
        trained: Images that it was trained on.
        tested: Images that it was tested on.
        correct: Those of them that it got right.
        interval: 95 % interval of correct / tested; None if nothing was tested.
        per_class: (correct, tested) of each class, in the order of the labels.
        held_out: How the test images were chosen, one of `ichdesk.core.split_facts.RULES`.
    """

    trained: int
    tested: int
    correct: int
    interval: tuple[float, float] | None
    per_class: tuple[tuple[int, int], ...]
    held_out: str

    def sentences(self, labels: tuple[str, ...]) -> list[str]:
        """The same for people, one line for the whole and one for each class."""
        trained = counted(self.trained, "image")
        if self.interval is None or not self.tested:
            return [f"Trained on {trained}; not tested."]
        low, high = self.interval
        rule = _HELD_OUT.get(self.held_out, "whole patients held out")
        whole = f"Test accuracy {_share(self.correct, self.tested)}"
        return [
            f"{whole}, 95 % interval {low:.2f} to {high:.2f}; {rule}; trained on {trained}.",
            *(
                f"{label}: {_share(*counts)}"
                for label, counts in zip(labels, self.per_class, strict=True)
            ),
        ]


def facts_of(run: TrainingRun) -> ModelFacts:
    """What a finished run says of its model."""
    correct, tested = run.test_correct or (0, 0)
    counts = [] if run.confusion is None else zip(run.confusion, run.confusion.sum(1), strict=True)
    return ModelFacts(
        sum(map(len, run.train)),
        tested,
        correct,
        run.test_interval,
        tuple((int(row[label]), int(n)) for label, (row, n) in enumerate(counts)),
        run.split.by if run.split else BY_SLICE,
    )


def facts_text(facts: ModelFacts | None) -> str:
    """Facts as JSON, "" for none: for model files and for the worker."""
    return json.dumps(asdict(facts)) if facts else ""


def parse_facts(text: str, classes: int) -> ModelFacts | None:
    """Read what `facts_text` wrote, of any origin.

    Args:
        text: JSON, or "".
        classes: How many labels the model has.

    Raises:
        ValueError: It is nothing of the kind.
    """
    if not text:
        return None
    try:
        found = json.loads(text)
        held_out, interval = found["held_out"], found["interval"]
        counts = [_count(found[name]) for name in ("trained", "tested", "correct")]
        per_class = tuple((_count(right), _count(n)) for right, n in found["per_class"])
        ends = None if interval is None else (float(interval[0]), float(interval[1]))
    except (KeyError, TypeError, IndexError, RecursionError, OverflowError) as error:
        raise ValueError("no facts of a model") from error
    ordered = ends is None or all(a <= b for a, b in pairwise((0.0, *ends, 1.0)))
    trained, tested, correct = counts
    possible = all(right <= n for right, n in ((correct, tested), *per_class))
    complete = len(per_class) == classes or not (tested or per_class)
    if not (isinstance(held_out, str) and complete and possible and ordered):
        raise ValueError("no facts of a model")
    return ModelFacts(trained, tested, correct, ends, per_class, held_out)


def _share(correct: int, tested: int) -> str:
    if not tested:
        return "no test image"
    return f"{correct} of {tested} = {correct / tested:.2f}"


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**9:
        raise TypeError("no count")
    return value
