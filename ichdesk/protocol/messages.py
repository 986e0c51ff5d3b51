"""Requests to the worker, in the imperative, and its events, in the past tense.

Every request carries a `request_id` and ends in exactly one terminal event with the same id:
`RunEnded`, `RepeatsEnded`, `ObservationEnded`, `PredictionEnded`, `ModelSaved`, `ModelLoaded`,
`ModelTried`, `FormatsListed`, `ImagesPrepared` or `BackbonesListed`. Arrays travel as raw buffers.
What messages are made of is in `parts.py`.
"""

from dataclasses import dataclass, field

import numpy as np

from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol.backbone_messages import (
    AddBackbone,
    BackboneInfo,
    BackbonesListed,
    DownloadRef,
    ListBackbones,
    MeasureBackbone,
)
from ichdesk.protocol.model_messages import (
    FormatInfo,
    FormatsListed,
    ListFormats,
    LoadModel,
    ModelLoaded,
    ModelProgressed,
    ModelSaved,
    ModelTried,
    SaveModel,
    TryModel,
)
from ichdesk.protocol.parts import (
    Bytes,
    ClassRef,
    Floats,
    Ints,
    Outcome,
    Pixels,
    SampleRef,
    Settings,
)

__all__ = [  # of the modules above; whoever reads messages finds everything here
    "AddBackbone",
    "BackboneInfo",
    "BackbonesListed",
    "Bytes",
    "ClassRef",
    "DownloadRef",
    "Floats",
    "FormatInfo",
    "FormatsListed",
    "Ints",
    "ListBackbones",
    "ListFormats",
    "LoadModel",
    "MeasureBackbone",
    "ModelLoaded",
    "ModelProgressed",
    "ModelSaved",
    "ModelTried",
    "Outcome",
    "Pixels",
    "SampleRef",
    "SaveModel",
    "Settings",
    "TryModel",
]

PROTOCOL_VERSION = 5


@dataclass(frozen=True, slots=True)
class StartTraining:
    """Train a model on these classes and keep it as the current one."""

    request_id: int
    classes: tuple[ClassRef, ...]
    settings: Settings


@dataclass(frozen=True, slots=True)
class RepeatTraining:
    """Train with the seeds 0 to `repeats` - 1 in place of the settings'; keep none of the models.

    Attributes:
        same_split: Whether the seed of the settings splits the images each time, so that the other
            seeds decide initial weights and order of samples only.
    """

    request_id: int
    classes: tuple[ClassRef, ...]
    settings: Settings
    repeats: int
    same_split: bool = False


@dataclass(frozen=True, slots=True)
class Observe:
    """Look at images, features or a trained head, for a figure that the window shows.

    Attributes:
        observer: Name of a plug-in of `ichdesk.learn.observers`, which says what it makes of the
            rest and which arrays it gives.
        train: Per class, the positions in its samples that were trained on.
        test: Likewise, those that were held out.
        model: What was trained, as `RunEnded.model` has it; empty where there is none.
        images: Pictures that belong to no class, (N, 224, 224, 3).
        options: What the user chose, by the names that the observer knows.
    """

    request_id: int
    observer: str
    classes: tuple[ClassRef, ...]
    settings: Settings
    train: tuple[tuple[int, ...], ...] = ()
    test: tuple[tuple[int, ...], ...] = ()
    model: Bytes = field(default_factory=lambda: np.zeros(0, np.uint8))
    images: Pixels = field(default_factory=lambda: np.zeros((0, 224, 224, 3), np.uint8))
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrepareImages:
    """Compute the features of some images while nobody waits, so that a training finds them done.

    It is canceled by whatever else is asked, short requests excepted.
    """

    request_id: int
    samples: tuple[SampleRef, ...]
    settings: Settings


@dataclass(frozen=True, slots=True)
class Predict:
    """Class probabilities of images by the current model; `images` is (N, 224, 224, 3)."""

    request_id: int
    images: Pixels


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the request with this id soon; it then ends as cancelled. Never waits in line."""

    request_id: int


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Stop everything and exit. Never waits in line."""


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """The first message of a worker.

    Attributes:
        version: Its `PROTOCOL_VERSION`.
        devices: Usable devices, best first, e.g. ("cuda", "cpu").
        device_names: A readable name of each, e.g. "NVIDIA RTX 4060" or "CPU, 2 threads".
        backbones: Names for `Settings.backbone`.
    """

    version: int
    devices: tuple[str, ...]
    device_names: tuple[str, ...]
    backbones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeaturesProgressed:
    """Features of `done` of `total` samples are ready, `cached` of them without the backbone."""

    request_id: int
    done: int
    total: int
    cached: int


