"""The settings of a training run."""

from dataclasses import dataclass

from ichdesk.core.steps import DEFAULT_STEPS, Steps

MAX_EPOCHS = 10_000
MAX_BATCH_SIZE = 1_024
BATCH_SIZES = (16, 32, 64, 128, 256, 512)
DEFAULT_BACKBONE = "ct-phantom"
DEVICES = ("auto", "cuda", "mps", "cpu")
HEADS = ("ichdesk", "teachable-machine")
DEFAULT_HEAD = HEADS[0]
SPLITS = ("auto", "slice", "patient")
DEFAULT_SPLIT = SPLITS[0]


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """What the user can set before a training run; the defaults are the original's.

    Attributes:
        epochs: Passes over the training samples.
        batch_size: Samples per step.
        learning_rate: Step size of Adam.
        seed: Decides split, initial weights and order of samples.
        backbone: Name of the feature extractor, or its name and weights: "resnet18:random",
            "resnet18:<file>", "tm-import:<file>".
        device: One of `DEVICES`; "auto" takes CUDA, else MPS, else the CPU.
        head: One of `HEADS`: how the part that is trained learns, our way or the original's.
        split: One of `SPLITS`: whether single slices or whole patients are held out; "auto" holds
            out patients as soon as a sample says of whom it is.
        steps: What happens to slices in Hounsfield units before the backbone sees them.
    """

    epochs: int = 50
    batch_size: int = 16
    learning_rate: float = 0.001
    seed: int = 0
    backbone: str = DEFAULT_BACKBONE
    device: str = "auto"
    head: str = DEFAULT_HEAD
    split: str = DEFAULT_SPLIT
    steps: Steps = DEFAULT_STEPS

    def problem(self) -> str | None:
        """One sentence on the first setting that cannot be used, or None."""
        if not 1 <= self.epochs <= MAX_EPOCHS:
            return f"Epochs must be a whole number from 1 to {MAX_EPOCHS}."
        if not 1 <= self.batch_size <= MAX_BATCH_SIZE:
            return f"Batch size must be a whole number from 1 to {MAX_BATCH_SIZE}."
        if not 0.0 < self.learning_rate <= 10.0:
            return "Learning rate must be greater than 0 and at most 10."
        if not 0 <= self.seed < 2**32:
            return "Seed must be a whole number from 0 to 4294967295."
        for name, chosen, known in (
            ("Device", self.device, DEVICES),
            ("Head", self.head, HEADS),
            ("Split", self.split, SPLITS),
        ):
            if chosen not in known:
                return f"{name} must be one of: {', '.join(known)}."
        return None
