"""What the lab says: what the steps change, how many slices they meet, what to do without any."""

from collections.abc import Sequence

from ichdesk.core.notes import counted
from ichdesk.core.project import Project
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.core.steps import DEFAULT_STEPS, Steps
from ichdesk.imaging.step_effect import StepEffect
from ichdesk.session.session import Session

INTRO = (
    "What happens to a slice in Hounsfield units before the network sees it. Change a range, "
    "click Train Model, and compare the result with the one before."
)
EMPTY = (
    "This project has no slices in Hounsfield units, so there is nothing to apply steps to. Drop "
    "DICOM files, a folder of them or NIfTI volumes (.nii, .nii.gz) on a class, or open a class "
    "project whose slices have Hounsfield units."
)
READY_MADE = "Ready-made images have no Hounsfield units any more, so no step can apply to them."
VISIBLE = "A pixel looks different if one of its colors changes by at least 8 of 255 shades."


def effect_text(effects: Sequence[StepEffect]) -> str:
    """How different the slices look now, on average over those that are shown."""
    if not effects:
        return ""
    slices = f"On the {_shown(len(effects))}"
    changed = sum(effect.changed for effect in effects) / len(effects)
    colored = sum(effect.colored for effect in effects) / len(effects)
    color = f"; {_percent(colored)} are in color" if colored else ""
    if not changed:
        return f"{slices}, no pixel looks different{color}."
    mean = " on average" if len(effects) > 1 else ""
    return f"{slices}, {_percent(changed)} of the pixels look different{mean}{color}."


def reach_text(project: Project) -> str:
    """How many samples that train have Hounsfield units, and how many do not."""
    samples = [sample for bin_ in project.enabled_classes for sample in bin_.samples]
    slices = sum(sample.is_hu for sample in samples)
    if not slices:
        return ""
    images = len(samples) - slices
    if not images:
        return f"The steps apply to all {counted(slices, 'image')}."
    verb = "passes" if images == 1 else "pass"
    return (
        f"The steps apply to {counted(slices, 'slice')} in Hounsfield units; "
        f"{counted(images, 'ready-made image')} {verb} through unchanged."
    )


def cost_text(session: Session) -> str:
    """What the next training has to compute because of the steps."""
    project = session.project
    slices = sum(s.is_hu for bin_ in project.enabled_classes for s in bin_.samples)
    known = {run.config.steps for run in _finished(session).values()}
    if not slices or project.config.steps in known:
        return ""
    return f"The next training computes the features of {counted(slices, 'slice')} anew."


def comparisons(session: Session) -> dict[str, Steps]:
    """What the steps may be compared with, by name: those of trainings, and the default."""
    found = {title: run.config.steps for title, run in _finished(session).items()}
    found["Default"] = DEFAULT_STEPS
    first = {steps: title for title, steps in reversed(found.items())}
    return {title: steps for title, steps in found.items() if first[steps] == title}


def _finished(session: Session) -> dict[str, TrainingRun]:
    """The runs that ended well, the last one first."""
    runs = {"Last training": session.run, "Training before": session.previous_run}
    return {title: run for title, run in runs.items() if run and run.phase is RunPhase.DONE}


def _shown(number: int) -> str:
    return "slice shown" if number == 1 else f"{number} slices shown"


def _percent(share: float) -> str:
    percent = 100 * share
    return "less than 1 %" if 0 < percent < 1 else f"{percent:.0f} %"
