"""What a .tm file does not keep of a project."""

from ichdesk.archive.native import SUFFIX
from ichdesk.core.project import Project
from ichdesk.core.run_book import NO_RUNS, RunBook
from ichdesk.core.steps import DEFAULT_STEPS

_RUNS = "runs"


def lost_in_tm(project: Project, runs: RunBook = NO_RUNS) -> tuple[str, ...]:
    """Names of the things that a project, or the runs that it keeps, has and a .tm file has not."""
    samples = [sample for bin_ in project.classes for sample in bin_.samples]
    found = {
        "Hounsfield units": any(sample.is_hu for sample in samples),
        "patients": any(sample.patient is not None for sample in samples),
        "image steps": project.config.steps != DEFAULT_STEPS,
        "the trained model": len(runs) == 1,
        _RUNS: len(runs) > 1,
    }
    return tuple(name for name, is_there in found.items() if is_there)


def lost_text(lost: tuple[str, ...], runs: RunBook = NO_RUNS) -> str:
    """One sentence on that for a person; "" if nothing is lost."""
    if not lost:
        return ""
    counted = f"the {len(runs)} runs with their models"
    *others, last = (counted if name == _RUNS else name for name in lost)
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"A .tm file does not keep {listed}; save as {SUFFIX}, too, to keep everything."
