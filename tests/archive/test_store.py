"""The session's spool: samples stay readable, equal ones are kept once, the folder goes away."""

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.errors import UserError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, appauthor: tmp_path / name)
    return tmp_path / "ichdesk" / "samples"


def test_bytes_come_back_and_equal_ones_are_kept_once(store: SampleStore) -> None:
    first, second, again = store.add(b"one"), store.add(b"second"), store.add(b"one")
    assert (first.read(), second.read()) == (b"one", b"second")
    assert again is first
    assert first.path.stat().st_size == 9
    assert store.add(b"").read() == b""


def test_threads_may_add_at_once(store: SampleStore) -> None:
    data = [bytes([i % 251]) * (i * 7 + 1) for i in range(500)]
    with ThreadPoolExecutor(8) as pool:
        samples = list(pool.map(store.add, data))
    assert [sample.read() for sample in samples] == data


def test_the_folder_lives_as_long_as_the_store(cache: Path) -> None:
    with SampleStore() as store:
        sample = store.add(b"x")
        assert cache in sample.path.parents
        assert sample.read() == b"x"
    assert list(cache.iterdir()) == []
    store.close()


def test_other_files_in_a_given_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_bytes(b"x")
    with SampleStore(tmp_path) as store:
        store.add(b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "mine.txt"]


def test_folders_of_dead_sessions_are_swept_and_living_ones_stay(cache: Path) -> None:
    code = "import sys,os\nfrom pathlib import Path\nimport platformdirs\n"
    code += "platformdirs.user_cache_path = lambda name, appauthor: Path(sys.argv[1])\n"
    code += "from ichdesk.archive import SampleStore\nSampleStore().add(b'x')\nos._exit(1)\n"
    subprocess.run([sys.executable, "-c", code, cache.parent], check=False)
    (dead,) = cache.iterdir()
    with SampleStore() as living:
        sample = living.add(b"y")
        for folder in cache.iterdir():
            os.utime(folder, (0, 0))
        with SampleStore():
            assert not dead.exists()
            assert sample.read() == b"y"


def test_without_a_cache_the_temporary_folder_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, appauthor: tmp_path / "file")
    with SampleStore() as store:
        assert store.add(b"x").read() == b"x"


def test_without_any_folder_samples_are_refused_until_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocker = tmp_path / "file"
    blocker.write_bytes(b"")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, appauthor: blocker / name)
    monkeypatch.setattr("tempfile.tempdir", str(blocker))
    with SampleStore() as store:
        with pytest.raises(UserError, match="cannot be written to"):
            store.add(b"x")
        blocker.unlink()
        assert store.add(b"x").read() == b"x"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_and_later_samples_work(store: SampleStore) -> None:
    store.add(b"before")
    whole = store._file
    with Path("/dev/full").open("wb", buffering=0) as full:
        store._file = full  # type: ignore[assignment]
        with pytest.raises(UserError, match=os.strerror(errno.ENOSPC).lower()):
            store.add(b"lost")
    store._file = whole
    assert store.add(b"lost").read() == b"lost"
