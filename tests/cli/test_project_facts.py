"""`ichdesk info` says what a file holds and which runs it keeps."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore, save_project
from ichdesk.cli import run_command
from ichdesk.core.run_book import NO_RUNS
from tests.fakes.projects import finished_run, full_project

WHEN = datetime(2026, 11, 21, 18, 5, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with SampleStore(tmp_path / "samples") as store:
        project = full_project(store)
        runs, _ = NO_RUNS.add(finished_run(project), WHEN)
        runs, _ = runs.add(finished_run(project), None)
        runs = runs.rename(1, "Bone window").annotate(1, "two\nlines").use(1)
        save_project(project, tmp_path / "a.ichdesk", runs=runs)
    return tmp_path / "a.ichdesk"


def test_it_lists_the_runs(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["info", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("Keeps 2 runs:")
    assert lines[at + 1] == (
        "  run 1, “Bone window”, 2026-11-21 18:05 UTC: test accuracy 2 of 2 = 1.00 "
        "(95 % interval 0.34 to 1.00)  (in use)"
    )
    assert lines[at + 2].startswith("    7 epochs, batch size 32, learning rate 0.0003, seed 4")
    assert lines[at + 3 : at + 5] == ["    two", "    lines"]
    assert lines[at + 5].startswith("  run 2, at an unknown time: test accuracy 2 of 2")


def test_it_says_the_same_to_machines(file: Path, tmp_path: Path) -> None:
    assert run_command(["info", str(file), "--json", str(tmp_path / "facts.json")]) == 0
    said = json.loads((tmp_path / "facts.json").read_text(encoding="utf-8"))
    assert [entry["images"] for entry in said["classes"]] == [4, 3, 2, 0]
    first, second = said["runs"]
    assert (first["number"], first["name"], first["in_use"]) == (1, "Bone window", True)
    assert first["trained"] == "2026-11-21T18:05:00+00:00"
    assert (second["trained"], second["in_use"]) == (None, False)
    assert (first["test_correct"], first["test_samples"], first["images"]) == (2, 2, 7)
    assert first["data"] == second["data"]
    assert said["settings"]["epochs"] == first["settings"]["epochs"] == 7


def test_the_project_itself_is_not_written_over(file: Path) -> None:
    before = file.read_bytes()
    assert run_command(["info", str(file), "--json", str(file)]) == 2
    assert file.read_bytes() == before
