"""The commands "export" and "formats": what they write, what they refuse, and what they leave."""

import errno
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ichdesk.archive import SampleStore, save_project
from ichdesk.cli import run_command
from ichdesk.core.model_facts import ModelFacts, facts_of
from ichdesk.core.run_book import RunBook
from ichdesk.learn import exporters
from ichdesk.learn.exporters import Exporter, Stages, Subject
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model, load_model, model_bytes
from tests.fakes.backbone import NAME
from tests.fakes.reports import report_source

FACTS = ModelFacts(50, 10, 9, (0.596, 0.982), ((4, 5), (5, 5)), "slice")
SMALL_DISK = 16 * 1024  # a model has some 30 KB


def export(*words: object) -> int:
    return run_command(["export", *map(str, words)])


def trained(**changed: object) -> Model:
    head = Head(48, 2, torch.Generator().manual_seed(0))
    return replace(Model(head, ("a", "b"), NAME, "f" * 64, facts=FACTS), **changed)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "m.ichmodel"
    path.write_bytes(model_bytes(trained()))
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> str:
    """A format of two files that looks at the backbone, for the time of a test."""

    def make(subject: Subject) -> Stages:
        yield "Looking at the network"
        return {"one.txt": subject.backbone.name.encode(), "more/two.txt": b"2"}

    exporters.EXPORTERS.discover()
    kind = Exporter("Several", "For a test.", "", make)
    monkeypatch.setitem(exporters.EXPORTERS._plugins, "several", kind)
    return "several"


def same_model(one: Path, other: Path) -> bool:
    first, second = load_model(one), load_model(other)
    weights = (each.head.state_dict().values() for each in (first, second))
    return first.labels == second.labels and all(
        torch.equal(a, b) for a, b in zip(*weights, strict=True)
    )


