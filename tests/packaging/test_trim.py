"""Names for debuggers go, and nothing that comes into memory."""

import importlib
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("strip") is None, reason="needs strip, on Linux"
)


@pytest.fixture
def trim(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PACKAGING))
    module = importlib.import_module("trim")
    monkeypatch.delitem(sys.modules, "trim")
    return module


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A decoder of JPEG-LS, whose wheel has names for debuggers."""
    source = importlib.import_module("_CharLS").__file__
    return Path(shutil.copy(source, tmp_path / "_CharLS.so"))


def test_names_for_debuggers_go_and_nothing_else(trim, library):
    before, size = trim.segments(library), library.stat().st_size
    trim.strip(library)
    assert library.stat().st_size < size / 2
    assert trim.segments(library) == before
    assert [path.name for path in library.parent.iterdir()] == [library.name]


def test_a_change_in_what_is_loaded_is_seen(trim, library):
    before = trim.segments(library)
    data = bytearray(library.read_bytes())
    data[len(data) // 16] ^= 1  # in the first of its segments with bytes of code
    library.write_bytes(data)
    assert trim.segments(library) != before


def test_what_strip_would_break_stays_as_it_is(trim, library, monkeypatch):
    data = library.read_bytes()

    def breaking(command, **_):
        Path(command[3]).write_bytes(data[:4096] + bytes(4096) + data[8192:])
        return trim.subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(trim.subprocess, "run", breaking)
    trim.strip(library)
    assert library.read_bytes() == data
    assert [path.name for path in library.parent.iterdir()] == [library.name]


def test_what_is_no_library_stays_as_it_is(trim, tmp_path):
    text = tmp_path / "script.so"
    text.write_text("GROUP ( libm.so.6 )", "utf-8")
    trim.strip(text)
    assert text.read_text("utf-8") == "GROUP ( libm.so.6 )"
