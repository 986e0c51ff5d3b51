"""What the command "predict" does with images: a trained model's answer to each."""

from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

from ichdesk.archive import NATIVE_SUFFIX, TM_SUFFIX
from ichdesk.cli.jobs import warn
from ichdesk.cli.models import load_trained
from ichdesk.cli.progress import Bars
from ichdesk.core.errors import UserError
from ichdesk.core.steps import Steps
from ichdesk.imaging.classified import Classified, ToClassify, Where
from ichdesk.imaging.pipeline import Pixels


def is_project(paths: Sequence[Path], labels: Sequence[str]) -> bool:
    """Whether a project is to be judged by, not images to be classified.

    Raises:
        UserError: There is more than one project, or labels are given for nothing.
    """
    projects = [path for path in paths if path.suffix.lower() in {NATIVE_SUFFIX, TM_SUFFIX}]
    if projects and len(paths) > 1:
        raise UserError(f"{projects[0]} is a project; give it alone, or give images.")
    if labels and not projects:
        raise UserError("--label says what labels stand for in a project; give a project file.")
    return bool(projects)


def classify(
    model: Path, paths: Sequence[Path], outputs: Sequence[Path], device: str, bars: Bars
) -> Classified:
    """Classify every image behind some paths; only the answers are kept in memory.

    Args:
        model: As `load_trained` takes it.
        paths: Images, scans, folders and zips of them.
        outputs: To be written afterwards; earlier ones that lie in a folder are no images.
        device: As in `TrainConfig.device`.
        bars: Show progress.

    Raises:
        UserError: The model cannot be used, no image can be read, or an output is an image.
    """
    from ichdesk.learn.prediction import Predictor  # noqa: PLC0415 - loads torch

    predictor = Predictor(load_trained(model), device)
    images = ToClassify(paths, [model, *outputs])
    with (
        closing(_shown(images, predictor.steps, bars)) as pictures,
        closing(predictor.each(pictures)) as each,
    ):
        answers = [(where, answer.tolist()) for where, answer in each]
    classified = images.classified(predictor.labels, answers)
    if not classified.rows:
        raise _nothing(classified.problems)
    return classified


def _shown(
    images: ToClassify, steps: Steps, bars: Bars
) -> Generator[tuple[Where, Pixels], None, None]:
    with closing(images.pictures(steps)) as pictures:
        for picture in pictures:
            bars.show("Classifying", *images.progress)
            yield picture


def _nothing(problems: Sequence[str]) -> UserError:
    if len(problems) == 1:
        return UserError(problems[0])
    warn(problems)
    return UserError("No image can be read there, so nothing was written; choose other files.")
