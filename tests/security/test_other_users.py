"""What other users of the computer can reach: nothing."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.atomic import replacing
from ichdesk.imaging.dicom.identity import user_salt
from ichdesk.ui.doorbell import Call, _decode, _encode
from ichdesk.ui.settings import Settings
from ichdesk.ui.single_instance import Place, take_place

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")

NOBODY = 65534
CONNECT = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
RUBBISH = {
    "binary": bytes(range(256)) * 4 + b"\n",
    "no end": b"x" * (2**20 + 2**18),
    "deep": b"[" * 5_000 + b"\n",
    "long number": b"9" * 5_000 + b"\n",
    "half": b'{"files": [',
    "relative": b'{"files": ["x.tm"], "token": ""}\n',
    "wrong types": b'{"files": [[1]], "token": {}}\n',
    "null": b"null\n",
    "nothing": b"",
}


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ["XDG_RUNTIME_DIR"]) / "s"
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def calls(qapp: object, runtime: Path) -> Iterator[list[Call]]:
    """The calls that a first app takes."""
    place, taken = take_place([]), list[Call]()
    assert isinstance(place, Place)
    assert place.is_first
    place.listen(taken.append)
    yield taken
    place.release()


def the_socket(runtime: Path) -> Path:
    (found,) = runtime.rglob("*.sock")
    return found


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_is_no_call_and_the_next_call_is_heard(qtbot, calls, runtime, name: str) -> None:
    path = str(the_socket(runtime))
    with socket.socket(socket.AF_UNIX) as rude, socket.socket(socket.AF_UNIX) as good:
        rude.connect(path)
        rude.setblocking(False)
        left = memoryview(RUBBISH[name])

        def pushed() -> bool:
            nonlocal left
            try:
                left = left[rude.send(left) :] if left else left
            except BlockingIOError:
                return False
            except OSError:  # hung up on
                return True
            return not left

        qtbot.waitUntil(pushed)
        good.connect(path)
        good.sendall(_encode(Call((Path("/a.tm"),))))
        qtbot.waitUntil(lambda: calls == [Call((Path("/a.tm"),))])


def test_many_silent_callers_keep_nobody_out(qtbot, calls, runtime) -> None:
    path = str(the_socket(runtime))
    silent = [socket.socket(socket.AF_UNIX) for _ in range(25)]
    try:
        for each in silent:
            each.setblocking(False)
            qtbot.waitUntil(lambda each=each: each.connect_ex(path) in {0, 106})
        with socket.socket(socket.AF_UNIX) as good:
            good.connect(path)
            good.sendall(_encode(Call()))
            qtbot.waitUntil(lambda: calls == [Call()])
    finally:
        for each in silent:
            each.close()


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root becomes another user")
def test_another_user_cannot_call(calls, runtime) -> None:
    path = str(the_socket(runtime))
    ours = subprocess.run([sys.executable, "-c", CONNECT, path], check=False)
    assert ours.returncode == 0
    python = "/usr/bin/python3"
    if not Path(python).exists():
        pytest.skip("no Python that everybody may run")
    theirs = subprocess.run(
        [python, "-c", CONNECT, path], user=NOBODY, group=NOBODY, capture_output=True, check=False
    )
    assert b"PermissionError" in theirs.stderr
    assert calls == []


def test_a_name_that_is_no_text_is_no_call() -> None:
    assert _decode(b'{"files": ["/a\\u0000b"], "token": ""}\n') is not None  # refused when opened
    assert _decode(b'{"files": "/ab", "token": ""}\n') is None


# --- files -------------------------------------------------------------------------------------


def others_may(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o077


def test_copies_of_images_are_private(tmp_path: Path) -> None:
    with SampleStore(tmp_path) as store:
        path = store.add(b"an image").path
        assert others_may(path.parent) == 0


def test_the_secret_behind_pseudonyms_is_private(tmp_path: Path) -> None:
    user_salt(tmp_path)
    (path,) = (each for each in tmp_path.rglob("*") if each.is_file())
    assert others_may(path) == 0


def test_what_is_private_is_so_while_it_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "private.tm"
    path.touch(mode=0o600)
    with replacing(path) as file:
        file.write(b"new")
        assert [others_may(each) for each in tmp_path.iterdir()] == [0, 0]
    assert others_may(path) == 0


def test_the_folder_of_settings_is_private(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "config" / "window.json")
    settings.clear_recent()
    assert others_may(tmp_path / "config") == 0


def test_without_a_place_for_settings_they_last_as_long_as_the_window(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(tmp_path / "file" / "window.json")
    project = tmp_path / "a.tm"
    project.touch()
    settings.add_recent(project)
    assert settings.recent == [project]
    assert Settings(tmp_path / "file" / "window.json").recent == []
