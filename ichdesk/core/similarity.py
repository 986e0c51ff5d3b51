"""A map of a run's images: where each lies, which ones lie nearest to it, and what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import overload

import numpy as np
import numpy.typing as npt

from ichdesk.core.predictions import PlacesNow, Prediction, kept_answers, predictions
from ichdesk.core.run import TrainingRun
from ichdesk.core.samples import Sample

Places = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


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


class MapImages(Sequence[MapImage]):
    """The images of a map, each made when it is asked for, since there may be 32,000.

    Args:
        run: Whose images they are.
        rows: (N, 2), class as an output of the model, and position.

    Attributes:
        labels: (N,), classes as outputs of the model.
        is_test: (N,), whether it was held out from training.
        said: (N,), what the model called it; -1 for a training image, or if it was not kept.
    """

    def __init__(self, run: TrainingRun, rows: Rows) -> None:
        self._run = run
        self._rows = rows
        self.labels = rows[:, 0]
        self.is_test, self.said = np.zeros(len(rows), np.bool_), np.full(len(rows), -1)
        answers, start = kept_answers(run), 0
        called = None if answers is None else answers.argmax(axis=1)
        for label, held in enumerate(run.test):
            own = np.flatnonzero(self.labels == label)
            at = np.full(len(run.key[0][label][1]), -1)  # by position: which test image it is
            at[list(held)] = np.arange(start, start + len(held))
            numbers, start = at[rows[own, 1]], start + len(held)
            self.is_test[own] = numbers >= 0
            if called is not None:
                self.said[own] = np.where(numbers >= 0, called[numbers], -1)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, row: int) -> MapImage: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[MapImage]: ...
    def __getitem__(self, row: int | slice) -> MapImage | Sequence[MapImage]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        label, position = self._rows[row].tolist()
        class_id, samples = self._run.key[0][label]
        answer = self._answers.get((class_id, position))
        return MapImage(samples[position], class_id, position, bool(self.is_test[row]), answer)

    def samples(self) -> list[Sample]:
        """All images, in order."""
        places = zip(self.labels.tolist(), self._rows[:, 1].tolist(), strict=True)
        classes = [samples for _, samples in self._run.key[0]]
        return [classes[label][position] for label, position in places]

    def gone(self, now: PlacesNow) -> Bools:
        """Whether each was removed since, (N,)."""
        found = np.zeros(len(self), np.bool_)
        for label, (class_id, samples) in enumerate(self._run.key[0]):
            own = np.flatnonzero(self.labels == label)
            found[own] = ~now.are_there(class_id, len(samples))[self._rows[own, 1]]
        return found

    @cached_property
    def _answers(self) -> dict[tuple[int, int], Prediction]:
        return {(p.cell[0], p.position): p for p in predictions(self._run)}


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
    images: MapImages
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
        labels = self.images.labels
        return int((labels[self.near(row)] != labels[row]).sum())


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
    images = before.images if before is not None and is_same else MapImages(run, rows)
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
