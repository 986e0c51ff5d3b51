"""The section on results: every figure with its n and its 95 % interval, and the curves."""

from collections.abc import Sequence

from ichdesk.core import calibration
from ichdesk.core.calibration import expected_calibration_error
from ichdesk.core.evaluation import Answers, ClassFigures, Evaluation, Figure
from ichdesk.core.luck import Repeat, mean_text, range_text
from ichdesk.core.notes import counted
from ichdesk.core.operating_point import likely_positive
from ichdesk.core.roc import roc_curve
from ichdesk.report import document
from ichdesk.report.charts import (
    MOST_CURVES,
    epoch_chart,
    reliability_chart,
    roc_chart,
)
from ichdesk.report.document import Block, Paragraph, Section, Table, Tone
from ichdesk.report.matrix import MOST_CLASSES, matrix_block
from ichdesk.report.row_charts import interval_chart, luck_chart
from ichdesk.report.source import Findings
from ichdesk.report.words import (
    count_text,
    interval_text,
    isolated,
    short,
    stacked,
    value_text,
)

_OF_CLASS = ("Sensitivity", "Specificity", "PPV", "NPV", "F1", "AUC")
_LUCK = {True: "Same split", False: "New split each time"}
_METHODS = (
    "n is the number of test images that a figure rests on. Intervals of shares are Wilson's "
    "(1927), {patients}; of AUC DeLong's (1988) on the logit scale, or Newcombe's (2006) where "
    "classes are perfectly apart. Sensitivity, specificity, positive and negative predictive value "
    "(PPV, NPV), F1 and AUC take one class against all others. PPV and NPV hold only where the "
    "class is as frequent as among these test images."
)
_BY_PATIENT = "made wider because images of one patient are alike (Korn and Graubard 1998)"
_BY_IMAGE = "taking every image as independent"


def results(found: Findings) -> Section:
    """What the test images say, and how the training went."""
    blocks: list[Block] = []
    if found.evaluation is None or found.answers is None or not found.tested:
        text = "No image was held out for testing, so there are no test results."
        blocks.append(Paragraph(text, Tone.WARNING))
    else:
        blocks += _tables(found, found.evaluation)
        blocks += _answer_curves(found, found.answers, found.evaluation)
    blocks += _training_curves(found)
    blocks += _luck(found)
    return Section("results", "Results", tuple(blocks))


def _tables(found: Findings, evaluation: Evaluation) -> list[Block]:
    blocks: list[Block] = [_overall(evaluation)]
    if len(found.names) <= MOST_CLASSES:
        blocks.append(_intervals(found, evaluation))
    if found.run.confusion is not None:
        blocks.append(matrix_block(found.run.confusion, found.names))
    blocks.append(_per_class(found, evaluation))
    reasons = {f.reason for each in evaluation.classes for f in each.named().values() if f.reason}
    patients = _BY_PATIENT if evaluation.by_patient else _BY_IMAGE
    notes = [
        _METHODS.format(patients=patients),
        *(f"A dash: {reason}" for reason in sorted(reasons)),
    ]
    return [*blocks, Paragraph(" ".join(notes), Tone.SOFT)]


def _overall(evaluation: Evaluation) -> Table:
    rows = tuple(
        (name, value_text(figure), count_text(figure), interval_text(figure))
        for name, figure in (
            ("Accuracy: share of right answers", evaluation.accuracy),
            ("Balanced accuracy: mean sensitivity of all classes", evaluation.balanced_accuracy),
        )
    )
    head = ("All classes together", "Value", "n", "95 % interval")
    return Table("Test results over all classes.", head, rows, (0.52, 0.12, 0.16, 0.2), 1)


def _intervals(found: Findings, evaluation: Evaluation) -> document.Figure:
    rows = [("Accuracy", evaluation.accuracy)]
    for name, figures in zip(found.names, evaluation.classes, strict=True):
        rows.append((f"Sensitivity {short(name, 20)}", figures.sensitivity))
    caption = (
        "The longer the line, the less is known: the true value may lie anywhere on it. The "
        "sensitivity of a class is the share of its images that were recognized."
    )
    return document.Figure((interval_chart(rows),), caption)


def _per_class(found: Findings, evaluation: Evaluation) -> Table:
    rows = tuple(
        (isolated(name), *(stacked(figure) for figure in _six(figures)))
        for name, figures in zip(found.names, evaluation.classes, strict=True)
    )
    caption = "Each class against all others: value, what it rests on, 95 % interval."
    return Table(caption, ("Class", *_OF_CLASS), rows, (0.22, *(0.13,) * 6), numbers_from=1)


def _six(figures: ClassFigures) -> Sequence[Figure]:
    return tuple(figures.named().values())


def _answer_curves(found: Findings, answers: Answers, evaluation: Evaluation) -> list[Block]:
    """What takes the probabilities of single answers."""
    told = calibration.Answers.of(found.run)
    if told is None or answers.probabilities is None:
        text = "The answers to the single images were not kept, so there is no ROC curve here."
        return [Paragraph(text, Tone.SOFT)]
    bins = told.bins()
    curves = [
        (index, roc_curve(answers.probabilities[:, index], answers.truth == index), figures.auc)
        for index, figures in enumerate(evaluation.classes)
        if figures.auc.value is not None
    ]
    if len(found.names) == 2:  # the other curve is the same one, mirrored
        curves = [curve for curve in curves if curve[0] == likely_positive(found.names)]
    drawings = [reliability_chart(bins)]
    if curves:
        drawings.insert(0, roc_chart(found.names, curves[:MOST_CURVES]))
    error = expected_calibration_error(bins)
    caption = (
        f"{'Left: sensitivity and false alarms at every threshold. Right: w' if curves else 'W'}"
        "hether the model is right as often as it is sure; the expected calibration error is "
        f"{error:.2f} ({counted(len(told), 'test image')}, {counted(len(bins), 'bin')}). "
        f"{_first_curves(len(curves))}"
    )
    return [document.Figure(tuple(drawings), caption.strip())]


def _first_curves(number: int) -> str:
    return f"The first {MOST_CURVES} of {number} curves are drawn." if number > MOST_CURVES else ""


def _training_curves(found: Findings) -> list[Block]:
    run = found.run
    if not run.history:
        return []
    drawings = (
        epoch_chart("Accuracy per epoch", "Accuracy", run.history, lambda e: (e.acc, e.test_acc)),
        epoch_chart("Loss per epoch", "Loss (nats)", run.history, lambda e: (e.loss, e.test_loss)),
    )
    caption = (
        f"How the training went, over {counted(len(run.history), 'epoch')}, on "
        f"{counted(found.trained, 'training image')} and {counted(found.tested, 'test image')}. "
        "Where the training curve goes on improving and the test curve does not, the model learns "
        "its training images by heart."
    )
    return [document.Figure(drawings, caption)]


def _luck(found: Findings) -> list[Block]:
    rows: list[tuple[str, list[Repeat]]] = [
        (_LUCK[same], [repeat for repeat in repeats if repeat.accuracy is not None])
        for same, repeats in sorted(found.source.repeats.items(), reverse=True)
    ]
    rows = [(name, repeats) for name, repeats in rows if repeats]
    if not rows:
        return []
    own = found.evaluation.accuracy.value if found.evaluation else None
    drawn = [(name, [float(r.accuracy or 0.0) for r in repeats]) for name, repeats in rows]
    told = [f"{name}: {mean_text(repeats)}. {range_text(repeats)}." for name, repeats in rows]
    caption = f"The same training with other seeds. {' '.join(told)}"
    return [document.Figure((luck_chart(drawn, own),), caption)]