@dataclass(frozen=True, slots=True)
class SplitMade:
    """Which samples are held out: per class, positions in its sample tuple, ascending.

    Attributes:
        device: The device that the run uses, e.g. "cpu".
        unreadable: Samples left out because they could not be decoded, one sentence each.
        facts: By what rule, how many patients are where, and which images are near copies.
    """

    request_id: int
    train: tuple[tuple[int, ...], ...]
    test: tuple[tuple[int, ...], ...]
    device: str
    unreadable: tuple[str, ...] = ()
    facts: SplitFacts = field(default_factory=SplitFacts)


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """Progress inside an epoch, at most 20 a second."""

    request_id: int
    epoch: int
    batch: int
    batches: int


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """Figures after an epoch; None where there was no sample to compute them on.

    Attributes:
        epoch: From 0.
        acc: Training accuracy; `loss` mean training cross-entropy (nats).
        test_acc: Test accuracy; `test_loss` mean test cross-entropy.
        confusion: Test counts, (C, C), row = class, column = prediction.
    """

    request_id: int
    epoch: int
    acc: float | None
    test_acc: float | None
    loss: float | None
    test_loss: float | None
    confusion: Ints


@dataclass(frozen=True, slots=True)
class RunEnded:
    """Terminal event of `StartTraining`.

    Attributes:
        error: A sentence for the user when the outcome is failed.
        seconds: Duration of the phases: "features", "train".
        test_probabilities: (N, C), in the order of `SplitMade.test`, classes one after another.
        model: The current model as a file, (N,), to be kept with the project; its labels are
            numbers, because classes are renamed and deleted. Empty unless the outcome is done.
    """

    request_id: int
    outcome: Outcome
    error: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    test_probabilities: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    model: Bytes = field(default_factory=lambda: np.zeros(0, np.uint8))


@dataclass(frozen=True, slots=True)
class RepeatEnded:
    """One training of `RepeatTraining` is done: `correct` of `tested` test images were right."""

    request_id: int
    seed: int
    correct: int
    tested: int


@dataclass(frozen=True, slots=True)
class RepeatsEnded:
    """Terminal event of `RepeatTraining`."""

    request_id: int
    outcome: Outcome
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What an observer has seen so far; a later one replaces it.

    Attributes:
        done: Steps of `total`; both 0 where the observer does not count.
        arrays: By the names that the observer documents.
    """

    request_id: int
    done: int = 0
    total: int = 0
    arrays: dict[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObservationEnded:
    """Terminal event of `Observe`."""

    request_id: int
    outcome: Outcome
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PredictionEnded:
    """Terminal event of `Predict`; `probabilities` is (N, C)."""

    request_id: int
    outcome: Outcome
    error: str | None = None
    probabilities: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))


@dataclass(frozen=True, slots=True)
class ImagesPrepared:
    """Terminal event of `PrepareImages`."""

    request_id: int
    outcome: Outcome
    error: str | None = None


BackboneRequest = ListBackbones | MeasureBackbone | AddBackbone
TrainingRequest = StartTraining | RepeatTraining | Observe
ModelRequest = SaveModel | LoadModel | TryModel | ListFormats
WorkRequest = TrainingRequest | PrepareImages | Predict | ModelRequest | BackboneRequest
Request = WorkRequest | Cancel | Shutdown
TerminalEvent = (
    RunEnded
    | RepeatsEnded
    | ObservationEnded
    | PredictionEnded
    | ModelSaved
    | ModelLoaded
    | ModelTried
    | FormatsListed
    | ImagesPrepared
    | BackbonesListed
)
Event = (
    WorkerReady
    | FeaturesProgressed
    | SplitMade
    | BatchEnded
    | EpochEnded
    | RunEnded
    | RepeatEnded
    | RepeatsEnded
    | Observed
    | ObservationEnded
    | PredictionEnded
    | ModelProgressed
    | ModelSaved
    | ModelLoaded
    | ModelTried
    | FormatsListed
    | ImagesPrepared
    | BackbonesListed
)
