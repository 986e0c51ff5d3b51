"""Messages on trained models: in which formats they are saved, and how they come back."""

from dataclasses import dataclass, field

import numpy as np

from ichdesk.protocol.parts import Bytes, ClassRef, Floats, Outcome, Settings


@dataclass(frozen=True, slots=True)
class SaveModel:
    """Write the current model to a file or a folder, whole or not at all.

    Attributes:
        labels: Class names to store, in the order of training; renames need no new training.
        format: The name of a format, as `FormatsListed` has it.
        facts: How the model was tested, as `ichdesk.core.model_facts` writes it; "" if unknown.
    """

    request_id: int
    path: str
    labels: tuple[str, ...]
    format: str = "ichdesk"
    facts: str = ""


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Make a model from a project file the current one, if it fits backbone and settings.

    Attributes:
        model: A model file as `RunEnded.model` has it, (N,).
        labels: Class names, in the order of training.
        settings: Those of its training; `device` says where to use it.
    """

    request_id: int
    model: Bytes
    labels: tuple[str, ...]
    settings: Settings


@dataclass(frozen=True, slots=True)
class ListFormats:
    """Say in which formats a model can be saved."""

    request_id: int


@dataclass(frozen=True, slots=True)
class ModelProgressed:
    """What `SaveModel` is doing now, such as "Tracing the network"."""

    request_id: int
    stage: str


@dataclass(frozen=True, slots=True)
class ModelSaved:
    """Terminal event of `SaveModel`."""

    request_id: int
    outcome: Outcome
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ModelLoaded:
    """Terminal event of `LoadModel`; unless the outcome is done there is no current model now."""

    request_id: int
    outcome: Outcome
    error: str | None = None


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """A format in which a model can be saved.

    Attributes:
        name: What `SaveModel.format` calls it.
        title: Its name for people.
        purpose: Who can use it, one sentence.
        suffix: Ending of the one file that it is; "" if it is several, in a folder or a zip.
    """

    name: str
    title: str
    purpose: str
    suffix: str


@dataclass(frozen=True, slots=True)
class FormatsListed:
    """Terminal event of `ListFormats`; `formats` are in the order in which to show them."""

    request_id: int
    outcome: Outcome
    error: str | None = None
    formats: tuple[FormatInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class TryModel:
    """Ask a model from a file about images; the current model stays what it is.

    Attributes:
        path: A model file, a project that keeps a training, or an export of Teachable Machine.
        classes: The images, class after class.
        device: As in `Settings.device`.
    """

    request_id: int
    path: str
    classes: tuple[ClassRef, ...]
    device: str


@dataclass(frozen=True, slots=True)
class ModelTried:
    """Terminal event of `TryModel`.

    Attributes:
        labels: L, those of the model, in its order.
        backbone: The network that it stands on, without the path of a file.
        steps: Its image steps, as `ichdesk.core.steps.steps_text` writes them.
        probabilities: (N, L), in the order of the request.
    """

    request_id: int
    outcome: Outcome
    error: str | None = None
    labels: tuple[str, ...] = ()
    backbone: str = ""
    steps: str = ""
    probabilities: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
