"""What messages are made of: arrays, how a request ended, samples, classes and settings."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class Outcome(StrEnum):
    """How a request ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class SampleRef(NamedTuple):
    """Where a sample's bytes lie, of whom it is, and whether it is only for the test.

    See `ichdesk.core.samples.Sample`. A named tuple and no dataclass, because there may be 32,000
    in a request: those are made and written several times faster.
    """

    path: str
    offset: int
    length: int
    sha256: str
    patient: str | None = None
    is_hu: bool = False
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class as the worker sees it: a name for messages and its samples."""

    name: str
    samples: tuple[SampleRef, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """Training settings on the wire; see `ichdesk.core.config.TrainConfig`.

    Attributes:
        steps: As `ichdesk.core.steps.steps_text` writes them; "" for the default.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    backbone: str
    device: str
    head: str = "ichdesk"
    split: str = "auto"
    steps: str = ""