def written(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence on standard error."""
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith(".\n")
    assert said.err.count("\n") == 1
    return said.err


# --- what is written ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["again.ichmodel", "again", "again.of.mine", "again.zip"])
def test_one_file_under_the_name_as_it_is_said(
    model: Path, out: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert export(model, out / name, "--to", "ichdesk") == 0
    assert capsys.readouterr().out == f"Wrote {out / name}\n"
    assert list(written(out)) == [name]
    assert same_model(out / name, model)
    assert load_model(out / name).facts == FACTS


def test_several_files_are_a_zip_or_a_folder(model: Path, out: Path, several: str) -> None:
    assert export(model, out / "a.ZIP", "--to", several) == 0
    assert export(model, out / "b", "--to", several) == 0
    with zipfile.ZipFile(out / "a.ZIP") as archive:
        assert archive.namelist() == ["one.txt", "more/two.txt"]
    assert written(out / "b") == {"one.txt": b"fake", "more/two.txt": b"2"}


def test_the_training_that_a_project_keeps(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "kept.ichdesk"
    with SampleStore(tmp_path / "samples") as store:
        source = report_source(store, "Hemorrhage", "Normal")
        source.run.model = model_bytes(trained(labels=("0", "1"), facts=None))
        save_project(source.project, path, runs=RunBook.of(source.run))
    assert export(path, out / "m.ichmodel", "--to", "ichdesk") == 0
    found = load_model(out / "m.ichmodel")
    assert found.labels == ("Hemorrhage", "Normal")
    assert found.facts == facts_of(source.run)
    assert found.facts.tested == 8


def test_every_format_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["formats"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ichdesk ")
    assert "ICHDesk model (.ichmodel). Small; opens in ICHDesk" in lines[0]
    assert run_command(["formats", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) == len(lines) == len(exporters.EXPORTERS.names())
    assert listed[0] | {"purpose": ""} == {
        "name": "ichdesk",
        "title": "ICHDesk model",
        "purpose": "",
        "suffix": ".ichmodel",
    }


# --- what is refused ---------------------------------------------------------------------------


def test_an_unknown_format_is_told_before_the_model_is_read(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(out / "missing", out / "x", "--to", "word") == 2
    said = sentence(capsys)
    assert "no export format called “word”; choose one of: " in said
    assert "ichdesk" in said


def test_a_file_is_replaced_only_by_force(
    model: Path, out: Path, several: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, to in (("m", "ichdesk"), ("m.zip", several)):
        (out / name).write_bytes(b"mine")
        assert export(model, out / name, "--to", to) == 2
        assert "exists already; choose another name, or add --force" in sentence(capsys)
        assert (out / name).read_bytes() == b"mine"
        assert export(model, out / name, "--to", to, "--force") == 0
        assert (out / name).read_bytes() != b"mine"
        capsys.readouterr()
    (out / "empty").touch()  # of a script that made a temporary name
    assert export(model, out / "empty", "--to", "ichdesk") == 0


@pytest.mark.parametrize("force", [["--force"], []])
def test_a_folder_is_never_replaced(
    model: Path, out: Path, several: str, capsys: pytest.CaptureFixture[str], force: list[str]
) -> None:
    (out / "mine").touch()
    for to in ("ichdesk", several):
        assert export(model, out, "--to", to, *force) == 2
        said = sentence(capsys)
        assert "is a folder, which is never replaced; choose another name" in said
        assert "--force" not in said
    assert list(written(out)) == ["mine"]


@pytest.mark.parametrize("force", [["--force"], []])
def test_a_file_does_not_give_way_to_a_folder(
    model: Path, out: Path, several: str, capsys: pytest.CaptureFixture[str], force: list[str]
) -> None:
    (out / "mine").write_bytes(b"mine")
    assert export(model, out / "mine", "--to", several, *force) == 2
    said = sentence(capsys)
    assert "exists already; choose another name for the folder" in said
    assert "--force" not in said
    assert written(out) == {"mine": b"mine"}


@pytest.mark.parametrize("force", [["--force"], []])
def test_the_model_itself_stays(
    model: Path, capsys: pytest.CaptureFixture[str], force: list[str]
) -> None:
    before = model.read_bytes()
    assert export(model, model, "--to", "ichdesk", *force) == 2
    assert "is used twice" in sentence(capsys)
    assert model.read_bytes() == before


def test_a_missing_folder_is_not_made(
    model: Path, out: Path, several: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for to in ("ichdesk", several):
        assert export(model, out / "missing" / "m", "--to", to) == 2
        assert "its folder does not exist" in sentence(capsys)
    assert not list(out.iterdir())


def test_a_project_without_a_training(
    phantom_tm: Path, tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "p.ichdesk"
    assert run_command(["convert", str(phantom_tm), str(project)]) == 0
    capsys.readouterr()
    for path in (project, phantom_tm):
        assert export(path, out / "m", "--to", "ichdesk") == 2
        assert "keeps no trained model; train and save it as .ichdesk" in sentence(capsys)
    assert not list(out.iterdir())


@pytest.mark.parametrize("damage", ["cut", "bits", "empty", "other", "missing", "folder"])
def test_what_is_no_model(
    model: Path, out: Path, several: str, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    data = model.read_bytes()
    model.unlink()
    if damage == "folder":
        model.mkdir()
    elif damage != "missing":
        damaged = {"cut": data[:-100], "bits": data[:40] + b"\xff" * 40 + data[80:]}
        model.write_bytes({**damaged, "empty": b"", "other": b"no model " * 99}[damage])
    assert export(model, out / "x", "--to", several) == 2
    assert "m.ichmodel" in sentence(capsys)
    assert not list(out.iterdir())


def test_a_model_of_another_version(
    model: Path, out: Path, several: str, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = model.read_bytes().replace(b'"version":"1"', b'"version":"9"')
    model.write_bytes(newer)
    assert export(model, out / "x", "--to", several) == 2
    assert "newer ICHDesk; update this one" in sentence(capsys)


def test_a_label_that_is_missing(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.ichmodel"
    path.write_bytes(model_bytes(trained(labels=("a",), facts=None)))
    assert export(path, out / "x", "--to", "ichdesk") == 2
    assert "is damaged; save the model again" in sentence(capsys)


def test_a_model_of_another_backbone(
    model: Path, out: Path, several: str, capsys: pytest.CaptureFixture[str]
) -> None:
    model.write_bytes(model_bytes(trained(fingerprint="e" * 64)))
    assert export(model, out / "x", "--to", several) == 2
    assert "another version of the backbone “fake”; train it again" in sentence(capsys)
    assert not list(out.iterdir())


# --- what is left ------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "to"), [("m", "ichdesk"), ("m.zip", "several"), ("m", "several")])
def test_a_full_disk_leaves_what_was_there(
    model: Path,
    out: Path,
    several: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    to: str,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    is_folder = (name, to) == ("m", several)
    if not is_folder:
        (out / name).write_bytes(b"mine")
    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr("os.fsync", full)
    assert export(model, out / name, "--to", to, "--force") == 2
    said = sentence(capsys)
    assert f"could not be saved as “{name}” (no space left on device); choose another" in said
    assert written(out) == ({} if is_folder else {name: b"mine"})
    assert len(list(out.iterdir())) == (not is_folder)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "none", folder]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk")
def test_a_disk_that_is_really_full(
    model: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert model.stat().st_size > SMALL_DISK
    with small_disk(out):
        (out / "m").write_bytes(b"mine")
        assert export(model, out / "m", "--to", "ichdesk", "--force") == 2
        assert "(no space left on device); choose another" in sentence(capsys)
        assert written(out) == {"m": b"mine"}


def test_who_interrupts_leaves_nothing(
    model: Path, out: Path, several: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(_: Subject) -> Stages:
        yield "Looking at the network"
        raise KeyboardInterrupt

    kind = replace(exporters.EXPORTERS[several], make=make)
    monkeypatch.setitem(exporters.EXPORTERS._plugins, several, kind)
    assert export(model, out / "x", "--to", several) == 130
    assert not list(out.iterdir())
