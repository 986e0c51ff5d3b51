"""A sample reads its own bytes or says that it cannot."""

from pathlib import Path

import pytest

from ichdesk.core.samples import ClassBin, Sample


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    path.write_bytes(b"0123456789")
    assert Sample(path, 3, 4, "x").read() == b"3456"
    with pytest.raises(OSError, match="shorter"):
        Sample(path, 8, 4, "x").read()
    with pytest.raises(FileNotFoundError):
        Sample(tmp_path / "gone", 0, 1, "x").read()


def test_class_ids_differ() -> None:
    assert ClassBin("A").id != ClassBin("A").id
