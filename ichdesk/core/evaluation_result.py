"""Figures, ROC curves and the answer to every test image, ready for JSON."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from ichdesk.core.evaluation import Answers, Evaluation, Figure, evaluate
from ichdesk.core.roc import roc_curve
from ichdesk.core.run import TrainingRun


def evaluation_result(run: TrainingRun, names: Sequence[str]) -> dict[str, Any]:
    """The keys `metrics`, `roc` and `predictions`; null stands where a number is undefined.

    Args:
        run: A run that is done.
        names: Class names in the order of the model's outputs.
    """
    answers = Answers.of(run)
    assert answers is not None
    return {
        "metrics": metrics_result(evaluate(answers), names),
        "roc": _curves(answers, names),
        "predictions": _predictions(run, answers, names),
    }


def metrics_result(found: Evaluation, names: Sequence[str]) -> dict[str, Any]:
    """Every figure with its n and interval, ready for JSON; classes are in the order of `names`."""
    return {
        "accuracy": _figure(found.accuracy),
        "balanced_accuracy": _figure(found.balanced_accuracy),
        "classes": [
            {"class": name} | {key: _figure(figure) for key, figure in figures.named().items()}
            for name, figures in zip(names, found.classes, strict=True)
        ],
        "intervals_by_patient": found.by_patient,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    shown = {"value": figure.value, "interval": figure.interval, "n": figure.n}
    if figure.hits is not None:
        shown["hits"] = figure.hits
    return shown | ({"reason": figure.reason} if figure.reason else {})


def _curves(answers: Answers, names: Sequence[str]) -> list[dict[str, Any]]:
    """One curve per class against all others; the first threshold, infinity, is null."""
    if answers.probabilities is None:
        return []
    curves = []
    for index, name in enumerate(names):
        roc = roc_curve(answers.probabilities[:, index], answers.truth == index)
        points = {"fpr": roc.fpr, "tpr": roc.tpr, "thresholds": roc.thresholds}
        curves.append({"class": name} | {key: _finite(row) for key, row in points.items()})
    return curves


def _predictions(run: TrainingRun, answers: Answers, names: Sequence[str]) -> list[dict[str, Any]]:
    """What the model said of each test image; images of a class are counted from 1."""
    if answers.probabilities is None:
        return []
    positions = [position for rows in run.test for position in rows]
    said = zip(answers.truth, positions, answers.predicted, answers.probabilities, strict=True)
    return [
        {
            "class": names[truth],
            "image": position + 1,
            "predicted": names[predicted],
            "probabilities": _finite(row),
        }
        for truth, position, predicted, row in said
    ]


def _finite(values: Iterable[float]) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]
