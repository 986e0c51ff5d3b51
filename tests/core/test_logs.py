"""The log says where something went wrong and names nobody."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from ichdesk.core.logs import start_log


@pytest.fixture(autouse=True)
def clean_root() -> Iterator[None]:
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()


def fail(name: str) -> None:
    raise OSError(2, "No such file", name)


def test_errors_are_logged_without_file_names(tmp_path: Path) -> None:
    start_log(tmp_path / "logs", "window.log")
    name = "/home/teacher/DOE^JANE.dcm"
    try:
        fail(name)
    except OSError:
        logging.getLogger("x").exception("import failed")
    text = (tmp_path / "logs" / "window.log").read_text(encoding="utf-8")
    assert "import failed" in text
    assert "in fail" in text
    assert "FileNotFoundError" in text
    assert "DOE" not in text


def test_without_a_folder_it_goes_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    start_log(tmp_path / "file", "window.log")
    logging.getLogger("x").warning("still heard")
    assert "still heard" in capsys.readouterr().err
