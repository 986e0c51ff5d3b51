"""Exports appear whole or not at all, and never in the place of something else."""

import errno
import zipfile
from pathlib import Path

import pytest
import torch

from ichdesk.core.errors import UserError
from ichdesk.learn import exporters
from ichdesk.learn.exporters import Exporter, Stages, Subject
from ichdesk.learn.exporting import export_model
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model, load_model
from ichdesk.learn.prediction import Predictor
from tests.fakes.backbone import NAME


@pytest.fixture
def model() -> Model:
    return Model(Head(48, 2, torch.Generator().manual_seed(0)), ("a", "b"), NAME, "f" * 64)


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> str:
    """A format of two files, for the time of a test."""

    def make(subject: Subject) -> Stages:
        yield "Writing one"
        return {"one.txt": b"1", "more/two.txt": b"2"}

    exporters.EXPORTERS.discover()
    kind = Exporter("Several", "For a test.", "", make)
    monkeypatch.setitem(exporters.EXPORTERS._plugins, "several", kind)
    return "several"


def written(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_one_file_takes_the_place_of_an_old_one(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.ichmodel"
    path.write_bytes(b"old")
    assert list(export_model(model, "ichdesk", path))[-1] == "Writing"
    assert load_model(path).labels == ("a", "b")
    assert list(written(tmp_path)) == ["m.ichmodel"]


def test_several_files_make_a_folder(model: Model, several: str, tmp_path: Path) -> None:
    list(export_model(model, several, tmp_path / "out"))
    assert written(tmp_path) == {"out/one.txt": b"1", "out/more/two.txt": b"2"}


def test_several_files_make_a_zip_the_same_each_time(
    model: Model, several: str, tmp_path: Path
) -> None:
    for name in ("a.zip", "b.ZIP"):
        list(export_model(model, several, tmp_path / name))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "one.txt": b"1",
            "more/two.txt": b"2",
        }
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.ZIP").read_bytes()


@pytest.mark.parametrize("is_file", [True, False])
def test_what_is_there_stays(model: Model, several: str, tmp_path: Path, is_file: bool) -> None:
    place = tmp_path / "out"
    place.write_bytes(b"mine") if is_file else place.mkdir()
    with pytest.raises(UserError, match="exists already; choose another name"):
        list(export_model(model, several, place))
    assert place.read_bytes() == b"mine" if is_file else not list(place.iterdir())


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing/out", "its folder does not exist"), ("here", "there is a folder of that name")],
)
def test_a_place_that_cannot_be_is_told_before_any_work(
    model: Model, tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "here").mkdir()
    with pytest.raises(UserError, match=f"could not be saved as .* \\({reason}\\); choose another"):
        next(iter(export_model(model, "ichdesk", tmp_path / name)))


def test_what_comes_meanwhile_stays(model: Model, several: str, tmp_path: Path) -> None:
    place = tmp_path / "out"
    for stage in (going := export_model(model, several, place)):
        if stage == "Writing":
            place.mkdir()
            (place / "mine").touch()
            break
    with pytest.raises(UserError, match="could not be saved"):
        list(going)
    assert list(written(tmp_path)) == ["out/mine"]


def test_who_stops_leaves_nothing(model: Model, several: str, tmp_path: Path) -> None:
    going = export_model(model, several, tmp_path / "out")
    next(going)
    going.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_a_full_disk_leaves_nothing(
    model: Model, several: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UserError, match=r"could not be saved as .* \(no space left on device\)"):
        list(export_model(model, several, tmp_path / name))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("to", ["onnx", "keras", "tfjs", "pytorch", "page"])
def test_a_model_that_does_not_fit_its_backbone_is_refused(to: str, tmp_path: Path) -> None:
    """Such as a forged file: the fingerprint is right and the number of features is not."""
    head = Head(49, 2, torch.Generator().manual_seed(0))
    with pytest.raises(UserError, match="does not fit the backbone"):
        list(export_model(Model(head, ("a", "b"), NAME, "f" * 64), to, tmp_path / "x"))
    with pytest.raises(UserError, match="does not fit the backbone"):
        Predictor(Model(head, ("a", "b"), NAME, "f" * 64), "cpu")
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_is_named(model: Model, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no export format called “word”"):
        list(export_model(model, "word", tmp_path / "x"))
