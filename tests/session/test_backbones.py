"""The list of backbones as the window sees it: asked for, measured, lengthened, downloaded."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore
from ichdesk.protocol import messages as msg
from ichdesk.session import backbones as module
from ichdesk.session.jobs import Progress
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.session.worker_client import WorkerDied
from tests.fakes.runs import RecordingWorker, made_session

BUILT_IN = msg.BackboneInfo("ct-phantom", "CT phantom (built in)", 500_000, "Part of ICHDesk")
MISSING = msg.BackboneInfo(
    "resnet18",
    "ResNet-18, ImageNet",
    11_000_000,
    "ImageNet weights",
    "The weights are not on this computer; download them or choose a file.",
    None,
    msg.DownloadRef("https://x.org/resnet18-f37072fd.pth", 44.7, "/cache/resnet18-f37072fd.pth"),
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "Normal")
        yield session
        session.close()


def sent(session: Session) -> list[msg.Request]:
    worker = session._worker
    assert isinstance(worker, RecordingWorker)
    return worker.sent


def listed(session: Session, *infos: msg.BackboneInfo, chosen: str = "") -> None:
    """Answer the last request."""
    number = sent(session)[-1].request_id
    session.handle(msg.BackbonesListed(number, msg.Outcome.DONE, None, infos, chosen))


def test_the_list_is_asked_for_once(session: Session) -> None:
    changes: list[Change] = []
    session.subscribe(changes.append)
    session.backbones.ensure()
    session.backbones.ensure()
    session.backbones.refresh()  # one is on its way
    assert sent(session) == [msg.ListBackbones(1, "auto")]
    listed(session, BUILT_IN)
    assert session.backbones.info("ct-phantom") == BUILT_IN
    assert Change.BACKBONES in changes
    session.backbones.ensure()
    assert len(sent(session)) == 1


def test_another_device_has_other_speeds(session: Session) -> None:
    session.backbones.ensure()
    listed(session, BUILT_IN)
    session.set_config(module.replace(session.project.config, device="cpu"))
    session.backbones.ensure()
    assert sent(session)[-1] == msg.ListBackbones(2, "cpu")


def test_a_measurement_says_so_until_it_is_done(session: Session) -> None:
    session.backbones.measure(BUILT_IN)
    assert session.backbones.busy_with == "Measuring CT phantom (built in)"
    assert sent(session) == [msg.MeasureBackbone(1, "auto", "ct-phantom")]
    listed(session, module.replace(BUILT_IN, images_per_s=120.0))
    assert session.backbones.busy_with == ""
    assert session.backbones.info("ct-phantom").images_per_s == 120.0


def test_an_added_file_becomes_the_backbone_of_the_project(session: Session) -> None:
    session.backbones.add_file("tm-import", Path("/a/export.zip"))
    assert sent(session) == [msg.AddBackbone(1, "auto", "tm-import:/a/export.zip")]
    assert session.project.config.backbone == "ct-phantom"
    listed(session, BUILT_IN, chosen="tm-import:/own/export-1234.zip")
    assert session.project.config.backbone == "tm-import:/own/export-1234.zip"
    assert session.undo_label == "Change backbone"


def test_a_project_that_was_changed_meanwhile_keeps_its_backbone(session: Session) -> None:
    session.backbones.add_file("tm-import", Path("/a/export.zip"))
    session.new()
    listed(session, BUILT_IN, chosen="tm-import:/own/export-1234.zip")
    assert session.project.config.backbone == "ct-phantom"
    assert "export.zip is in the list" in session.notices[-1].text


def test_a_file_that_cannot_be_used_is_reported_and_the_list_stays(session: Session) -> None:
    session.backbones.refresh()
    listed(session, BUILT_IN)
    session.backbones.add_file("resnet18", Path("/a/bad.pth"))
    number = sent(session)[-1].request_id
    session.handle(msg.BackbonesListed(number, msg.Outcome.FAILED, "bad.pth holds no weights."))
    assert session.notices[-1].text == "bad.pth holds no weights."
    assert session.backbones.infos == (BUILT_IN,)


def test_a_list_of_an_older_request_is_dropped(session: Session) -> None:
    session.backbones.refresh()
    session.backbones.measure(BUILT_IN)
    session.handle(msg.BackbonesListed(1, msg.Outcome.DONE, None, (MISSING,)))
    assert session.backbones.infos == ()
    assert session.backbones.busy_with


def test_a_new_worker_is_asked_again(session: Session) -> None:
    session.backbones.ensure()
    session.handle(WorkerDied(True, "It ended."))
    assert session.backbones.busy_with == ""
    session.backbones.ensure()
    assert [type(request) for request in sent(session)] == [msg.ListBackbones] * 2


def test_after_a_download_the_list_is_asked_for_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "download", lambda what, progress: Path(what.path))
    asked = threading.Event()
    session.subscribe(lambda _: asked.set() if sent(session) else None)
    session.backbones.download(BUILT_IN)  # has nothing to download
    session.backbones.download(MISSING)
    assert asked.wait(30)
    assert sent(session) == [msg.ListBackbones(1, "auto")]
    assert session.notices[-1].text == "Downloaded resnet18-f37072fd.pth for ResNet-18, ImageNet."


def test_a_download_can_be_cancelled_and_never_starts_twice(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, ended, calls = threading.Event(), threading.Event(), []

    def endless(what: msg.DownloadRef, progress: Progress) -> Path:
        calls.append(what)
        started.set()
        try:
            while True:
                progress(1, 2)
        finally:
            ended.set()

    monkeypatch.setattr(module, "download", endless)
    session.backbones.download(MISSING)
    assert started.wait(30)
    assert session.backbones.download_job.title == "Downloading ResNet-18, ImageNet"
    session.backbones.download(MISSING)
    session.backbones.cancel_download()
    assert ended.wait(30)
    session.backbones.close()
    assert calls == [MISSING.download]
    assert not session.notices
