"""ICHDesk's own model file: the head, and the name of what it stands on."""

from ichdesk.learn.exporters import Stages, Subject, exporter
from ichdesk.learn.model import model_bytes


@exporter(
    "ichdesk",
    "ICHDesk model",
    "Small; opens in ICHDesk, and “ichdesk predict” classifies folders of images with it.",
    ".ichmodel",
)
def ichdesk(subject: Subject) -> Stages:
    """A safetensors file without the backbone, which every ICHDesk has."""
    yield "Writing the classifier"
    return {"model.ichmodel": model_bytes(subject.model)}
