"""Teachable Machine exports made here, from random weights, so that nothing is copied."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ichdesk.learn.backbones.mobilenet_v2 import Block, ConvNorm, MobileNetV2

LABELS = ["Hemorrhage", "Normal", "Motion"]


@dataclass
class Export:
    """The parts of an export, to be changed before `save`."""

    net: MobileNetV2
    weights: dict[str, np.ndarray]
    path: Path
    stored: str = "float32"
    labels: Any = field(default_factory=lambda: list(LABELS))
    left_out: tuple[str, ...] = ()
    cut: int = 0

    def save(self) -> Path:
        """Write the zip and return its path."""
        manifest, data = self._packed()
        entries = {
            "model.json": json.dumps({"modelTopology": {}, "weightsManifest": manifest}),
            "metadata.json": json.dumps({"labels": self.labels, "imageSize": 224}),
            "weights.bin": data[: len(data) - self.cut],
        }
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries.items():
                if name not in self.left_out:
                    archive.writestr(name, content)
        return self.path

    def _packed(self) -> tuple[list[dict[str, Any]], bytes]:
        entries, data = [], b""
        for name, values in self.weights.items():
            entry: dict[str, Any] = {"name": name, "shape": values.shape, "dtype": "float32"}
            stored = values.astype("<f4")
            if self.stored == "float16":
                entry["quantization"] = {"dtype": "float16"}
                stored = values.astype("<f2")
            elif self.stored != "float32":
                levels = 255 if self.stored == "uint8" else 65535
                least = float(values.min())
                scale = (float(values.max()) - least) / levels or 1.0
                entry["quantization"] = {"dtype": self.stored, "scale": scale, "min": least}
                stored = np.rint((values - least) / scale).astype(self.stored)
            entries.append(entry)
            data += stored.tobytes()
        return [{"paths": ["weights.bin"], "weights": entries}], data


def keras_weights(net: MobileNetV2) -> dict[str, np.ndarray]:
    """The weights of the network under the names and in the layout of Keras."""
    weights: dict[str, np.ndarray] = {}

    def put(layer: ConvNorm, conv: str, norm: str) -> None:
        kernel = layer.conv.weight.detach()
        if layer.conv.groups > 1:
            weights[f"{conv}/depthwise_kernel"] = kernel.permute(2, 3, 0, 1).numpy()
        else:
            weights[f"{conv}/kernel"] = kernel.permute(2, 3, 1, 0).numpy()
        for ours, theirs in (
            ("weight", "gamma"),
            ("bias", "beta"),
            ("running_mean", "moving_mean"),
            ("running_var", "moving_variance"),
        ):
            weights[f"{norm}/{theirs}"] = layer.norm.state_dict()[ours].numpy()

    put(net.stem, "Conv1", "bn_Conv1")
    for i, block in enumerate(net.blocks):
        assert isinstance(block, Block)
        prefix = f"block_{i}" if i else "expanded_conv"
        for part in ("expand", "depthwise", "project"):
            layer = getattr(block, part)
            if layer is not None:
                put(layer, f"{prefix}_{part}", f"{prefix}_{part}_BN")
    put(net.last, "Conv_1", "Conv_1_bn")
    return weights


@pytest.fixture
def make_export(tmp_path: Path) -> Callable[[], Export]:
    """Makes an export of a random network; its norms are not the identity."""

    def make() -> Export:
        torch.manual_seed(0)
        net = MobileNetV2().eval()
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                torch.nn.init.uniform_(module.weight, 0.8, 1.6)
                torch.nn.init.uniform_(module.bias, -0.3, 0.3)
                module.running_mean = torch.rand(module.num_features) * 0.2 - 0.1
                module.running_var = torch.rand(module.num_features) * 0.2 + 0.1
        rng = np.random.default_rng(0)
        weights = keras_weights(net)
        weights["dense_Dense1/kernel"] = rng.normal(0, 0.05, (1280, 100))
        weights["dense_Dense1/bias"] = rng.normal(0, 0.1, 100)
        weights["dense_Dense2/kernel"] = rng.normal(0, 0.3, (100, len(LABELS)))
        return Export(net, weights, tmp_path / "export.zip")

    return make
