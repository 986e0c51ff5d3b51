"""Observer: a map on which images lie near each other that are alike for the model.

Images are compared by their features as the head takes them: standardized with the mean and the
spread of the training images, or where nothing was trained, with those of all images by the same
rule. Nearness is Euclidean distance there, because the head's first layer is linear in this space.
"""

import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

from ichdesk.core.errors import UserError
from ichdesk.learn.features import Vector
from ichdesk.learn.head import Head
from ichdesk.learn.observers import OBSERVERS, Observation, Scene, positions

NEIGHBORS = 8
COMPONENTS = 50  # that t-SNE starts from, as its authors did
MOST_ARRANGED = 4_000
"""Images that t-SNE arranges at most; of more, a part of each class."""

_LEAST_ARRANGED = 5
_SEGMENTS = 4
_ITERATIONS = 250  # of a segment, the least that scikit-learn does at a time
_PERPLEXITY = 30.0
_EXAGGERATION = 12.0
_FASTER = 2.5  # later segments start at momentum 0.5; this makes up for 0.8, (1 - 0.5) / (1 - 0.8)
_ROWS = 512  # compared with all others at a time, for a bounded use of memory
_PATIENCE_S = 0.25  # between two looks at whether somebody still waits

_T = TypeVar("_T")


@OBSERVERS.register("similarity")
def similarity(scene: Scene) -> Iterator[Observation]:
    """Where images lie, and which ones lie nearest to each.

    Options: `layout` is "pca" or, to arrange by neighbors as well, "t-sne".

    Yields:
        Arrays of the N readable images, classes one after another: `rows` (N, 2), class and
        position; `pca` (N, 2), the first two principal components, and `shares` (2,), of the
        variance that each one tells; then also `neighbors` (N, K), the nearest others by row,
        nearest first, and `distances` (N, K), K = 8 or fewer; at last `t-sne` (N, 2), while it
        settles, NaN for images that it leaves out (there are more than `MOST_ARRANGED`).

    Raises:
        UserError: There are too few different images for t-SNE; the rest was yielded.
        Cancelled: Nobody wants to know any more.
    """
    known = tuple(tuple(sorted(seen)) for seen in scene.data.vectors)
    x = _standardized(scene, known)  # (N, D)
    steps = _SEGMENTS if scene.options.get("layout") == "t-sne" else 0
    scores, shares = yield from _patiently(scene, lambda: principal_components(x), Observation())
    arrays = {"rows": positions(known), "pca": _plane(scores), "shares": shares[:2].copy()}
    yield Observation(dict(arrays), 0, steps)
    arrays["neighbors"], arrays["distances"] = nearest(x, scene.stop_if_cancelled)
    yield Observation(dict(arrays), 0, steps)
    if steps:
        yield from _arranged(scene, scores, arrays)


def principal_components(x: Vector) -> tuple[Vector, Vector]:
    """Coordinates (N, 50) on the axes along which features (N, D) vary most; their shares (50,).

    Axes beyond those that there are have coordinates and shares 0. An axis points to where its
    farthest image lies, because its direction is arbitrary.
    """
    centered = (x - x.mean(axis=0, dtype=np.float64)).astype(np.float64)
    is_wide = centered.shape[1] > len(centered)
    gram = centered @ centered.T if is_wide else centered.T @ centered
    variances, axes = np.linalg.eigh(gram)
    variances, axes = np.maximum(variances[::-1][:COMPONENTS], 0.0), axes[:, ::-1][:, :COMPONENTS]
    scores = axes * np.sqrt(variances) if is_wide else centered @ axes
    farthest = scores[np.abs(scores).argmax(axis=0), np.arange(scores.shape[1])]
    scores *= np.where(farthest < 0, -1.0, 1.0)
    missing = COMPONENTS - scores.shape[1]
    shares = variances / max(float(np.trace(gram)), np.finfo(np.float64).tiny)
    padded = np.pad(scores, ((0, 0), (0, missing))), np.pad(shares, (0, missing))
    return padded[0].astype(np.float32), padded[1].astype(np.float32)


