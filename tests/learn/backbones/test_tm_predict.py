"""A finished classifier from Teachable Machine on images, as it would answer there."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ichdesk.cli import run_command
from ichdesk.imaging.decode import decode_sample, sample_jpeg
from ichdesk.learn.pixels import to_input

from .conftest import LABELS, Export


@torch.inference_mode()
def test_an_export_classifies_a_folder(make_export: Callable[[], Export], tmp_path: Path) -> None:
    export, folder, out = make_export(), tmp_path / "in", tmp_path / "r.json"
    path = export.save().rename(tmp_path / "model without a name")
    folder.mkdir()
    pictures = np.random.default_rng(0).integers(0, 256, (3, 250, 240, 3), np.uint8)
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number}.png")
    assert run_command(["predict", str(path), str(folder), "--json", str(out)]) == 0
    result = json.loads(out.read_text(encoding="utf-8"))

    files = [folder / f"{number}.png" for number in range(3)]
    pixels = np.stack([decode_sample(sample_jpeg(file.read_bytes())) for file in files])
    kernel, bias, output = (
        torch.from_numpy(np.asarray(export.weights[f"dense_{name}"])).float()
        for name in ("Dense1/kernel", "Dense1/bias", "Dense2/kernel")
    )
    logits = torch.relu(export.net(to_input(pixels)) @ kernel + bias) @ output
    expected = torch.softmax(logits, dim=1).numpy()
    assert result["labels"] == LABELS
    answers = [image["probabilities"] for image in result["images"]]
    np.testing.assert_allclose(answers, expected, atol=1e-4)
