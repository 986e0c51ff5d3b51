"""The networks of torchvision: same arithmetic, weights from the cache, a file, or chance."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones import BACKBONES, LISTINGS, load_backbone
from ichdesk.learn.backbones import imagenet as published
from ichdesk.learn.backbones.imagenet import (
    Architecture,
    ImageNetFeatures,
    WeightsFile,
    fold_norms,
    listings,
    load,
    random_net,
    state_fingerprint,
)
from ichdesk.learn.pixels import to_input

from .test_contract import IMAGENET


class TinyNet(nn.Module):
    """A network with all that the loading has to deal with."""

    dimension = 4

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn1(self.conv1(x))).mean(dim=(2, 3))


TINY = Architecture(
    "tiny",
    "Tiny",
    TinyNet,
    [WeightsFile("tiny-01234567.pth", 1.5), WeightsFile("tiny-89abcdef.pth", 1.6)],
)


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty torch cache."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def state() -> dict[str, Tensor]:
    """Weights of a trained TinyNet with its last layer, as torch.save gets them."""
    generator = torch.Generator().manual_seed(3)
    shuffle_norms(net := TinyNet(), generator)
    return {**net.state_dict(), "fc.weight": torch.zeros(10, 4), "fc.bias": torch.zeros(10)}


@pytest.fixture
def save(tmp_path: Path) -> Callable[[object], str]:
    def save(content: object) -> str:
        path = tmp_path / "weights.pth"
        torch.save(content, path)
        return str(path)

    return save


def shuffle_norms(net: nn.Module, generator: torch.Generator) -> None:
    """Give BatchNorms something to do."""
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.weight.data.uniform_(0.5, 1.5, generator=generator)
            layer.bias.data.uniform_(-0.3, 0.3, generator=generator)
            layer.running_mean.uniform_(-0.2, 0.2, generator=generator)
            layer.running_var.uniform_(0.5, 1.5, generator=generator)


# --- arithmetic --------------------------------------------------------------------------------


def test_input_is_the_one_that_imagenet_networks_were_trained_on() -> None:
    gray = (torch.arange(224 * 224) % 256).to(torch.uint8)
    images = torch.stack([gray, gray.flip(0), gray.roll(100)], dim=-1).reshape(1, 224, 224, 3)
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    expected = ((images.double() / 255 - mean) / deviation).permute(0, 3, 1, 2).float()
    normalized = ImageNetFeatures(nn.Identity()).normalized(to_input(images.numpy()))
    torch.testing.assert_close(normalized, expected, rtol=0, atol=1e-6)


def torchvision_net(name: str) -> nn.Module:
    """torchvision's network up to the features, without weights."""
    models = pytest.importorskip("torchvision.models", exc_type=ImportError)
    with torch.device("meta"):
        net = models.get_model(name, weights=None)
        if name == "alexnet":
            net.classifier = net.classifier[:6]
        else:
            setattr(net, "fc" if hasattr(net, "fc") else "classifier", nn.Identity())
    return net.eval()


@pytest.mark.parametrize("name", sorted(IMAGENET))
def test_same_names_and_shapes_of_weights_as_torchvision(name: str) -> None:
    with torch.device("meta"):
        ours = architecture(name).make()
    states = (net.state_dict() for net in (ours, torchvision_net(name)))
    mine, expected = ({n: t.shape for n, t in state.items()} for state in states)
    assert mine == expected


@pytest.mark.parametrize("name", sorted(IMAGENET - {"resnet101"}))  # has the layers of ResNet-50
@torch.inference_mode()
def test_same_features_as_torchvision(name: str) -> None:
    theirs = torchvision_net(name)
    ours = random_net(architecture(name)).eval()
    shuffle_norms(ours, torch.Generator().manual_seed(1))
    theirs.load_state_dict(ours.state_dict(), assign=True)
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(2))
    expected = theirs(x)
    fold_norms(ours)
    assert expected.shape == (1, ours.dimension)
    size = float(expected.abs().max())
    torch.testing.assert_close(ours(x) / size, expected / size, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", sorted(IMAGENET))
def test_files_are_those_that_torchvision_publishes(name: str) -> None:
    models = pytest.importorskip("torchvision.models", exc_type=ImportError)
    theirs = {(w.url, w.meta["_file_size"]) for w in models.get_model_weights(name)}
    assert {(file.url, file.size_mib) for file in architecture(name).files} == theirs


def architecture(name: str) -> Architecture:
    return next(
        cell.cell_contents
        for cell in BACKBONES[name].__closure__
        if isinstance(cell.cell_contents, Architecture)
    )


# --- chance ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["efficientnet_b0", "mobilenet_v2", "resnet18"])
@torch.inference_mode()
def test_random_features_are_alive_and_of_common_size(name: str) -> None:
    module = load_backbone(f"{name}:random").module
    x = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(0)) * 2 - 1
    x[0, :, 60:160, 60:160] = -1
    features = module(x)
    assert 0.05 < features.square().mean().sqrt() < 20
    assert (features[0] != features[1]).float().mean() > 0.5


def test_random_weights_leave_the_chance_of_others_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first = random_net(TINY).state_dict()
    assert torch.equal(torch.rand(3), expected)
    assert state_fingerprint(first) == state_fingerprint(random_net(TINY).state_dict())


# --- files -------------------------------------------------------------------------------------


