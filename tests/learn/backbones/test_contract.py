"""Every backbone in the registry keeps the contract, so a new one is tested by existing."""

from collections.abc import Callable

import pytest
import torch

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones import BACKBONES, load_backbone
from ichdesk.learn.head import Head
from ichdesk.learn.heat_maps import Network, Seen, heat_maps

from .conftest import Export

FROM_A_FILE = {"tm-import"}
IMAGENET = {
    *("alexnet", "densenet121", "efficientnet_b0", "mobilenet_v2"),
    *("resnet18", "resnet50", "resnet101"),
}


@pytest.fixture(params=BACKBONES.names())
def spec(request: pytest.FixtureRequest, make_export: Callable[[], Export]) -> str:
    """The one way to load it that needs nothing from the network."""
    name = str(request.param)
    if name in FROM_A_FILE:
        return f"{name}:{make_export().save()}"
    return f"{name}:random" if name in IMAGENET else name


@torch.inference_mode()
def test_contract(spec: str) -> None:
    backbone, again = load_backbone(spec), load_backbone(spec)
    assert backbone.name == spec
    assert not backbone.module.training
    assert not any(p.requires_grad for p in backbone.module.parameters())
    assert backbone.fingerprint == again.fingerprint
    assert len(bytes.fromhex(backbone.fingerprint)) == 32
    x = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(0)) * 2.008 - 1
    before = x.clone()
    features = backbone.module(x)
    assert features.shape == (2, backbone.dimension)
    assert features.dtype == torch.float32
    assert torch.isfinite(features).all()
    assert torch.equal(x, before)
    torch.testing.assert_close(features[1:2], backbone.module(x[1:2]), rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(features, again.module(x))
    channels_last = x.contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(features, backbone.module(channels_last), rtol=1e-3, atol=1e-4)


def test_registry_names() -> None:
    assert {"ct-phantom", "tm-import", *IMAGENET} <= set(BACKBONES.names())


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("resnet", r"no backbone called “resnet”.*ct-phantom"),
        ("resnet18:/nowhere/weights.pth", r"weights\.pth was not found"),
        ("ct-phantom:/some/file", r"“ct-phantom” takes no file"),
        ("tm-import", r"“tm-import” needs a file"),
        ("tm-import:/nowhere/export.zip", r"export\.zip was not found"),
    ],
)
def test_a_spec_that_cannot_be_used_gets_one_sentence(spec: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        load_backbone(spec)


def test_maps_of_every_backbone_sum_to_the_score(spec: str) -> None:
    """Position is lost behind its planes, not before them, so that heat maps can be made."""
    backbone = load_backbone(spec)
    generator = torch.Generator().manual_seed(0)
    x = torch.zeros(3, 3, 224, 224) - 0.9
    x[:, :, 40:180, 60:170] = torch.tensor([-0.1, 0.1, 0.2])[:, None, None, None]
    x[1, :, 90:110, 100:140] = 0.6
    head = Head(backbone.dimension, 2, generator)
    net = Network.of(backbone.module, head)
    with torch.no_grad():
        planes = net.backbone.planes(x)
        features = net.backbone.from_planes(planes)
        torch.testing.assert_close(features, backbone.module(x), rtol=1e-3, atol=1e-4)
    head.fit_scaler(features)
    start = Seen.of(net.backbone, x[:1]).average
    maps = heat_maps(net, planes, start, [0, 1])
    assert maps.shape[:2] == (3, 2)
    assert maps.shape[2] >= 6
    difference = net.scores(planes) - net.scores(start)
    missed = (maps.sum((2, 3)) - difference).abs().max()
    assert missed < (1e-3 if net.is_mean_pooled else 0.2) * difference.abs().max()
    assert maps[0].abs().max() < 1e-3  # what it is compared with stands out nowhere
