"""The salt of a user: one for all imports, secret, and never a reason to fail."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ichdesk.imaging.dicom.identity import Pseudonyms, _salt_of_process, user_salt


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    _salt_of_process.cache_clear()
    yield
    _salt_of_process.cache_clear()


def test_it_stays_the_same_and_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    salt = user_salt(folder)
    assert len(salt) == 32
    assert user_salt(folder) == salt
    assert user_salt(tmp_path / "other") != salt
    (file,) = folder.iterdir()
    assert file.read_bytes() == salt
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("damaged", [b"", b"x" * 31, b"x" * 33])
def test_a_damaged_file_is_replaced(tmp_path: Path, damaged: bytes) -> None:
    user_salt(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damaged)
    salt = user_salt(tmp_path)
    assert len(salt) == 32
    assert salt == user_salt(tmp_path) == file.read_bytes()
    assert list(tmp_path.iterdir()) == [file]


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; sys.stdin.read();"
        "from ichdesk.imaging.dicom.identity import user_salt;"
        "print(user_salt(Path(sys.argv[1])).hex())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "data")]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    salts = {process.communicate()[0] for process in processes}
    assert len(salts) == 1
    assert salts != {""}
    assert len(list((tmp_path / "data").iterdir())) == 1


def test_of_two_at_the_same_moment_one_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one's file appears while this one is being written."""
    other = b"o" * 32
    fsync = "ichdesk.imaging.dicom.identity.os.fsync"
    monkeypatch.setattr(fsync, lambda _: (tmp_path / "patient-keys.salt").write_bytes(other))
    assert user_salt(tmp_path) == other
    assert len(list(tmp_path.iterdir())) == 1


def test_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("not supported")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    assert user_salt(tmp_path) == user_salt(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_used_gives_a_salt_of_this_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    salt = user_salt(tmp_path / "file")
    assert len(salt) == 32
    assert user_salt(tmp_path / "file") == salt
    unreadable = tmp_path / "x"
    (unreadable / "patient-keys.salt").mkdir(parents=True)
    assert user_salt(unreadable) == salt


def test_keys_depend_on_the_salt() -> None:
    one, two = Pseudonyms(b"1" * 32), Pseudonyms(b"2" * 32)
    assert one.key("patient", "77") == Pseudonyms(b"1" * 32).key("patient", "77 ")
    assert one.key("patient", "77") != two.key("patient", "77")
    assert one.key("patient", "77") != one.key("study", "77")
