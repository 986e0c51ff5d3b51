"""Trained models from whatever file holds one, projects that keep a training included."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ichdesk.archive.kept_run import is_project, read_kept_run
from ichdesk.core.errors import UserError
from ichdesk.core.model_facts import facts_of
from ichdesk.core.notes import shown_name
from ichdesk.imaging.pipeline import checked
from ichdesk.learn.any_model import load_any_model
from ichdesk.learn.model import Model, read_model


def load_trained(path: Path, tell: Callable[[Sequence[str]], None] = lambda _: None) -> Model:
    """A model from whatever holds one, told by content and not by name.

    Args:
        path: A model file, an export of Teachable Machine, or a project file that keeps a training,
            of which the last one is taken.
        tell: Gets a sentence for each thing in a project file that was left out.

    Raises:
        UserError: It holds none.
    """
    if not is_project(path):
        return load_any_model(path)
    run, left_out = read_kept_run(path, checked)
    tell(left_out)
    title = shown_name(path.name)
    if run is None or not run.model:
        raise UserError(f"{title} keeps no trained model; train and save it as .ichdesk.")
    model = read_model(run.model, f"The trained model in {title}")
    return replace(model, labels=run.names, facts=facts_of(run))
