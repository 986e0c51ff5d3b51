"""The map against scikit-learn, on blobs, on next to nothing, and when nobody waits any more."""

import threading
import warnings
from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.split import Split
from ichdesk.learn.experiment import DataSet
from ichdesk.learn.features import Cancelled
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model
from ichdesk.learn.observers import OBSERVERS, Observation, Scene
from ichdesk.learn.observers import similarity as module

DIMENSION = 20


def blobs(*counts: int, seed: int = 0) -> list[np.ndarray]:
    """Classes of features around a center each, with axes of unlike spread."""
    rng = np.random.default_rng(seed)
    spread = np.linspace(0.2, 2.0, DIMENSION)
    centers = rng.normal(0, 4, (len(counts), DIMENSION))
    return [
        (center + spread * rng.normal(size=(n, DIMENSION))).astype(np.float32)
        for center, n in zip(centers, counts, strict=True)
    ]


def scene(
    classes: list[np.ndarray],
    layout: str = "pca",
    trained: Model | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Scene:
    vectors = tuple(dict(enumerate(own)) for own in classes)
    data = DataSet(vectors, DIMENSION, ())
    nothing = np.zeros((0, 224, 224, 3), np.uint8)
    split = Split((), ())
    options = {"layout": layout}
    return Scene(data, split, TrainConfig(), None, trained, nothing, options, is_cancelled)


def last(seen: Scene) -> Observation:
    *_, end = OBSERVERS["similarity"](seen)
    return end


def standardized(classes: list[np.ndarray]) -> np.ndarray:
    x = torch.from_numpy(np.concatenate(classes))
    head = Head(DIMENSION, 2, torch.Generator())
    head.fit_scaler(x)
    return head.standardize(x).numpy()


@pytest.mark.parametrize("counts", [(40, 30, 50), (5, 6), (3, 2)])  # narrow and wide
def test_principal_components_are_those_of_scikit_learn(counts: tuple[int, ...]) -> None:
    classes = blobs(*counts)
    arrays = last(scene(classes)).arrays
    reference = PCA(2, svd_solver="full").fit(standardized(classes).astype(np.float64))
    theirs = reference.transform(standardized(classes))
    signs = np.sign((theirs * arrays["pca"]).sum(axis=0))
    np.testing.assert_allclose(arrays["pca"] * signs, theirs, atol=1e-3)
    np.testing.assert_allclose(arrays["shares"], reference.explained_variance_ratio_, atol=1e-5)


def test_neighbors_are_those_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS", 37)
    classes = blobs(40, 30, 50)
    arrays = last(scene(classes)).arrays
    reference = NearestNeighbors(n_neighbors=8).fit(standardized(classes))
    distances, rows = reference.kneighbors()
    np.testing.assert_array_equal(arrays["neighbors"], rows)
    np.testing.assert_allclose(arrays["distances"], distances, rtol=1e-4)
    assert all(array.dtype == np.float32 for array in arrays.values())


def test_images_are_seen_as_the_trained_head_takes_them() -> None:
    classes = blobs(20, 20)
    head = Head(DIMENSION, 2, torch.Generator())
    head.mean.fill_(3.0)
    head.scale.copy_(torch.arange(DIMENSION) + 0.5)
    arrays = last(scene(classes, trained=Model(head, ("A", "B"), "x", "y"))).arrays
    taken = (np.concatenate(classes) - 3.0) * (np.arange(DIMENSION) + 0.5)
    distances, rows = NearestNeighbors(n_neighbors=8).fit(taken).kneighbors()
    np.testing.assert_array_equal(arrays["neighbors"], rows)
    np.testing.assert_allclose(arrays["distances"], distances, rtol=1e-4)


def test_rows_leave_out_what_cannot_be_read() -> None:
    classes = blobs(3, 2)
    seen = scene(classes)
    del seen.data.vectors[0][1]
    arrays = last(seen).arrays
    assert arrays["rows"].tolist() == [[0, 0], [0, 2], [1, 0], [1, 1]]
    assert arrays["pca"].shape == (4, 2)
    assert arrays["neighbors"].shape == (4, 3)


def test_t_sne_keeps_neighbors_at_least_as_well_as_the_components() -> None:
    classes = blobs(60, 50, 40)
    x = standardized(classes)
    observations = list(OBSERVERS["similarity"](scene(classes, "t-sne")))
    arrays = observations[-1].arrays
    ours, flat = (trustworthiness(x, arrays[name], n_neighbors=8) for name in ("t-sne", "pca"))
    theirs = trustworthiness(x, TSNE(init="pca", random_state=0).fit_transform(x), n_neighbors=8)
    assert ours >= flat
    assert ours >= theirs - 0.01
    assert [o.done for o in observations if o.total][-1] == observations[-1].total == 4
    first = next(o.arrays for o in observations if "pca" in o.arrays)
    assert "t-sne" not in first


def test_a_seed_gives_one_map() -> None:
    classes = blobs(25, 25)
    one, two = (last(scene(classes, "t-sne")).arrays["t-sne"] for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_of_many_images_a_part_of_each_class_is_arranged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ARRANGED", 40)
    arrays = last(scene(blobs(60, 30, 1), "t-sne")).arrays
    placed = np.isfinite(arrays["t-sne"]).all(axis=1)
    labels = arrays["rows"][:, 0]
    assert [int(placed[labels == label].sum()) for label in range(3)] == [26, 13, 1]
    assert np.isfinite(arrays["pca"]).all()


@pytest.mark.parametrize("counts", [(5, 0), (3, 3), (2, 6)])
def test_a_handful_is_arranged(counts: tuple[int, ...]) -> None:
    arrays = last(scene(blobs(*counts), "t-sne")).arrays
    assert np.isfinite(arrays["t-sne"]).all()
    assert arrays["t-sne"].std() > 0


@pytest.mark.parametrize("counts", [(1, 1), (2, 1), (2, 2)])
def test_too_few_are_shown_and_not_arranged(counts: tuple[int, ...]) -> None:
    found: list[Observation] = []
    with pytest.raises(UserError, match="at least 5 different images"):
        found.extend(OBSERVERS["similarity"](scene(blobs(*counts), "t-sne")))
    assert found[-1].arrays["neighbors"].shape == (sum(counts), sum(counts) - 1)
    assert "t-sne" not in found[-1].arrays


def test_a_single_image_has_no_neighbors() -> None:
    arrays = last(scene(blobs(1, 0))).arrays
    assert arrays["pca"].tolist() == [[0, 0]]
    assert arrays["neighbors"].shape == (1, 0)


def test_images_that_are_all_the_same_lie_on_one_point() -> None:
    classes = [np.ones((6, DIMENSION), np.float32)] * 2
    arrays = last(scene(classes)).arrays
    assert not arrays["pca"].any()
    assert not arrays["shares"].any()
    assert not arrays["distances"].any()
    with pytest.raises(UserError):
        last(scene(classes, "t-sne"))


def test_copies_are_neighbors_at_distance_0() -> None:
    classes = blobs(20, 20)
    classes[1][3] = classes[0][7]
    arrays = last(scene(classes, "t-sne")).arrays
    assert arrays["neighbors"][7, 0] == 23
    assert arrays["distances"][7, 0] == 0
    assert np.isfinite(arrays["t-sne"]).all()


def test_a_cancel_does_not_wait_for_a_segment(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, cancelled = threading.Event(), []
    slow = module._segment

    def never_ready(*args: object, **kwargs: object) -> Callable[[], np.ndarray]:
        work = slow(*args, **kwargs)
        return lambda: (may_end.wait(), work())[1]

    monkeypatch.setattr(module, "_segment", never_ready)
    seen = scene(blobs(20, 20), "t-sne", is_cancelled=lambda: bool(cancelled))
    observations = OBSERVERS["similarity"](seen)
    try:
        while "neighbors" not in next(observations).arrays:
            pass
        next(observations)  # while the segment is at work
        cancelled.append(True)
        with pytest.raises(Cancelled):
            next(observations)
    finally:
        may_end.set()
        for thread in threading.enumerate():
            if thread.name == "similarity":
                thread.join()


def test_warnings_of_the_library_reach_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def warn(_self: TSNE, x: np.ndarray) -> np.ndarray:
        warnings.warn("a word to programmers", FutureWarning, stacklevel=1)
        return np.asarray(x[:, :2])

    monkeypatch.setattr(TSNE, "fit_transform", warn)
    assert "t-sne" in last(scene(blobs(10, 10), "t-sne")).arrays
