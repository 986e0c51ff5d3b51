"""Small pieces of state that widgets read from the session."""

from dataclasses import dataclass
from enum import Enum, Flag, auto
from itertools import count

import numpy as np
import numpy.typing as npt

_notice_ids = count(1)


class Change(Flag):
    """What a notification says has changed; views re-read those parts."""

    PROJECT = auto()
    FILE = auto()
    RUN = auto()
    WORKER = auto()
    JOB = auto()
    NOTICES = auto()
    PREVIEW = auto()
    BACKBONES = auto()
    OBSERVATIONS = auto()
    EXPORTS = auto()
    PREPARATION = auto()


class Level(Enum):
    """How loud a notice is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message in the window: one sentence, and more lines on demand."""

    text: str
    level: Level = Level.ERROR
    details: tuple[str, ...] = ()
    id: int = 0

    @staticmethod
    def new(text: str, level: Level = Level.ERROR, details: tuple[str, ...] = ()) -> "Notice":
        """A notice with an id of its own."""
        return Notice(text, level, details, next(_notice_ids))


class WorkerStatus(Enum):
    """Whether the worker can train."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WorkerState:
    """What is known of the worker; devices are best first."""

    status: WorkerStatus = WorkerStatus.STARTING
    devices: tuple[str, ...] = ()
    device_names: tuple[str, ...] = ()
    backbones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobState:
    """Background work on files: what it does and how far it is; total 0 means unknown."""

    title: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class PreviewImage:
    """An image to try the model on.

    Attributes:
        name: File name without its folder.
        pixels: (224, 224, 3), or None if the file could not be read.
        error: Why it could not be read, one sentence.
        probabilities: One per class of the run, or None before the model has seen it.
    """

    name: str
    pixels: npt.NDArray[np.uint8] | None = None
    error: str | None = None
    probabilities: tuple[float, ...] | None = None
