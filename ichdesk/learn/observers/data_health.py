"""What is wrong with the images of a project: what only their pixels tell."""

from collections.abc import Generator, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ichdesk.core.data_health import MOST_SHOWN
from ichdesk.core.errors import UserError
from ichdesk.learn.features import Vector
from ichdesk.learn.near_copies import Small, copies_among
from ichdesk.learn.observers import OBSERVERS, Observation, Scene
from ichdesk.learn.outliers import LEAST, Outlier, outliers
from ichdesk.learn.shortcuts import SPOTS, head_share, separation, spot_values
from ichdesk.learn.shown import figures, is_colored, size_px

Numbers = npt.NDArray[np.intp]
_Arrays: TypeAlias = dict[str, Vector]
_Part: TypeAlias = Generator[float, None, _Arrays]

_STEPS = 100  # of all the work, and of each part
_SHARES = (15, 5, 30, 20, 30)
_EVERY = 64  # headers between two reports
_LOOKED_AT = 60  # pictures of a class whose colors are looked at


class _Images:
    """All readable images of a scene, class after class."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        data = scene.data
        self.places = [(label, i) for label, known in enumerate(data.vectors) for i in known]
        self.samples = [data.samples[label][i] for label, i in self.places]
        self.small: list[Small] = [data.small[label][i] for label, i in self.places]
        self.labels: Numbers = np.array([label for label, _ in self.places], np.intp)
        names = [s.patient or str(row) for row, s in enumerate(self.samples)]
        self.units: Numbers = np.unique(names, return_inverse=True)[1].reshape(-1)

    @property
    def classes(self) -> int:
        """How many there are."""
        return len(self.scene.data.vectors)

    @property
    def features(self) -> Vector:
        """Shape (N, D)."""
        return np.stack([self.scene.data.vectors[label][i] for label, i in self.places])


@OBSERVERS.register("data-health")
def data_health(scene: Scene) -> Iterator[Observation]:
    """Look for what a class may be recognized by instead of the finding, and for images to doubt.

    `unreadable`: rows of (class, position). `sizes`: rows of (class, width, height, how many);
    `colors`: (C, 2), pictures whose colors were looked at, and how many are colored. `figures`:
    (C, F, 4), number of images, of patients, mean and standard deviation of each of
    `image_health.FIGURES`. `spots`: (C, 16, 16), area under the ROC curve of each spot's brightness
    for a class against the rest; `spot_limit`: (1,), distance from 0.5 that hardly any spot passes
    by chance; `spot_n`: images and patients; `head`: (16, 16), in what share of the pictures the
    spot shows the head; `average`: (32, 32), the mean picture. `outliers`: rows of (class,
    position, times the usual distance, 1 if it is near to other classes); `outlier_n`: images, and
    how many are needed. `near`: rows of (class, position, class, position, 1 if of one patient),
    at most 100; `near_n`: images, near copies in all, and images like another slice of their
    patient and class.
    """
    images, arrays, done = _Images(scene), _unreadable(scene), 0.0
    parts = (_sizes(images), _shown(images), _spots(images), _outliers(images), _near(images))
    for share, part in zip(_SHARES, parts, strict=True):
        while True:
            scene.stop_if_cancelled()
            try:
                so_far = next(part)
            except StopIteration as end:
                arrays |= end.value
                break
            yield Observation(arrays, int(done + share * so_far), _STEPS)
        done += share
        yield Observation(arrays, int(done), _STEPS)


def _unreadable(scene: Scene) -> _Arrays:
    rows = [
        (label, position)
        for label, (known, own) in enumerate(
            zip(scene.data.vectors, scene.data.samples, strict=True)
        )
        for position in range(len(own))
        if position not in known
    ]
    return {"unreadable": np.array(rows, np.float32).reshape(-1, 2)}


def _sizes(images: _Images) -> _Part:
    counts = dict[tuple[int, int, int], int]()
    for row, sample in enumerate(images.samples):
        if row % _EVERY == 0:
            yield 0.7 * row / len(images.samples)
        if (size := size_px(sample)) is not None:
            key = (int(images.labels[row]), *size)
            counts[key] = counts.get(key, 0) + 1
    colors = np.zeros((images.classes, 2), np.float32)
    for label in range(images.classes):
        yield 0.7 + 0.3 * label / images.classes
        for row in _some(images, label):
            images.scene.stop_if_cancelled()
            try:
                colored = is_colored(images.scene.pixels(*images.places[row]))
            except UserError:  # the file went away since its features were computed
                continue
            colors[label] += (1, colored)
    rows = [(*key, count) for key, count in sorted(counts.items())]
    return {"sizes": np.array(rows, np.float32).reshape(-1, 4), "colors": colors}


def _some(images: _Images, label: int) -> list[int]:
    """Rows of pictures of a class, evenly spread; slices get their colors from the image steps."""
    rows = [
        i for i in np.nonzero(images.labels == label)[0].tolist() if not images.samples[i].is_hu
    ]
    return rows[:: max(1, -(-len(rows) // _LOOKED_AT))]


def _shown(images: _Images) -> _Part:
    yield 0.0
    values = figures(images.small)
    stats = np.zeros((images.classes, values.shape[1], 4), np.float32)
    for label in range(images.classes):
        own = values[images.labels == label]
        stats[label, :, 0] = len(own)
        stats[label, :, 1] = len(np.unique(images.units[images.labels == label]))
        if len(own) > 1:
            stats[label, :, 2], stats[label, :, 3] = own.mean(axis=0), own.std(axis=0, ddof=1)
    return {"figures": stats}


def _spots(images: _Images) -> _Part:
    yield 0.0
    head = head_share(images.small)
    found = yield from separation(spot_values(images.small), images.labels, images.units)
    return {
        "spots": found.auc.reshape(-1, SPOTS, SPOTS).astype(np.float32),
        "spot_limit": np.array([found.limit], np.float32),
        "spot_n": np.array([len(images.places), len(np.unique(images.units))], np.float32),
        "head": head.reshape(SPOTS, SPOTS).astype(np.float32),
        "average": np.mean(images.small, axis=0).astype(np.float32),
    }


def _outliers(images: _Images) -> _Part:
    found: list[Outlier] = []
    for done, found in outliers(images.features, images.labels):  # noqa: B007 - the last ones count
        yield done
    rows = [(*images.places[o.row], o.score, o.is_in_class) for o in found[:MOST_SHOWN]]
    return {
        "outliers": np.array(rows, np.float32).reshape(-1, 4),
        "outlier_n": np.array([len(images.places), LEAST], np.float32),
    }


def _near(images: _Images) -> _Part:
    first = {sample.sha256: row for row, sample in reversed(list(enumerate(images.samples)))}
    unique = sorted(first.values())  # exact copies are another check's
    pairs = list[tuple[int, int]]()
    for done, new in copies_among([images.small[row] for row in unique]):
        yield done / len(unique)
        pairs += [(unique[a], unique[b]) for a, b in new]
    neighbors = [pair for pair in pairs if _is_neighbor(images, *pair)]
    told = sorted(set(pairs) - set(neighbors), key=lambda p: (_is_same_class(images, *p), p))
    rows = [
        (*images.places[b], *images.places[a], images.units[a] == images.units[b])
        for a, b in told[: MOST_SHOWN // 2]
    ]
    return {
        "near": np.array(rows, np.float32).reshape(-1, 5),
        "near_n": np.array([len(images.places), len(told), len(neighbors)], np.float32),
    }


def _is_same_class(images: _Images, a: int, b: int) -> bool:
    return bool(images.labels[a] == images.labels[b])


def _is_neighbor(images: _Images, a: int, b: int) -> bool:
    """Whether two images are slices of one patient in one class, which are alike by nature."""
    return bool(images.units[a] == images.units[b]) and _is_same_class(images, a, b)
