"""Planes and the loss over them, against the head itself."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import vector_to_parameters

from ichdesk.learn.fit import Labeled
from ichdesk.learn.head import Head
from ichdesk.learn.loss_surface import (
    Plane,
    Surface,
    flat_weights,
    path_plane,
    random_plane,
    stratified,
)


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def samples(n: int = 30, dimension: int = 7, classes: int = 3) -> Labeled:
    return Labeled(torch.randn(n, dimension, generator=chance(5)), torch.arange(n) % classes)


def made_head(classes: int = 3) -> Head:
    head = Head(7, classes, chance())
    head.fit_scaler(samples().x)
    return head


@pytest.mark.parametrize("classes", [2, 3])
def test_the_loss_on_the_plane_is_that_of_the_head_there(classes: int) -> None:
    head, data = made_head(classes), samples(classes=classes)
    plane = random_plane(head, chance(1))
    points = torch.tensor([[0.0, 0.0], [0.3, -0.2], [-1.0, 1.0], [2.0, 3.0]])
    losses = Surface(plane, head, data).losses(points)
    for point, loss in zip(points, losses, strict=True):
        vector_to_parameters(plane.origin + point @ plane.axes, head.parameters())
        with torch.no_grad():
            expected = cross_entropy(head(data.x), data.y)
        assert float(loss) == pytest.approx(float(expected), rel=1e-4)


def test_enormous_weights_give_a_large_loss_and_no_error() -> None:
    head = made_head()
    losses = Surface(random_plane(head, chance()), head, samples()).losses(
        torch.tensor([[1e9, 1e9], [1e30, 0.0]])
    )
    assert float(losses[0]) > 1e6
    assert not float(losses[1]) < 1e6


def test_the_plane_of_a_path_is_orthonormal_and_holds_what_a_plane_can() -> None:
    path = torch.randn(12, 2, generator=chance()) @ torch.randn(2, 90, generator=chance(1)) * 3
    path = torch.cumsum(path + 0.01 * torch.randn(12, 90, generator=chance(2)), dim=0)
    plane = path_plane(path, path[-1], chance())
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-5)
    lengths = np.linalg.svd((path - path[-1]).numpy(), compute_uv=False) ** 2
    assert plane.share(path) == pytest.approx(lengths[:2].sum() / lengths.sum(), abs=1e-5)
    assert plane.share(path) > 0.99
    points = plane.project(path)
    np.testing.assert_allclose(points[-1], 0.0, atol=1e-4)
    assert (points.mean(dim=0) >= points[0]).all()  # it goes right and up
    inside = points @ plane.axes + plane.origin
    assert float((inside - path).norm()) < 0.05 * float((path - path[-1]).norm())


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_a_straight_path_still_has_a_plane(steps: int) -> None:
    way = torch.randn(90, generator=chance())
    path = torch.arange(steps + 1)[:, None] * way + 1.0
    plane = path_plane(path, path[-1], chance())
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-5)
    assert plane.share(path) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(plane.project(path)[:, 1], 0.0, atol=1e-3)


def test_points_of_any_plane_are_found_again() -> None:
    plane = Plane(torch.ones(40), torch.randn(2, 40, generator=chance()))
    points = torch.randn(6, 2, generator=chance(1))
    off = torch.randn(6, 40, generator=chance(2))
    off -= off @ torch.linalg.pinv(plane.axes) @ plane.axes
    found = plane.project(plane.origin + points @ plane.axes + off)
    np.testing.assert_allclose(found, points, atol=1e-4)


def test_random_directions_have_filters_as_long_as_the_heads() -> None:
    head = made_head()
    plane = random_plane(head, chance(3))
    assert torch.equal(plane.origin, flat_weights(head))
    for axis in plane.axes:
        other = made_head()
        vector_to_parameters(axis, other.parameters())
        assert not other.hidden.bias.any()
        for own, theirs in ((head.hidden, other.hidden), (head.output, other.output)):
            np.testing.assert_allclose(
                theirs.weight.detach().norm(dim=1), own.weight.detach().norm(dim=1), rtol=1e-5
            )
    cosine = torch.cosine_similarity(*plane.axes, dim=0)
    assert abs(float(cosine)) < 0.2


def test_a_sample_of_many_images_has_every_class_in_proportion() -> None:
    y = torch.tensor([0] * 900 + [1] * 99 + [2])
    data = Labeled(torch.arange(1000.0)[:, None], y)
    some = stratified(data, 100, chance())
    counts = torch.bincount(some.y).tolist()
    assert counts == [90, 9, 1]
    assert torch.equal(data.y[some.x[:, 0].long()], some.y)
    assert torch.equal(some.x, stratified(data, 100, chance()).x)
    assert stratified(data, 1000, chance()) is data
