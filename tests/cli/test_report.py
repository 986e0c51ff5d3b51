"""The command "report": trains where it must, reports a kept training as it is."""

import json
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore, open_project, save_project
from ichdesk.cli import jobs, run_command
from ichdesk.core.run_book import RunBook
from ichdesk.imaging.pipeline import checked
from tests.fakes.reports import report_source

FILES = ["report.html", "report.pdf"]


def report(*words: object) -> int:
    return run_command(["report", *map(str, words)])


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def kept(qapp, tmp_path: Path) -> Path:
    """A project file that keeps a training."""
    path = tmp_path / "kept.ichdesk"
    with SampleStore(tmp_path / "samples") as store:
        source = report_source(store, "Hemorrhage", "Normal")
        source.run.model = b"a model"
        save_project(source.project, path, runs=RunBook.of(source.run))
    return path


def test_a_project_without_a_training_is_trained(
    qapp, phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, numbers = tmp_path / "new" / "folder", tmp_path / "r.json"
    assert report(phantom_tm, "--out", out, "--epochs", 3, "--seed", 5, "--json", numbers) == 0
    said = capsys.readouterr().out
    assert said.startswith("Trained: test accuracy ")
    assert names_in(out) == FILES
    result = json.loads(numbers.read_text("utf-8"))
    assert result["was_kept"] is False
    assert result["report"] == [str(out / name) for name in FILES]
    assert result["settings"]["epochs"] == 3
    page = (out / FILES[0]).read_text("utf-8")
    correct, n = result["test_correct"], result["test_samples"]
    assert f"Test accuracy: {correct} of {n} test images right" in page
    assert "3 passes over the training images" in page
    assert (out / FILES[1]).read_bytes().startswith(b"%PDF")


def test_a_kept_training_is_reported_without_training(
    kept: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("trained")

    monkeypatch.setattr(jobs, "train_project", refuse)
    before, out = kept.read_bytes(), tmp_path / "out"
    for _ in range(2):  # an earlier report may be replaced
        assert report(kept, "--out", out) == 0
    said = capsys.readouterr().out
    assert "The training that the file keeps: test accuracy 6 of 8 = 0.75" in said
    assert names_in(out) == FILES
    assert "Test accuracy: 6 of 8" in (out / FILES[0]).read_text("utf-8")
    assert kept.read_bytes() == before


def test_settings_ask_for_a_training(kept: Path, tmp_path: Path) -> None:
    out, numbers = tmp_path / "out", tmp_path / "r.json"
    assert report(kept, "--out", out, "--epochs", 2, "--json", numbers) == 0
    assert json.loads(numbers.read_text("utf-8"))["was_kept"] is False
    assert "2 passes over the training images" in (out / FILES[0]).read_text("utf-8")
    with SampleStore() as store:
        assert open_project(kept, store, check_steps=checked).project.config.epochs == 3


@pytest.mark.parametrize("name", FILES)
def test_nothing_but_an_earlier_report_is_replaced(kept: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("work of a week")
    assert report(kept, "--out", tmp_path / "out") == 2
    assert (tmp_path / "out" / name).read_text() == "work of a week"
    assert names_in(tmp_path / "out") == [name]


@pytest.mark.parametrize("case", ["missing", "damaged", "out is a file", "no out", "untrainable"])
def test_bad_input_is_one_sentence(
    kept: Path, tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged.ichdesk"
    damaged.write_bytes(b"PK no zip")
    words = {
        "missing": [tmp_path / "none.tm", "--out", tmp_path / "out"],
        "damaged": [damaged, "--out", tmp_path / "out"],
        "out is a file": [kept, "--out", damaged],
        "no out": [kept],
        "untrainable": [kept, "--out", tmp_path / "out", "--epochs", 0],
    }
    assert report(*words[case]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert not (tmp_path / "out" / FILES[0]).exists()
    assert damaged.read_bytes() == b"PK no zip"
