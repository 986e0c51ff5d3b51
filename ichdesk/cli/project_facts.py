"""What is in a project file, with the runs that it keeps, for a person and for machines."""

from typing import Any

import numpy as np

from ichdesk.archive import Opened
from ichdesk.cli.contents import contents_text
from ichdesk.core.config import TrainConfig
from ichdesk.core.notes import counted
from ichdesk.core.results import NOTE, accuracy_text
from ichdesk.core.run_book import KeptRun, RunBook

_WHEN = "%Y-%m-%d %H:%M UTC"


def facts_text(name: str, opened: Opened) -> str:
    """Classes, settings and runs of a project, line by line."""
    project = opened.project
    lines = [f"{name}: {contents_text(project.classes)}"]
    for bin_ in project.classes:
        mark = "" if bin_.enabled else "  (disabled)"
        lines.append(f"  {bin_.name}: {contents_text([bin_])}{mark}")
    lines.append(f"Settings: {_settings_text(project.config)}")
    return "\n".join(lines + _runs_lines(opened.runs))


def facts_result(opened: Opened) -> dict[str, Any]:
    """The same, ready for JSON."""
    project, runs = opened.project, opened.runs
    return {
        "classes": [
            {
                "name": bin_.name,
                "enabled": bin_.enabled,
                "images": len(bin_.samples),
                "test_set": sum(sample.is_test for sample in bin_.samples),
            }
            for bin_ in project.classes
        ],
        "settings": _settings(project.config),
        "runs": [_run_result(kept, is_present=kept.number == runs.present) for kept in runs],
        "note": NOTE,
    }


def _runs_lines(runs: RunBook) -> list[str]:
    if not runs:
        return []
    lines = [f"Keeps {counted(len(runs), 'run')}:"]
    for kept in runs:
        mark = "  (in use)" if kept.number == runs.present else ""
        when = kept.trained.strftime(_WHEN) if kept.trained else "at an unknown time"
        lines.append(f"  {kept.title}, {when}: test accuracy {accuracy_text(kept.run)}{mark}")
        lines.append(f"    {_settings_text(kept.run.config)}")
        lines += [f"    {line}" for line in kept.note.splitlines()]
    return lines


def _settings_text(config: TrainConfig) -> str:
    return (
        f"{config.epochs} epochs, batch size {config.batch_size}, "
        f"learning rate {np.format_float_positional(config.learning_rate, trim='-')}, "
        f"seed {config.seed}, backbone {config.backbone}, head {config.head}"
    )


def _settings(config: TrainConfig) -> dict[str, Any]:
    names = ("epochs", "batch_size", "learning_rate", "seed", "backbone", "head", "split")
    return {name: getattr(config, name) for name in names}


def _run_result(kept: KeptRun, *, is_present: bool) -> dict[str, Any]:
    correct, n = kept.run.test_correct or (0, 0)
    return {
        "number": kept.number,
        "name": kept.name,
        "note": kept.note,
        "trained": kept.trained.isoformat() if kept.trained else None,
        "in_use": is_present,
        "data": kept.data,
        "settings": _settings(kept.run.config),
        "images": sum(len(rows) for rows in (*kept.run.train, *kept.run.test)),
        "test_correct": correct,
        "test_samples": n,
        "test_accuracy": correct / n if n else None,
        "test_interval": kept.run.test_interval,
    }
