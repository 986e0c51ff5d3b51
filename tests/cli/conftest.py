"""Projects for the command line, made once: synthetic, small, real files."""

from pathlib import Path

import pytest

from ichdesk.cli import run_command


@pytest.fixture(scope="session")
def phantom_tm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("project") / "small.tm"
    assert run_command(["phantom", str(path), "--classes", "Hemorrhage=8,Normal=7"]) == 0
    return path
