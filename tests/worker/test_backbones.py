"""Requests about backbones: the list, a measurement that is remembered, files good and bad."""

from pathlib import Path

import pytest

from ichdesk.learn import speed
from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    AddBackbone,
    BackboneInfo,
    BackbonesListed,
    ListBackbones,
    MeasureBackbone,
    Outcome,
    Request,
)
from ichdesk.worker.handlers import Handlers
from tests.fakes.backbone import NAME


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(speed, "_SECONDS", 0.0)  # one batch a thread


def answer(request: Request) -> BackbonesListed:
    """The one event, as it arrives."""
    (event,) = Handlers().handle(request)
    assert isinstance(event, BackbonesListed)
    assert event.request_id == request.request_id
    assert decode(encode(event)) == event
    assert bool(event.backbones) == (event.outcome is Outcome.DONE)
    return event


def info(event: BackbonesListed, spec: str) -> BackboneInfo:
    return next(each for each in event.backbones if each.spec == spec)


def test_the_list_says_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    event = answer(ListBackbones(1, "auto"))
    assert event.outcome is Outcome.DONE
    missing = info(event, "resnet18")
    assert missing.download.url.endswith("/resnet18-f37072fd.pth")
    assert missing.download.size_mib == 44.661
    assert str(tmp_path / "torch") in missing.download.path
    assert "download them or choose a file" in missing.problem
    assert all(each.images_per_s is None for each in event.backbones)


def test_a_measured_speed_is_remembered() -> None:
    event = answer(MeasureBackbone(1, "cpu", NAME))
    assert info(event, NAME).images_per_s > 0
    again = answer(ListBackbones(2, "cpu"))
    assert info(again, NAME).images_per_s == info(event, NAME).images_per_s
    assert info(again, "resnet18").images_per_s is None


def test_a_speed_is_that_of_the_network_whatever_its_weights() -> None:
    event = answer(MeasureBackbone(1, "cpu", "mobilenet_v2:random"))
    assert info(event, "mobilenet_v2").images_per_s > 0


def test_what_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    event = answer(MeasureBackbone(1, "cpu", "resnet18"))
    assert event.outcome is Outcome.FAILED
    assert "ResNet-18 are not on this computer" in event.error
    (bad := tmp_path / "bad.pth").write_bytes(b"x")
    event = answer(AddBackbone(2, "cpu", f"resnet18:{bad}"))
    assert event.outcome is Outcome.FAILED
    assert "bad.pth holds no weights" in event.error


def test_a_cancelled_measurement_ends_as_such() -> None:
    handlers = Handlers()
    handlers.cancel(7)
    (event,) = handlers.handle(MeasureBackbone(7, "cpu", NAME))
    assert event == BackbonesListed(7, Outcome.CANCELLED)
