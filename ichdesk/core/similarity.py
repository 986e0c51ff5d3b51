"""A map of a run's images: where each lies, which ones lie nearest to it, and what it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ichdesk.core.predictions import Prediction, predictions
from ichdesk.core.run import TrainingRun
from ichdesk.core.samples import Sample

Places = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MapImage:
    """An image of the map.

    Attributes:
        position: Of the image in its class when the model was trained.
        is_test: Whether it was held out from training.
        prediction: The model's answer; None for a training image, or if it was not kept.
    """

    sample: Sample
    class_id: int
    position: int
    is_test: bool
    prediction: Prediction | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SimilarityMap:
    """What has come of a map so far.

    Attributes:
        run: Whose images they are.
        rows: (N, 2), class as an output of the model, and position.
        images: In the order of the rows.
        pca: Where they lie by the first two principal components, (N, 2).
        shares: Of the variance that each component tells.
        tsne: Where t-SNE puts them, (N, 2), NaN for those that it left out; None so far.
        neighbors: Rows of the nearest others, nearest first, (N, K); (0, 0) so far.
        distances: To them, likewise.
    """

    run: TrainingRun
    rows: Rows
    images: tuple[MapImage, ...]
    pca: Places
    shares: tuple[float, float]
    tsne: Places | None = None
    neighbors: Rows = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    distances: Places = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @property
    def total(self) -> int:
        """How many images the run has, those that cannot be read included."""
        return sum(len(samples) for _, samples in self.run.key[0])

    @property
    def arranged(self) -> int:
        """How many images t-SNE placed."""
        return 0 if self.tsne is None else int(np.isfinite(self.tsne[:, 0]).sum())

    def near(self, row: int) -> list[int]:
        """Rows of the nearest images, nearest first; [] if they are not known yet."""
        found: list[int] = self.neighbors[row].tolist() if len(self.neighbors) else []
        return found

    def strangers(self, row: int) -> int:
        """How many of the nearest images are of another class."""
        own = self.images[row].class_id
        return sum(self.images[near].class_id != own for near in self.near(row))


def read_map(
    run: TrainingRun, arrays: Mapping[str, npt.NDArray[np.float32]], before: SimilarityMap | None
) -> SimilarityMap | None:
    """A map from what the observer "similarity" says; None if it has not said enough yet.

    `before` is the map so far, of this run or another; its images are kept if they are the same.
    """
    if "pca" not in arrays:
        return None
    rows = arrays["rows"].astype(np.int64)
    is_same = before is not None and before.run is run and np.array_equal(before.rows, rows)
    images = before.images if before is not None and is_same else _images(run, rows)
    first, second = arrays["shares"].tolist()
    found = SimilarityMap(run, rows, images, arrays["pca"], (first, second), arrays.get("t-sne"))
    if "neighbors" not in arrays:
        return found
    near = arrays["neighbors"].astype(np.int64)
    return replace(found, neighbors=near, distances=arrays["distances"])


def map_table(shown: SimilarityMap, names: Mapping[int, str]) -> list[list[str]]:
    """A row for each image, headings first; `names` are of the classes by id."""
    heading = ["Class", "Image", "Split", "Said", "Confidence", "PCA x", "PCA y"]
    layouts = [shown.pca]
    if shown.tsne is not None:
        heading += ["t-SNE x", "t-SNE y"]
        layouts.append(shown.tsne)
    places = np.concatenate(layouts, axis=1).tolist()
    pairs = zip(shown.images, places, strict=True)
    return [heading, *([*_row(image, names), *map(_number, own)] for image, own in pairs)]


def _row(image: MapImage, names: Mapping[int, str]) -> list[str]:
    said = image.prediction
    answer = [names[said.cell[1]], f"{said.confidence:.3f}"] if said else ["", ""]
    side = "test" if image.is_test else "train"
    return [names[image.class_id], f"{image.position + 1}", side, *answer]


def _number(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else ""


def _images(run: TrainingRun, rows: Rows) -> tuple[MapImage, ...]:
    answers = {(p.cell[0], p.position): p for p in predictions(run)}
    held = [frozenset(own) for own in run.test]
    found = []
    for label, position in rows.tolist():
        class_id, samples = run.key[0][label]
        is_test, answer = position in held[label], answers.get((class_id, position))
        found.append(MapImage(samples[position], class_id, position, is_test, answer))
    return tuple(found)
