"""The list of backbones on the command line."""

import json
from pathlib import Path

import pytest

from ichdesk.cli import run_command
from ichdesk.learn import speed


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


def test_the_table_says_what_each_backbone_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run_command(["backbones"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["backbone", "parameters", "MB", "images/s", "weights"]
    assert lines[1].startswith("ct-phantom ")
    assert lines[1].endswith("not measured  Part of ICHDesk")
    (missing,) = [line for line in lines if line.startswith("resnet18 ")]
    assert "resnet18-f37072fd.pth (44.7 MB)" in missing
    assert str(tmp_path / "torch") in lines[-1]


def test_json_is_complete_and_valid(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["backbones", "--json", "--device", "cpu"]) == 0
    entries = {e["backbone"]: e for e in json.loads(capsys.readouterr().out)["backbones"]}
    assert entries["ct-phantom"]["available"]
    assert entries["resnet101:random"]["bytes"] == 4 * entries["resnet101"]["parameters"]
    assert not entries["resnet50"]["available"]
    assert entries["resnet50"]["download"]["size_mib"] == 97.781
    assert entries["resnet50"]["images_per_s"] is None


def test_measured_speeds_are_shown_from_then_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ichdesk.worker import backbones

    measured = []
    monkeypatch.setattr(backbones, "load_extractor", lambda spec, _: measured.append(spec))
    monkeypatch.setattr(backbones, "images_per_second", lambda *_: 123.4)
    assert run_command(["backbones", "--measure", "--device", "cpu"]) == 0
    assert "resnet18:random" in measured
    assert "resnet18" not in measured  # its weights are not here
    capsys.readouterr()
    assert run_command(["backbones", "--device", "cpu"]) == 0
    assert capsys.readouterr().out.count(" 123 ") >= 15
    assert speed.images_per_second is not backbones.images_per_second


def test_a_backbone_that_cannot_be_loaded_ends_with_one_sentence(
    phantom_tm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["train", str(phantom_tm), "--backbone", "resnet18"]) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("The ImageNet weights of ResNet-18 are not on this computer; download")
    assert len(error.splitlines()) == 1
