"""Samples as files: safe names on every system, and nothing overwritten."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.archive import Cancelled, SampleStore, export_samples
from ichdesk.archive.export import folder_names
from ichdesk.core.errors import UserError
from ichdesk.core.project import Project


@pytest.fixture
def project(store: SampleStore, jpegs: list[bytes]) -> Project:
    samples = [store.add(data) for data in jpegs]
    return Project().add_class("A", samples[:3]).add_class("../b:c", samples[3:5])


def written(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_one_folder_per_class(project: Project, jpegs: list[bytes], tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    assert export_samples(project, out) == 5
    names = ["A/0.jpg", "A/1.jpg", "A/2.jpg", "_._b_c/0.jpg", "_._b_c/1.jpg"]
    assert written(out) == dict(zip(names, jpegs, strict=False))


def test_one_class_gets_its_folder_too(
    project: Project, jpegs: list[bytes], tmp_path: Path
) -> None:
    assert export_samples(project.classes[0], tmp_path / "out") == 3
    assert written(tmp_path / "out") == {f"A/{i}.jpg": jpegs[i] for i in range(3)}


def test_nothing_is_overwritten(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "A").mkdir(parents=True)
    (out / "A" / "1.jpg").write_bytes(b"mine")
    (out / "_._b_c").write_bytes(b"a file")
    export_samples(project, out)
    files = written(out)
    assert files["A/1.jpg"] == b"mine"
    assert files["_._b_c"] == b"a file"
    assert {"A/1 (2).jpg", "_._b_c (2)/0.jpg"} <= set(files)


def test_cancelling_takes_back_what_was_written(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_bytes(b"x")

    def stop(done: int, total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_samples(project, out, stop)
    assert list(out.iterdir()) == [out / "mine.txt"]


def test_a_folder_that_cannot_be_made_is_told(project: Project, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(UserError, match="cannot be saved to"):
        export_samples(project, tmp_path / "file")


@pytest.mark.parametrize(
    "name",
    [
        *("CON", "nul.txt", "COM¹", "con .x", "a:b", "..", "...", ".hidden", "x.", "x ", " "),
        *("🧠" * 200, "a\0b", "/etc/passwd", "C:\\x", "-!-"),
    ],
)
def test_hard_names(name: str, tmp_path: Path) -> None:
    (safe,) = folder_names([name])
    assert not set(safe) & set('<>:"/\\|?*\0')
    assert safe == safe.strip(" ")
    assert not safe.startswith(".")
    assert not safe.endswith(".")
    assert safe.split(".")[0].rstrip().lower() not in {"con", "nul", "com¹"}
    (tmp_path / safe).mkdir()
    assert (tmp_path / safe).parent == tmp_path


@given(st.lists(st.text(max_size=40), max_size=8))
def test_folder_names_are_unique_without_regard_to_case(names: list[str]) -> None:
    safe = folder_names(names)
    assert len({name.casefold() for name in safe}) == len(names)
    for name in safe:
        assert name
        assert os.sep not in name
        assert len(name.encode()) < 200
