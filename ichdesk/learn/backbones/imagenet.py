"""What the networks of torchvision share: where their weights come from and what input they want.

The networks are written out here, with torchvision's names of weights, because torchvision brings
torch's compiler and exporters with it, which are larger than the rest of the app.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones import BACKBONES, LISTINGS, Backbone, Download, Listing
from ichdesk.learn.backbones.planes import HasPlanes
from ichdesk.learn.backbones.state_file import read_state

RANDOM = "random"
_SEED = 0
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_SERVER = "https://download.pytorch.org/models/"

Make = TypeVar("Make", bound=Callable[[], nn.Module])


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file of ImageNet weights as torchvision publishes it; the name ends in its hash.

    Attributes:
        size_mib: Its size as torchvision states it.
    """

    name: str
    size_mib: float

    @property
    def url(self) -> str:
        """Where it can be downloaded."""
        return _SERVER + self.name


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network that has ImageNet weights.

    Attributes:
        make: Makes it up to its features, with weights as torch's layers choose them.
        files: Its weights; the first is downloaded, each is taken from the cache.
    """

    name: str
    title: str
    make: Callable[[], nn.Module]
    files: Sequence[WeightsFile]


@dataclass(frozen=True)
class ImageNetBackbone:
    """The loaded backbone; see `ichdesk.learn.backbones.Backbone`."""

    name: str
    dimension: int
    fingerprint: str
    module: nn.Module


class ImageNetFeatures(nn.Module):
    """A network behind the change from our input to the one of ImageNet's networks.

    With p from 0 to 255, ours is x = p / 127 - 1 and theirs (p / 255 - mean) / deviation, so
    theirs = x * 127 / (255 deviation) + (127 / 255 - mean) / deviation.

    Args:
        net: (N, 3, 224, 224) normalized to (N, D).
        gain: The features are multiplied by it.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, net: nn.Module, gain: float = 1.0) -> None:
        super().__init__()
        self.gain = gain
        mean, deviation = (torch.tensor(v, dtype=torch.float64) for v in (_MEAN, _DEVIATION))
        scale = (127 / 255 / deviation).float().reshape(3, 1, 1)
        shift = ((127 / 255 - mean) / deviation).float().reshape(3, 1, 1)
        self.register_buffer("scale", scale)
        self.register_buffer("shift", shift)
        self.net = net

    def normalized(self, x: Tensor) -> Tensor:
        """(N, 3, 224, 224) in about [-1, 1] to the same in deviations of ImageNet's pixels."""
        return x * self.scale + self.shift

    def planes(self, x: Tensor) -> list[Tensor]:
        """(N, 3, 224, 224) in about [-1, 1] to the planes before the features."""
        assert isinstance(self.net, HasPlanes)
        return self.net.planes(self.normalized(x).contiguous(memory_format=torch.channels_last))

    def from_planes(self, planes: list[Tensor]) -> Tensor:
        """(N, D) features of such planes."""
        assert isinstance(self.net, HasPlanes)
        return self.net.from_planes(planes) * self.gain

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, 224, 224) in about [-1, 1] to (N, D) features."""
        picture = self.normalized(x).contiguous(memory_format=torch.channels_last)
        features: Tensor = self.net(picture)
        return features * self.gain


def imagenet(name: str, title: str, files: Sequence[WeightsFile]) -> Callable[[Make], Make]:
    """Register the decorated network as a backbone with ImageNet or random weights."""

    def decorate(make: Make) -> Make:
        architecture = Architecture(name, title, make, files)
        BACKBONES.register(name)(lambda argument: load(architecture, argument))
        LISTINGS.register(name)(lambda: listings(architecture))
        return make

    return decorate


def load(architecture: Architecture, argument: str) -> Backbone:
    """Load a network with weights from torch's cache (""), a file, or "random" ones.

    Raises:
        UserError: There are no weights in the cache, or the file cannot be used.
    """
    if argument == RANDOM:
        net = random_net(architecture)
    elif argument:
        net = _loaded_net(architecture, Path(argument))
    else:
        net = _cached_net(architecture)
    fingerprint = state_fingerprint(net.state_dict())
    fold_norms(net.eval())
    gain = random_gain(net) if argument == RANDOM else 1.0
    module = ImageNetFeatures(net, gain).eval().requires_grad_(False)
    module = module.to(memory_format=torch.channels_last)
    spec = f"{architecture.name}:{argument}" if argument else architecture.name
    return ImageNetBackbone(spec, _dimension(net), fingerprint, module)


def listings(architecture: Architecture) -> list[Listing]:
    """How the network can be used: with ImageNet weights, and without pre-training."""
    with torch.device("meta"):
        net = architecture.make()
    count = sum(parameter.numel() for parameter in net.parameters())
    name, title = architecture.name, architecture.title
    found = _find_cached(architecture)
    first = architecture.files[0]
    pretrained = Listing(
        name,
        f"{title}, ImageNet",
        count,
        f"ImageNet weights, {found.name} in torch's cache" if found else "ImageNet weights",
        "" if found else "The weights are not on this computer; download them or choose a file.",
        None if found else Download(first.url, first.size_mib, str(cache_folder() / first.name)),
    )
    untrained = Listing(
        f"{name}:{RANDOM}",
        f"{title}, without pre-training",
        count,
        "Random weights, always the same",
    )
    return [pretrained, untrained]


def cache_folder() -> Path:
    """Where torch keeps the weights that it has downloaded; follows TORCH_HOME."""
    return Path(torch.hub.get_dir()) / "checkpoints"


def cached_file(architecture: Architecture) -> Path:
    """The weights in torch's cache; UserError if there are none."""
    found = _find_cached(architecture)
    if found is None:
        raise UserError(
            f"The ImageNet weights of {architecture.title} are not on this computer; download them "
            "in the window (Advanced, Image features), or put "
            f"{architecture.files[0].url} into {cache_folder()}."
        )
    return found


