"""The shipped weights know hemorrhage in phantoms that they were not trained on."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ichdesk.core.errors import UserError
from ichdesk.core.resources import resource_path
from ichdesk.learn.backbones import ct_phantom, load_backbone
from ichdesk.learn.backbones.ct_phantom import MAPS, CtPhantomNet
from ichdesk.learn.pixels import to_input
from ichdesk.phantom import HEMORRHAGE_TYPES, phantom_jpegs, phantom_slice, render
from ichdesk.phantom.jpegs import COLOR_CODED, GRAY

UNSEEN_SEED = 770_077


@pytest.fixture(scope="module")
def net() -> CtPhantomNet:
    module = load_backbone("ct-phantom").module
    assert isinstance(module, CtPhantomNet)
    return module


@torch.inference_mode()
def features(net: CtPhantomNet, name: str, count: int, *, color_coded: bool) -> torch.Tensor:
    jpegs = phantom_jpegs(name, count, UNSEEN_SEED, COLOR_CODED if color_coded else GRAY)
    pictures = np.stack([np.asarray(Image.open(io.BytesIO(jpeg))) for jpeg in jpegs])
    return net(to_input(pictures))


def test_shipped_files_are_complete_and_small() -> None:
    folder = resource_path("backbones/ct-phantom")
    assert (folder / "weights.safetensors").stat().st_size <= 12_000_000
    card = (folder / "MODEL_CARD.md").read_text("utf-8")
    assert "-m ichdesk.learn.pretrain" in card
    assert "not for diagnosis" in card


def test_features_are_modest_in_number_and_size(net: CtPhantomNet) -> None:
    found = features(net, "Hemorrhage", 8, color_coded=False)
    assert found.shape == (8, net.dimension)
    assert net.dimension <= 1000
    assert found.abs().max() < 1000


@pytest.mark.parametrize("color_coded", [False, True])
def test_nearest_mean_tells_hemorrhage_from_normal(net: CtPhantomNet, color_coded: bool) -> None:
    normal, bleeding = (
        features(net, name, 48, color_coded=color_coded) for name in ("Normal", "Hemorrhage")
    )
    learned, asked = (
        torch.cat([normal[:24], bleeding[:24]]),
        torch.cat([normal[24:], bleeding[24:]]),
    )
    mean, spread = learned.mean(dim=0), learned.std(dim=0) + 1e-6
    centers = torch.stack(
        [((part[:24] - mean) / spread).mean(dim=0) for part in (normal, bleeding)]
    )
    guesses = torch.cdist((asked - mean) / spread, centers).argmin(dim=1)
    truth = torch.arange(2).repeat_interleave(24)
    assert (guesses == truth).float().mean() > 0.7


@torch.inference_mode()
def test_maps_light_up_where_the_blood_is(net: CtPhantomNet) -> None:
    """The most likely cell of the right map lies on or beside the lesion in most slices."""
    hits = []
    for number, name in enumerate(HEMORRHAGE_TYPES * 6):
        rng = np.random.default_rng((UNSEEN_SEED, number))
        drawn = phantom_slice(rng, types=(name,), size_px=224)
        logits = net.planes(to_input(render(drawn.hu)[None]))[-1][0, MAPS.index(name)]
        row, column = divmod(int(logits.argmax()), 28)
        near = drawn.masks[name][
            max(0, 8 * row - 8) : 8 * row + 16, max(0, 8 * column - 8) : 8 * column + 16
        ]
        hits.append(near.any())
    assert np.mean(hits) > 0.6


def test_damaged_weights_are_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors").write_bytes(b"\0" * 100)
    monkeypatch.setattr(ct_phantom, "resource_path", lambda _: tmp_path / "weights.safetensors")
    with pytest.raises(UserError, match=r"cannot be read; install ICHDesk again"):
        load_backbone("ct-phantom")
