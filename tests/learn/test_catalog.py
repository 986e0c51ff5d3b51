"""The list of backbones, and what a file adds to it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.catalog import add_file, catalog
from ichdesk.learn.own_backbones import OwnBackbones

from .backbones.conftest import Export, make_export  # noqa: F401 - a fixture


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnBackbones:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return OwnBackbones(tmp_path / "own")


def test_everything_is_listed_the_built_in_one_first(own: OwnBackbones) -> None:
    listed = catalog(own)
    specs = [listing.spec for listing in listed]
    assert specs[0] == "ct-phantom"
    assert listed[0].title == "CT phantom (built in)"
    assert listed[0].parameters == sum(
        parameter.numel() for parameter in load_backbone("ct-phantom").module.parameters()
    )
    order = ["mobilenet_v2", "resnet18", "resnet50", "resnet101"]
    assert [spec for spec in specs if spec in order] == order
    assert len(set(specs)) == len(specs)
    assert {bool(listing.problem) for listing in listed if ":random" in listing.spec} == {False}


def test_an_import_is_copied_and_listed_from_then_on(
    own: OwnBackbones,
    make_export: Callable[[], Export],  # noqa: F811
) -> None:
    path = make_export().save()
    fingerprint = load_backbone(f"tm-import:{path}").fingerprint
    spec = add_file(f"tm-import:{path}", own)
    path.unlink()
    assert load_backbone(spec).fingerprint == fingerprint
    (entry,) = [each for each in catalog(own) if each.spec == spec]
    assert entry.title == "Teachable Machine import: export"
    assert entry.parameters > 300_000
    assert not entry.problem
    Path(spec.partition(":")[2]).unlink()
    (entry,) = [each for each in catalog(own) if each.spec == spec]
    assert "is not there any more; choose the file again" in entry.problem


def test_weights_from_a_file_stay_where_they_are(own: OwnBackbones, tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    torch.save(load_state("mobilenet_v2"), path)
    spec = add_file(f"mobilenet_v2:{path}", own)
    assert spec == f"mobilenet_v2:{path}"
    (entry,) = [each for each in catalog(own) if each.spec == spec]
    assert entry.title == "MobileNetV2, mine.pth"
    assert entry.weights == f"File {path}"


def test_a_file_that_cannot_be_used_is_not_remembered(own: OwnBackbones, tmp_path: Path) -> None:
    (bad := tmp_path / "bad.zip").write_bytes(b"no zip")
    with pytest.raises(UserError, match=r"bad\.zip cannot be imported"):
        add_file(f"tm-import:{bad}", own)
    assert own.added == []


def test_where_nothing_can_be_kept_the_file_itself_serves(
    tmp_path: Path,
    make_export: Callable[[], Export],  # noqa: F811
) -> None:
    (blocked := tmp_path / "file").write_text("")
    path = make_export().save()
    assert add_file(f"tm-import:{path}", OwnBackbones(blocked)) == f"tm-import:{path}"


def load_state(name: str) -> dict[str, torch.Tensor]:
    from ichdesk.learn.backbones.mobilenet_v2_torch import TorchMobileNetV2

    assert name == "mobilenet_v2"
    return TorchMobileNetV2().state_dict()
