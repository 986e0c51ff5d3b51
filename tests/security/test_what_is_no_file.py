"""Devices, pipes, sockets and links where a file is expected: a sentence, and no waiting."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore, open_project
from ichdesk.core.errors import UserError
from ichdesk.core.ordinary import open_ordinary
from ichdesk.imaging.gather import gather
from ichdesk.imaging.sources import FileSource
from ichdesk.learn.backbones.state_file import read_state
from ichdesk.learn.backbones.tm_import import load_teachable_machine
from ichdesk.learn.model import load_model
from tests.fakes.projects import picture

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="such things are not files there")

ENDLESS = Path("/dev/zero")
READERS: dict[str, Callable[[Path], object]] = {
    "image": lambda path: FileSource(path).read(),
    "model": load_model,
    "export": load_teachable_machine,
    "weights": lambda path: read_state(path, {}, "Net"),
}


@pytest.fixture(params=["pipe", "socket", "endless", "folder"])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Something with a name that is no file."""
    path = tmp_path / "x.png"
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "folder":
        path.mkdir()
    elif request.param == "endless":
        path.symlink_to(ENDLESS)
    with socket.socket(socket.AF_UNIX) as bound:
        if request.param == "socket":
            bound.bind(os.path.relpath(path))
        yield path


def test_it_is_not_opened(odd: Path) -> None:
    with pytest.raises(OSError, match=r"no ordinary file|No such device"):
        open_ordinary(odd)


@pytest.mark.parametrize("name", READERS)
def test_readers_refuse_it(odd: Path, name: str) -> None:
    with pytest.raises(UserError) as caught:
        READERS[name](odd)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("suffix", [".tm", ".ichdesk"])
def test_it_is_no_project(odd: Path, suffix: str, store: SampleStore) -> None:
    path = odd.rename(odd.with_suffix(suffix))
    with pytest.raises(UserError):
        open_project(path, store)


@pytest.mark.parametrize("suffix", [".png", ".dcm", ".zip", ".nii.gz", ""])
def test_it_is_no_import(odd: Path, suffix: str, store: SampleStore) -> None:
    path = odd.rename(odd.with_name(f"x{suffix}"))
    found = gather([path], store.add)
    assert found.classes == ()
    assert len(found.left_out) == 1 or path.is_dir()


def test_in_a_folder_they_are_left_out_and_named(tmp_path: Path, store: SampleStore) -> None:
    folder = tmp_path / "class"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(picture(1))
    elsewhere = tmp_path / "elsewhere.jpg"
    elsewhere.write_bytes(picture(2))
    os.mkfifo(folder / "sub" / "pipe.jpg")
    (folder / "link.jpg").symlink_to(elsewhere)
    (folder / "endless.jpg").symlink_to(ENDLESS)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.jpg").symlink_to(tmp_path / "nothing")
    found = gather([folder], store.add)
    assert sum(len(samples) for _, samples in found.classes) == 1
    assert sorted(found.left_out) == [
        "4 links in “class” left out; add what they lead to itself.",
        "“pipe.jpg” is no ordinary file and was left out.",
    ]


def test_a_link_that_one_chooses_is_followed(tmp_path: Path, store: SampleStore) -> None:
    (tmp_path / "a.jpg").write_bytes(picture(1))
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.jpg")
    found = gather([tmp_path / "link.jpg"], store.add)
    assert [len(samples) for _, samples in found.classes] == [1]
