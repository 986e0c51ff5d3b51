"""What goes into an exported model, in rows for people."""

from collections.abc import Sequence

from ichdesk.core.model_facts import facts_of
from ichdesk.core.run import TrainingRun
from ichdesk.imaging.step_text import steps_words
from ichdesk.session.session import Session
from ichdesk.ui.backbone_text import title_text

_MOST_CLASSES = 12
_PICTURE = "Cropped to the central square, 224 × 224 pixels."


def contents_of(session: Session) -> list[tuple[str, str]]:
    """Rows of what every format holds of the model that is shown; [] if there is none."""
    run = session.run
    if run is None:
        return []
    labels = tuple(name for _, name in session.run_classes)
    backbone = run.config.backbone
    whole, *each = facts_of(run).sentences(labels)
    return [
        ("Classes", ", ".join(_first(labels))),
        ("Test", "\n".join([whole, *_first(each)])),
        ("Network", title_text(backbone, session.backbones.info(backbone))),
        ("Pictures", _pictures(run)),
    ]


def _pictures(run: TrainingRun) -> str:
    if not any(sample.is_hu for _, samples in run.key[0] for sample in samples):
        return _PICTURE
    steps = steps_words(run.config.steps)
    return f"{_PICTURE} Slices in Hounsfield units become pictures by: {steps}."


def _first(texts: Sequence[str]) -> list[str]:
    """As many as a person reads, and how many more there are."""
    more = len(texts) - _MOST_CLASSES
    return [*texts[:_MOST_CLASSES], f"and {more:,} more"] if more > 0 else list(texts)
