"""Images through a saved model."""

from pathlib import Path

import numpy as np

from ichdesk.core.steps import Steps
from ichdesk.learn.devices import one_cpu_thread, resolve_device
from ichdesk.learn.features import BATCH, Image, Vector
from ichdesk.learn.model import load_extractor, load_model


class Predictor:
    """A model file and its backbone, loaded.

    Attributes:
        labels: Class names, in the order of the outputs.
        steps: How slices in Hounsfield units are to be shown to it.

    Args:
        path: The model file.
        device: As in `TrainConfig.device`.

    Raises:
        UserError: The model cannot be used here.
    """

    def __init__(self, path: Path, device: str = "auto") -> None:
        self._model = load_model(path)
        self._extractor = load_extractor(
            self._model.backbone, resolve_device(device), self._model.fingerprint
        )
        self.labels = self._model.labels
        self.steps: Steps = self._model.steps

    def predict(self, images: Image) -> Vector:
        """Probabilities (N, C) of images (N, 224, 224, 3)."""
        parts = [np.zeros((0, len(self.labels)), np.float32)]
        with one_cpu_thread():
            for start in range(0, len(images), BATCH):
                batch = images[start : start + BATCH]
                parts.append(self._model.predict(batch, self._extractor))
        return np.concatenate(parts)