def test_without_weights_the_sentence_says_where_to_get_them(checkpoints: Path) -> None:
    with pytest.raises(UserError, match=r"Tiny are not on this computer.*tiny-01234567\.pth into"):
        load(TINY, "")
    pretrained, untrained = listings(TINY)
    assert pretrained.problem
    assert pretrained.download.path == str(checkpoints / "tiny-01234567.pth")
    assert pretrained.download.url == "https://download.pytorch.org/models/tiny-01234567.pth"
    assert pretrained.download.size_mib == 1.5
    assert (untrained.spec, untrained.problem, untrained.download) == ("tiny:random", "", None)
    assert pretrained.parameters == untrained.parameters == 3 * 4 * 9 + 8


@pytest.mark.parametrize("name", ["tiny-01234567.pth", "tiny-89abcdef.pth"])
def test_weights_in_torchs_cache_are_used(
    name: str, checkpoints: Path, state: dict[str, Tensor]
) -> None:
    torch.save(state, checkpoints / name)
    assert load(TINY, "").name == "tiny"
    pretrained = listings(TINY)[0]
    assert (pretrained.problem, pretrained.download) == ("", None)
    assert name in pretrained.weights


def test_damaged_weights_in_torchs_cache_are_to_be_deleted(checkpoints: Path) -> None:
    (checkpoints / "tiny-01234567.pth").write_bytes(b"half a download")
    with pytest.raises(UserError, match=r"delete .*tiny-01234567\.pth and download them again"):
        load(TINY, "")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"state_dict": state, "epoch": 90},
        lambda state: {"model": state},
        lambda state: {f"module.{name}": tensor for name, tensor in state.items()},
        lambda state: {"state_dict": {f"module.{n}": t for n, t in state.items()}},
        lambda state: {n: t for n, t in state.items() if "num_batches" not in n},
        lambda state: {n: t.half() if t.is_floating_point() else t for n, t in state.items()},
        lambda state: {n: t for n, t in state.items() if not n.startswith("fc.")},
    ],
)
@torch.inference_mode()
def test_weights_from_a_file_in_its_usual_wrappings(
    wrap: Callable[[dict[str, Tensor]], object],
    state: dict[str, Tensor],
    save: Callable[[object], str],
) -> None:
    backbone = load(TINY, path := save(wrap(state)))
    assert backbone.name == f"tiny:{path}"
    net = TinyNet().eval()
    net.load_state_dict({n: t for n, t in state.items() if not n.startswith("fc.")})
    x = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    expected = ImageNetFeatures(net)(x)
    torch.testing.assert_close(backbone.module(x), expected, rtol=2e-3, atol=2e-3)


def test_equal_weights_have_one_fingerprint_wherever_they_lie(
    state: dict[str, Tensor], save: Callable[[object], str], checkpoints: Path
) -> None:
    torch.save({"state_dict": state}, checkpoints / "tiny-01234567.pth")
    cached, chosen = load(TINY, ""), load(TINY, save(state))
    assert cached.fingerprint == chosen.fingerprint
    assert load(TINY, "random").fingerprint != cached.fingerprint
    state["conv1.weight"] = state["conv1.weight"] + 1e-3
    assert load(TINY, save(state)).fingerprint != cached.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("bn1.weight"),
        lambda state: state.update({"layer4.0.conv1.weight": torch.zeros(1)}),
        lambda state: state.update({"conv1.weight": torch.zeros(8, 3, 3, 3)}),
    ],
)
def test_weights_of_another_network_are_refused(
    change: Callable[[dict[str, Tensor]], object],
    state: dict[str, Tensor],
    save: Callable[[object], str],
) -> None:
    change(state)
    with pytest.raises(UserError, match=r"weights\.pth holds weights of another network than Tiny"):
        load(TINY, save(state))


class Evil:
    """Runs code when it is unpickled by a reader that trusts files."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("unpickled",)


@pytest.mark.parametrize(
    "content",
    [[1, 2], {}, {"a": 1}, TinyNet(), Evil(), {"conv1.weight": Evil()}, torch.zeros(3)],
)
def test_a_file_without_weights_is_refused_and_never_executed(
    content: object, save: Callable[[object], str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match=r"weights\.pth holds no weights that can be read"):
        load(TINY, save(content))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("keep", [0, 3, 100, 0.5, 0.95])
def test_a_damaged_file_is_refused(
    keep: float, state: dict[str, Tensor], save: Callable[[object], str]
) -> None:
    path = Path(save(state))
    data = path.read_bytes()
    path.write_bytes(data[: int(keep if keep > 1 else keep * len(data))])
    with pytest.raises(UserError, match="or is damaged"):
        load(TINY, str(path))


def test_weights_that_are_no_numbers_are_refused(
    state: dict[str, Tensor], save: Callable[[object], str]
) -> None:
    state["bn1.bias"] = torch.full((4,), float("nan"))
    with pytest.raises(UserError, match="or is damaged"):
        load(TINY, save(state))


def test_a_folder_or_a_huge_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: dict[str, Tensor], save: Callable
) -> None:
    with pytest.raises(UserError, match="was not found"):
        load(TINY, str(tmp_path))
    monkeypatch.setattr("ichdesk.learn.backbones.state_file._MOST_BYTES", 10)
    with pytest.raises(UserError, match="too large"):
        load(TINY, save(state))


def test_old_names_of_densenet_are_known() -> None:
    from ichdesk.learn.backbones.state_file import _current_name

    old = "features.denseblock1.denselayer12.norm.1.running_mean"
    assert _current_name(old) == "features.denseblock1.denselayer12.norm1.running_mean"
    assert _current_name("features.transition1.norm.weight") == "features.transition1.norm.weight"


def test_every_network_is_listed_twice() -> None:
    for name in IMAGENET:
        assert [listing.spec for listing in LISTINGS[name]()] == [name, f"{name}:random"]
    assert published.cache_folder().name == "checkpoints"
