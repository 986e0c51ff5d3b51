"""Exported projects train elsewhere, by the very lines that lie beside the images."""

import csv
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from ichdesk.archive import SampleStore, open_project
from ichdesk.cli import run_command
from ichdesk.core.sides import sides_of

SLICES = Path(__file__).parents[2] / "projects" / "experiment7.ichdesk"
CLASSES = 3


@pytest.fixture(params=[("classes", False), ("split", False), ("split", True)], scope="module")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export in each layout, of pictures and of Hounsfield units."""
    layout, hu = request.param
    folder = tmp_path_factory.mktemp("out") / "images"
    command = ["convert", str(SLICES), str(folder), "--layout", layout]
    assert run_command([*command, "--hu"] if hu else command) == 0
    return folder


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run_example(folder: Path, name: str) -> dict[str, Any]:
    """Run the lines under a heading of the notes."""
    text = (folder / "README.txt").read_text(encoding="utf-8")
    block = re.search(rf"^{name}\n\n((?:    .*\n|\n)+)", text, re.MULTILINE)
    assert block
    space: dict[str, Any] = {}
    exec(compile(textwrap.dedent(block[1]), name, "exec"), space)
    return space


def test_an_epoch_with_torchvision(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torchvision", exc_type=ImportError)
    monkeypatch.chdir(folder)
    torch.manual_seed(0)
    made = run_example(folder, "torchvision")
    sides = [row["split"] for row in rows_of(folder)]
    assert (len(made["train"]), len(made["test"])) == (sides.count("train"), sides.count("test"))
    net = nn.Sequential(nn.AvgPool2d(28), nn.Flatten(), nn.Linear(3 * 8 * 8, CLASSES))
    seen = 0
    for images, labels in made["loader"]:
        assert images.shape[1:] == (3, 224, 224)
        assert images.std() > 0.1  # of slices in Hounsfield units, too: neither black nor white
        before = step(net, images, labels)
        assert nn.functional.cross_entropy(net(images), labels) < before
        seen += len(labels)
    assert seen == len(made["train"])


def step(net: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """One small step downhill; the loss before it."""
    loss = nn.functional.cross_entropy(net(images), labels)
    net.zero_grad()
    loss.backward()
    with torch.no_grad():
        for weights in net.parameters():
            weights.sub_(0.01 * weights.grad)
    return loss.detach()


def test_the_table_agrees_with_the_project(folder: Path, tmp_path: Path) -> None:
    rows = iter(rows_of(folder))
    with SampleStore(tmp_path / "store") as store:
        project = open_project(SLICES, store).project
    sides = sides_of(project)
    for label, bin_ in enumerate(project.classes):
        for index, sample in enumerate(bin_.samples):
            row = next(rows)
            assert (row["class"], row["label"]) == (bin_.name, str(label))
            assert (row["patient"], row["series"]) == (sample.patient, sample.series)
            assert (row["split"] == "test") is sides.is_test(bin_.id, index)
            assert (folder / row["file"]).is_file()
    assert next(rows, None) is None
