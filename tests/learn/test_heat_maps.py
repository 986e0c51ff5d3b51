"""Shares of places sum to the score, and go by what the head makes of the features."""

import pytest
import torch
from torch import nn

from ichdesk.core.errors import UserError
from ichdesk.learn.head import Head
from ichdesk.learn.heat_maps import Network, Seen, head_slopes, heat_maps, on_grid


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def head() -> Head:
    """With a scale and biases that are not the identity."""
    head = Head(6, 3, torch.Generator().manual_seed(1))
    head.fit_scaler(3 * noise(40, 6, seed=2) + 1)
    head.hidden.bias.data = noise(100, seed=3)
    return head.requires_grad_(False)


class Pooled(nn.Module):
    """Planes of two sizes, with means, maxima and a ReLU behind them."""

    def planes(self, x: torch.Tensor) -> list[torch.Tensor]:
        return [x[:, :, ::4, ::4], x[:, :1, ::32, ::32]]

    def from_planes(self, planes: list[torch.Tensor]) -> torch.Tensor:
        fine, coarse = planes
        maxima = fine.amax(dim=(2, 3))
        means = torch.relu(coarse.mean(dim=(2, 3)) * noise(1, 3, seed=5))
        return torch.cat([maxima, means], dim=1)


@pytest.mark.parametrize("own", [7, 14, 28, 56, 112])
def test_another_grid_keeps_the_sum(own: int) -> None:
    part = noise(2, 1, own, own)
    moved = on_grid(part, 28)
    assert moved.shape == (2, 1, 28, 28)
    torch.testing.assert_close(moved.sum((1, 2, 3)), part.sum((1, 2, 3)), rtol=1e-4, atol=1e-3)


def test_finer_cells_stay_where_they_are() -> None:
    part = torch.zeros(1, 1, 56, 56)
    part[0, 0, 10, 21] = 5.0
    assert on_grid(part, 28)[0, 0, 5, 10] == 5.0


def test_slopes_of_the_head_are_its_mean_derivative_along_the_line(head: Head) -> None:
    start, end = noise(1, 6, seed=7), 4 * noise(5, 6, seed=8)
    slopes = head_slopes(head, start, end)
    difference = torch.einsum("ncd,nd->nc", slopes, end - start)
    torch.testing.assert_close(difference, head(end) - head(start), rtol=1e-4, atol=1e-4)
    numeric = torch.zeros(5, 3, 6)
    steps = 2000
    for step in range(steps):
        point = (start + (step + 0.5) / steps * (end - start)).requires_grad_()
        scores = head(point)
        own = [
            torch.autograd.grad(scores[:, c].sum(), point, retain_graph=True)[0] for c in (0, 1, 2)
        ]
        numeric += torch.stack(own, dim=1) / steps
    torch.testing.assert_close(slopes, numeric, rtol=0.02, atol=0.01)


def test_where_nothing_differs_the_slope_is_that_of_the_point(head: Head) -> None:
    point = noise(1, 6).requires_grad_()
    expected = torch.autograd.grad(head(point)[0, 1], point)[0][0]
    torch.testing.assert_close(head_slopes(head, point, point)[0, 1], expected)


def test_maps_behind_maxima_nearly_sum_to_the_difference(head: Head) -> None:
    net = Network.of(Pooled(), head)
    pictures = noise(4, 3, 224, 224)
    start = Seen.of(net.backbone, noise(6, 3, 224, 224, seed=9) / 2).average
    planes = net.backbone.planes(pictures)
    maps = heat_maps(net, planes, start, [2, 0])
    assert maps.shape == (4, 2, 28, 28)
    wanted = (net.scores(planes) - net.scores(start))[:, [2, 0]]
    assert (maps.sum((2, 3)) - wanted).abs().max() < 0.05 * wanted.abs().max()
    again = heat_maps(net, [plane[:1] for plane in planes], start, [0])
    torch.testing.assert_close(again[0, 0], maps[0, 1])


def test_the_average_does_not_depend_on_the_batches(head: Head) -> None:
    pictures, net = noise(5, 3, 224, 224), Pooled()
    whole = Seen.of(net, pictures)
    parts = Seen.of(net, pictures[:2]) + Seen.of(net, pictures[2:])
    torch.testing.assert_close(parts.features, whole.features)
    for a, b in zip(parts.average, whole.average, strict=True):
        torch.testing.assert_close(a, b)
        assert a.shape[0] == 1


def test_a_backbone_without_planes_is_a_sentence(head: Head) -> None:
    with pytest.raises(UserError, match="no heat map; choose others under Advanced"):
        Network.of(nn.Flatten(), head)
