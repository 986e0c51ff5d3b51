"""Files and folders appear whole and forced to disk, links stay, and devices are left alone."""

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ichdesk.core.atomic import making_folder, replacing

Recording = list[tuple[str, str, int]]
"""Calls of the system in order: what was done, to which file by its last name, its size then."""


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Recording]:
    """Records what forces to disk and what renames; call it to read."""
    calls: list[tuple[str, int, int]] = []
    real = {name: getattr(os, name) for name in ("fsync", "replace", "rename")}

    def fsync(handle: int) -> None:
        about = os.fstat(handle)
        calls.append(("fsync", about.st_ino, 0 if stat.S_ISDIR(about.st_mode) else about.st_size))
        real["fsync"](handle)

    def renaming(name: str) -> Callable[..., None]:
        def rename(source: Path, target: Path) -> None:
            calls.append((name, os.stat(source).st_ino, 0))  # noqa: PTH116 - as called
            real[name](source, target)

        return rename

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", renaming("replace"))
    monkeypatch.setattr(os, "rename", renaming("rename"))

    def read() -> Recording:
        names = {p.stat().st_ino: p.name for p in (tmp_path, *tmp_path.rglob("*"))}
        return [(what, names[number], size) for what, number, size in calls]

    return read


def forced_folders(*names: str) -> Recording:
    """On Windows a folder cannot be forced to disk."""
    return [] if sys.platform == "win32" else [("fsync", name, 0) for name in names]


def test_a_file_is_on_disk_before_it_has_its_name(
    tmp_path: Path, recording: Callable[[], Recording]
) -> None:
    target = tmp_path / "p.ichdesk"
    target.write_bytes(b"old")
    with replacing(target) as file:
        file.write(b"newer")
    assert recording() == [
        ("fsync", "p.ichdesk", 5),
        ("replace", "p.ichdesk", 0),
        *forced_folders(tmp_path.name),
    ]


def test_a_folder_is_on_disk_with_all_its_files_before_it_has_its_name(
    tmp_path: Path, recording: Callable[[], Recording]
) -> None:
    with making_folder(tmp_path / "model") as folder:
        (folder / "weights").mkdir()
        (folder / "weights" / "1.bin").write_bytes(b"123")
        (folder / "model.json").write_bytes(b"{}")
    *before, last = recording() if sys.platform == "win32" else recording()[:-1]
    assert last == ("rename", "model", 0)
    assert sorted(before) == sorted(
        [("fsync", "1.bin", 3), ("fsync", "model.json", 2), *forced_folders("weights", "model")]
    )
    assert recording()[len(before) + 1 :] == forced_folders(tmp_path.name)


@pytest.mark.parametrize("make", ["file", "folder"])
def test_what_cannot_be_forced_to_disk_gets_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: str
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        if make == "file":
            with replacing(tmp_path / "p.ichdesk") as file:
                file.write(b"newer")
        else:
            with making_folder(tmp_path / "model") as folder:
                (folder / "model.json").write_bytes(b"{}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_bytes(b"old")
    link.symlink_to(real)
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_what_is_no_ordinary_file_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="no ordinary file"), replacing(pipe) as file:
        file.write(b"new")
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]
