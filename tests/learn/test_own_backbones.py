"""What is remembered survives the app, and damage to it costs no more than the memory."""

from pathlib import Path

import pytest

from ichdesk.learn import own_backbones
from ichdesk.learn.own_backbones import Added, OwnBackbones

ONE = Added("tm-import:/a/one.zip", "Teachable Machine import: one", 10)
TWO = Added("resnet18:/b/two.pth", "ResNet-18, two.pth", 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "backbones"


def test_nothing_is_known_and_nothing_written_at_first(folder: Path) -> None:
    own = OwnBackbones(folder)
    assert own.added == []
    assert own.speeds("CPU") == {}
    assert not folder.exists()


def test_what_was_added_is_there_in_the_next_session_latest_first(folder: Path) -> None:
    for entry in (ONE, TWO, ONE):
        OwnBackbones(folder).add(entry)
    assert OwnBackbones(folder).added == [ONE, TWO]


def test_speeds_are_those_of_the_device(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    OwnBackbones(folder).add(ONE)
    OwnBackbones(folder).remember_speed("CPU", "resnet18", 12.5)
    OwnBackbones(folder).remember_speed("CPU", "alexnet", 50.0)
    OwnBackbones(folder).remember_speed("GPU", "resnet18", 900.0)
    assert OwnBackbones(folder).speeds("CPU") == {"resnet18": 12.5, "alexnet": 50.0}
    assert OwnBackbones(folder).added == [ONE]
    monkeypatch.setattr(own_backbones.platform, "node", lambda: "another-computer")
    assert OwnBackbones(folder).speeds("CPU") == {}


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "[" * 5000, "\xff", '{"version": 99, "added": [1]}'),
        '{"version": 1, "added": 5, "speeds": [2]}',
        '{"version": 1, "added": [{"spec": 1}, 3, null]}',
    ],
)
def test_a_damaged_memory_is_an_empty_one(text: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "backbones.json").write_text(text, "latin-1")
    own = OwnBackbones(folder)
    assert own.added == []
    own.remember_speed("CPU", "x", 1.0)
    own.add(ONE)
    assert own.added == [ONE]


def test_a_copy_outlives_its_original_and_is_made_once(folder: Path, tmp_path: Path) -> None:
    (original := tmp_path / "my model.zip").write_bytes(b"weights")
    own = OwnBackbones(folder)
    copy = own.keep_copy(original)
    assert own.keep_copy(original) == copy
    assert copy.name.startswith("my model-")
    original.write_bytes(b"other weights")
    assert own.keep_copy(original) != copy
    original.unlink()
    assert copy.read_bytes() == b"weights"


def test_a_place_that_cannot_be_written_to_forgets_speeds(tmp_path: Path) -> None:
    (blocked := tmp_path / "file").write_text("")
    own = OwnBackbones(blocked / "inside")
    own.remember_speed("CPU", "resnet18", 1.0)
    assert own.speeds("CPU") == {}
    with pytest.raises(OSError):
        own.add(ONE)
