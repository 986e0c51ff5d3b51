"""What a run or an evaluation leaves for machines and for people."""

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ichdesk.core.atomic import replacing
from ichdesk.core.errors import UserError
from ichdesk.core.evaluation_result import evaluation_result
from ichdesk.core.metrics import accuracy_per_class
from ichdesk.core.notes import counted, os_reason
from ichdesk.core.run import EpochMetrics, TrainingRun
from ichdesk.core.split_facts import (
    BY_PATIENT,
    BY_SLICE,
    copies_details,
    copies_text,
    shared_patients_text,
    split_text,
    untested_text,
)

NOTE = "For teaching, not for diagnosis."
_UNKNOWN_PATIENTS = (
    "No image says of which patient it is, so single images were held out, not patients."
)


def run_result(
    run: TrainingRun, names: Sequence[str], seconds: Mapping[str, float]
) -> dict[str, Any]:
    """Everything about a finished run, ready for JSON; lists per class follow `names`.

    Args:
        run: A run that is done.
        names: Class names in the order of the model's outputs.
        seconds: Durations of "open" and "total" to join with those of the run.
    """
    assert run.confusion is not None
    correct, n = run.test_correct or (0, 0)
    return {
        "classes": list(names),
        "settings": _settings(run),
        "split": _split(run, names),
        "history": [_epoch(metrics) for metrics in run.history],
        "confusion": run.confusion.tolist(),
        "accuracy_per_class": [
            {"class": row.name, "accuracy": row.accuracy, "samples": row.samples}
            for row in accuracy_per_class(run.confusion, list(names))
        ],
        "test_accuracy": correct / n if n else None,
        "test_correct": correct,
        "test_samples": n,
        "test_interval": run.test_interval,
        **evaluation_result(run, names),
        "seconds": {
            "open": seconds["open"],
            "features": run.seconds.get("features", 0.0),
            "train": run.seconds.get("train", 0.0),
            "total": seconds["total"],
        },
        "images": sum(len(rows) for rows in (*run.train, *run.test)),
        "unreadable": list(run.unreadable),
        "note": NOTE,
    }


def _settings(run: TrainingRun) -> dict[str, Any]:
    return {
        "epochs": run.config.epochs,
        "batch_size": run.config.batch_size,
        "learning_rate": run.config.learning_rate,
        "backbone": run.config.backbone,
        "head": run.config.head,
        "split": run.config.split,
        "seed": run.config.seed,
        "device": run.device,
    }


def _split(run: TrainingRun, names: Sequence[str]) -> dict[str, Any]:
    """Images of each class on each side, and what else is known; images are counted from 1."""
    sides = {
        part: {name: len(rows) for name, rows in zip(names, positions, strict=True)}
        for part, positions in (("train", run.train), ("test", run.test))
    }
    if run.split is None:
        return sides
    facts = run.split
    return sides | {
        "by": facts.by,
        "patients_train": facts.patients_train,
        "patients_test": facts.patients_test,
        "patients_both": facts.patients_both,
        "images_without_patient": facts.without_patient,
        "near_copies": facts.copies_total,
        "near_copies_listed": [
            {
                "class": names[copy.label],
                "image": copy.position + 1,
                "of_class": names[copy.of_label],
                "of_image": copy.of_position + 1,
            }
            for copy in facts.copies
        ],
    }


def _epoch(metrics: EpochMetrics) -> dict[str, Any]:
    return {
        "epoch": metrics.epoch,
        "acc": metrics.acc,
        "test_acc": metrics.test_acc,
        "loss": _finite(metrics.loss),
        "test_loss": _finite(metrics.test_loss),
    }


def _finite(value: float | None) -> float | None:
    """The number, or None where JSON has no word for it."""
    return value if value is not None and math.isfinite(value) else None


def run_summary(run: TrainingRun, names: Sequence[str]) -> str:
    """The result of a run in a few lines for a person."""
    assert run.confusion is not None
    lines = [f"Test accuracy {accuracy_text(run)}"]
    if run.split:
        lines.append(f"{split_text(run.split)}.")
    width = max(len(name) for name in names)
    for row in accuracy_per_class(run.confusion, list(names)):
        share = "–" if row.accuracy is None else f"{row.accuracy:.2f}"
        lines.append(f"  {row.name:<{width}}  {share:>4}  of {counted(row.samples, 'test image')}")
    lines.append("Confusion matrix (row = class, column = prediction):")
    lines += [f"  {names[i]:<{width}}  {row.tolist()}" for i, row in enumerate(run.confusion)]
    if warning := untaught_text(run, names):
        lines.append(warning)
    return "\n".join(lines)


def untaught_text(run: TrainingRun, names: Sequence[str]) -> str | None:
    """A sentence on classes that the model never saw, or None if there are none.

    The split holds out at least one image of each class, which of a single one leaves nothing.
    """
    untaught = [f"“{name}”" for name, rows in zip(names, run.train, strict=True) if not rows]
    if not untaught:
        return None
    return (
        f"Every image of {' and '.join(untaught)} was held out for testing, so the model learned "
        "nothing from it; add images and train again."
    )


def split_warnings(
    run: TrainingRun, names: Sequence[str], remedy: str
) -> list[tuple[str, tuple[str, ...]]]:
    """What the split does to the test accuracy: sentences, each with lines of details.

    Args:
        run: Its split has been made.
        names: Of its classes.
        remedy: How to split by patient, as the end of a sentence.
    """
    if (facts := run.split) is None:
        return []
    unknown = run.config.split == BY_PATIENT and facts.by == BY_SLICE
    sentences = (
        (_UNKNOWN_PATIENTS if unknown else None, ()),
        (shared_patients_text(facts, remedy), ()),
        (untested_text(facts, names, run.test), ()),
        (copies_text(facts, remedy), copies_details(facts, names)),
    )
    return [(text, details) for text, details in sentences if text]


def accuracy_text(run: TrainingRun) -> str:
    """Test accuracy with its n and 95 % interval, such as "7 of 10 = 0.70 (0.40 to 0.89)"."""
    correct, n = run.test_correct or (0, 0)
    interval = run.test_interval
    if interval is None:
        return "unknown: no image was held out"
    low, high = interval
    return f"{correct} of {n} = {correct / n:.2f} (95 % interval {low:.2f} to {high:.2f})"


def repeats_result(accuracies: Sequence[float]) -> dict[str, Any]:
    """Mean and standard deviation of repeated runs, ready for JSON; one run has no deviation."""
    return {
        "mean": statistics.fmean(accuracies) if accuracies else None,
        "sd": statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        "runs": list(accuracies),
        "n": len(accuracies),
        "note": NOTE,
    }


def repeats_text(result: Mapping[str, Any]) -> str:
    """Mean and spread for a person: "0.800 ± 0.079 (mean ± standard deviation, 20 runs)"."""
    if result["sd"] is None:
        return f"{result['mean']:.3f} (1 run)"
    runs = counted(result["n"], "run")
    return f"{result['mean']:.3f} ± {result['sd']:.3f} (mean ± standard deviation, {runs})"


def write_json(result: Mapping[str, Any], path: Path) -> None:
    """Write a result as JSON by way of a temporary file."""
    write_text(json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def write_text(text: str, path: Path) -> None:
    """Write a text file whole or not at all; bytes in file names that are no text are escaped.

    Raises:
        UserError: The file cannot be written.
    """
    try:
        with replacing(path) as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UserError(
            f"{path.name} cannot be written ({os_reason(error)}); choose another folder."
        ) from error