def _find_cached(architecture: Architecture) -> Path | None:
    paths = (cache_folder() / file.name for file in architecture.files)
    return next((path for path in paths if path.is_file()), None)


def random_net(architecture: Architecture) -> nn.Module:
    """The network as it is before any training, the same at every call."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        net = architecture.make()
        for layer in net.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
    return net


@torch.inference_mode()
def random_gain(net: nn.Module) -> float:
    """What brings the features of a network with random weights to about 1.

    Without training, every layer makes numbers a little larger or smaller, so that those of
    ResNet-101 are near a million and those of EfficientNet near a thousandth. A power of two
    changes no digit, and is the same on computers that round differently.
    """
    ramp = torch.linspace(-2, 2, 224).expand(1, 3, 224, 224)
    size = float(net(ramp).square().mean().sqrt())
    return 2.0 ** -round(log2(size))


def _cached_net(architecture: Architecture) -> nn.Module:
    path = cached_file(architecture)
    try:
        return _loaded_net(architecture, path)
    except UserError as error:
        raise UserError(
            f"The weights of {architecture.title} in torch's cache are damaged; delete {path} and "
            "download them again."
        ) from error


def _loaded_net(architecture: Architecture, path: Path) -> nn.Module:
    with torch.device("meta"):  # the weights of the file take the place of these
        net = architecture.make()
    state = read_state(path, net.state_dict(), architecture.title)
    net.load_state_dict(state, assign=True)
    return net


def state_fingerprint(state: Mapping[str, Tensor]) -> str:
    """SHA-256 of names, shapes and numbers, in hex."""
    digest = hashlib.sha256()
    for name, tensor in sorted(state.items()):
        digest.update(f"{name}{tuple(tensor.shape)}".encode())
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()


@torch.no_grad()
def fold_norms(net: nn.Module) -> None:
    """Put every BatchNorm that follows a convolution into it, which saves much of the time.

    The networks here register a layer's parts in the order in which they apply them.
    """
    for parent in net.modules():
        parts = list(parent.named_children())
        for (first, conv), (second, norm) in pairwise(parts):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(parent, first, fuse_conv_bn_eval(conv, norm))
                setattr(parent, second, nn.Identity())


def _dimension(net: nn.Module) -> int:
    dimension = net.dimension
    assert isinstance(dimension, int)
    return dimension