def nearest(x: Vector, stop_if_cancelled: Callable[[], None]) -> tuple[Vector, Vector]:
    """Rows of the nearest other images (N, K), nearest first, and their Euclidean distances."""
    count = min(NEIGHBORS, len(x) - 1)
    x = x - x.mean(axis=0)  # smaller numbers, smaller errors
    squares = (x**2).sum(axis=1)
    rows, distances = np.zeros((len(x), count), np.int64), np.zeros((len(x), count), np.float32)
    for start in range(0, len(x) if count else 0, _ROWS):
        stop_if_cancelled()
        part = x[start : start + _ROWS]
        far = squares - 2.0 * (part @ x.T)  # but for a number that is the same in each row
        far[np.arange(len(part)), start + np.arange(len(part))] = np.inf
        near = np.sort(np.argpartition(far, count - 1, axis=1)[:, :count], axis=1)
        exact = np.linalg.norm(x[near] - part[:, None], axis=2)
        order = exact.argsort(axis=1, kind="stable")
        rows[start : start + len(part)] = np.take_along_axis(near, order, axis=1)
        distances[start : start + len(part)] = np.take_along_axis(exact, order, axis=1)
    return rows.astype(np.float32), distances


def part_of(labels: npt.NDArray[np.int64], most: int, seed: int) -> npt.NDArray[np.int64]:
    """At most so many rows, ascending: of each class the same share, and at least one."""
    if len(labels) <= most:
        return np.arange(len(labels))
    chance = np.random.default_rng(seed)
    share = most / len(labels)
    chosen = []
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        chosen.append(chance.permutation(own)[: max(1, int(share * len(own)))])
    return np.sort(np.concatenate(chosen))


def _standardized(scene: Scene, known: Sequence[tuple[int, ...]]) -> Vector:
    """Features of all readable images as the head takes them, (N, D)."""
    features = scene.data.labeled(known).x
    if scene.trained is not None:
        head = scene.trained.head
    else:
        head = Head(scene.data.dimension, len(known), torch.Generator())
        head.fit_scaler(features)
    with torch.inference_mode():
        return head.standardize(features).numpy()


def _arranged(
    scene: Scene, scores: Vector, arrays: dict[str, Vector]
) -> Generator[Observation, None, None]:
    """Let t-SNE arrange what has been seen so far, a segment at a time."""
    chosen = part_of(arrays["rows"][:, 0].astype(np.int64), MOST_ARRANGED, scene.config.seed)
    x = scores[chosen]
    if len(np.unique(x, axis=0)) < _LEAST_ARRANGED:
        raise UserError(
            f"Arranging by neighbors needs at least {_LEAST_ARRANGED} different images; add some "
            "and train again."
        )
    layout = _plane(x) / max(float(x[:, 0].std()), 1e-12) * np.float32(1e-4)
    seen = Observation(dict(arrays), 0, _SEGMENTS)
    for segment in range(_SEGMENTS):
        work = _segment(x, layout, scene.config.seed, is_first=segment == 0)
        layout = yield from _patiently(scene, work, seen)
        placed = np.full((len(scores), 2), np.nan, np.float32)
        placed[chosen] = layout
        seen = Observation(arrays | {"t-sne": placed}, segment + 1, _SEGMENTS)
        yield seen


def _segment(x: Vector, layout: Vector, seed: int, *, is_first: bool) -> Callable[[], Vector]:
    """250 iterations of t-SNE (van der Maaten 2014, JMLR 15) from a layout (N, 2) on.

    The first one exaggerates, which makes groups find each other. One thread adds up numbers
    always in the same order, so a seed gives one map.
    """
    step = max(len(x) / _EXAGGERATION / 4, 50.0)  # Belkina 2019, Nature Communications 10

    def work() -> Vector:
        from sklearn.manifold import TSNE  # noqa: PLC0415 - takes a second, which few maps need
        from threadpoolctl import threadpool_limits  # noqa: PLC0415

        arrangement = TSNE(
            perplexity=min(_PERPLEXITY, (len(x) - 1) / 3),
            early_exaggeration=_EXAGGERATION if is_first else 1.0,
            learning_rate=step if is_first else _FASTER * step,
            max_iter=_ITERATIONS,
            init=layout,
            random_state=seed,
        )
        with warnings.catch_warnings(), threadpool_limits(1, "openmp"):
            warnings.simplefilter("ignore")
            result: Vector = arrangement.fit_transform(x).astype(np.float32)
        return result

    return work


def _patiently(
    scene: Scene, work: Callable[[], _T], seen: Observation
) -> Generator[Observation, None, _T]:
    """Do work on a thread of its own, and show the same meanwhile.

    A library that cannot be stopped is left to end alone when nobody waits for it any more.
    """
    result = Future[_T]()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            result.set_exception(error)

    Thread(target=run, name="similarity", daemon=True).start()
    while True:
        scene.stop_if_cancelled()
        try:
            return result.result(_PATIENCE_S)
        except TimeoutError:
            yield seen


def _plane(scores: Vector) -> Vector:
    return scores[:, :2].copy()
