"""What the lab says: what the steps change, how many slices they meet, what to do without any."""

from collections.abc import Sequence

from ichdesk.core.notes import counted
from ichdesk.core.project import Project
from ichdesk.core.steps import DEFAULT_STEPS, Steps
from ichdesk.imaging.step_effect import StepEffect
from ichdesk.imaging.step_text import steps_words
from ichdesk.session.session import Session

INTRO = (
    "What happens to a slice in Hounsfield units before the network sees it. Change a range, "
    "click Train Model, and compare the result with the one before."
)
EMPTY = (
    "This project has no slices in Hounsfield units yet. Drop DICOM files, a folder of them or "
    "NIfTI volumes (.nii, .nii.gz) on a class; then try here what a window or a color code does "
    "to them."
)
READY_MADE = "Ready-made images have no Hounsfield units any more and stay as they are."


def effect_text(effects: Sequence[StepEffect]) -> str:
    """How different the slices look now, on average over those that are shown."""
    if not effects:
        return ""
    slices = f"{'On' if len(effects) == 1 else 'On average over'} the {_shown(len(effects))}"
    changed = sum(effect.changed for effect in effects) / len(effects)
    colored = sum(effect.colored for effect in effects) / len(effects)
    if not changed:
        return f"{slices}, no pixel looks different."
    color = f", and {_percent(colored)} are in color" if colored else ""
    return f"{slices}, {_percent(changed)} of the pixels look different{color}."


def reach_text(project: Project) -> str:
    """How many samples that train have Hounsfield units, and how many do not."""
    samples = [sample for bin_ in project.enabled_classes for sample in bin_.samples]
    slices = sum(sample.is_hu for sample in samples)
    if not slices:
        return ""
    images = len(samples) - slices
    met = f"The steps apply to {counted(slices, 'slice')} in Hounsfield units"
    if not images:
        return f"{met}, which is every image here."
    verb = "passes" if images == 1 else "pass"
    return f"{met}; {counted(images, 'ready-made image')} {verb} through unchanged."


def cost_text(session: Session) -> str:
    """What the next training has to compute because of the steps."""
    project = session.project
    slices = sum(s.is_hu for bin_ in project.enabled_classes for s in bin_.samples)
    runs = [run for run in (session.run, session.previous_run) if run]
    if not slices:
        return ""
    if any(run.config.steps == project.config.steps for run in runs):
        return "A training has used these steps already."
    return f"The next training computes the features of {counted(slices, 'slice')} anew."


def comparisons(session: Session) -> dict[str, Steps]:
    """What the steps may be compared with, by name: those of trainings, and the default."""
    last = session.run if session.has_model else None
    runs = {"Last training": last, "Training before": session.previous_run}
    found = {title: run.config.steps for title, run in runs.items() if run}
    found["Default"] = DEFAULT_STEPS
    first = {steps: title for title, steps in reversed(found.items())}
    return {title: steps for title, steps in found.items() if first[steps] == title}


def _shown(number: int) -> str:
    return "slice shown" if number == 1 else f"{number} slices shown"


def _percent(share: float) -> str:
    percent = 100 * share
    return "less than 1 %" if 0 < percent < 1 else f"{percent:.0f} %"
