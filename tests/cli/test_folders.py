"""Projects to folders and back: every option, the same images, sides and patients."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore, open_project, save_project
from ichdesk.cli import jobs, run_command
from ichdesk.cli.progress import progress_bars
from ichdesk.core.project import Project
from ichdesk.core.run_book import RunBook
from ichdesk.core.sides import sides_of
from tests.fakes.projects import finished_run

PATIENTS = Path(__file__).parents[2] / "projects" / "experiment7.ichdesk"
Content = dict[tuple[str, bool], list[str]]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[Path], Project]]:
    """Opens project files, whose images can be read until the test ends."""
    with ExitStack() as stores:

        def opened(path: Path) -> Project:
            store = stores.enter_context(SampleStore(tmp_path / f"store of {path.name}"))
            return open_project(path, store).project

        yield opened


@pytest.fixture
def locked(phantom_tm: Path, opened: Callable[[Path], Project], tmp_path: Path) -> Path:
    """Of each class, three images in the middle are the test set."""
    path = tmp_path / "locked.ichdesk"
    with SampleStore(tmp_path / "store") as store:
        project = open_project(phantom_tm, store).project
        for bin_ in project.classes:
            project = project.mark_samples(bin_.id, range(2, 5))
        save_project(project, path)
    return path


def run(*arguments: object) -> int:
    return run_command([str(argument) for argument in arguments])


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def content(project: Project) -> Content:
    return {
        (bin_.name, is_test): sorted(s.sha256 for s in bin_.samples if s.is_test is is_test)
        for bin_ in project.classes
        for is_test in (False, True)
    }


def patients(project: Project) -> dict[str, str | None]:
    return {s.sha256: s.patient for bin_ in project.classes for s in bin_.samples}


@pytest.mark.parametrize("layout", ["classes", "split"])
@pytest.mark.parametrize("command", ["convert", "import"])
def test_a_folder_becomes_the_same_project(
    locked: Path,
    opened: Callable[[Path], Project],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    layout: str,
    command: str,
) -> None:
    folder, back = tmp_path / "out", tmp_path / "back.ichdesk"
    assert run("convert", locked, folder, "--layout", layout) == 0
    assert (folder / "train").is_dir() is (layout == "split")
    if command == "convert":
        assert run("convert", folder, back) == 0
    else:
        assert run("import", folder, "--into", back) == 0
        assert f"Added 15 images to {back}" in capsys.readouterr().out
    assert content(opened(back)) == content(opened(locked))
    assert capsys.readouterr().err == ""


def test_slices_and_their_patients_come_back(
    opened: Callable[[Path], Project], tmp_path: Path
) -> None:
    folder, back = tmp_path / "out", tmp_path / "back.ichdesk"
    assert run("convert", PATIENTS, folder, "--hu") == 0
    assert run("convert", folder, back) == 0
    before, after = opened(PATIENTS), opened(back)
    assert content(after) == content(before)
    assert patients(after) == patients(before)
    assert all(s.is_hu and s.series for bin_ in after.classes for s in bin_.samples)


def test_pictures_of_slices_keep_their_patients(
    opened: Callable[[Path], Project], tmp_path: Path
) -> None:
    folder, back = tmp_path / "out", tmp_path / "back.ichdesk"
    assert run("convert", PATIENTS, folder) == 0
    assert run("import", folder, "--into", back) == 0
    groups = [sorted(filter(None, patients(opened(p)).values())) for p in (PATIENTS, back)]
    assert groups[0] == groups[1]
    assert len(set(groups[0])) > 10


def test_the_split_is_that_of_a_training(opened: Callable[[Path], Project], tmp_path: Path) -> None:
    assert run("convert", PATIENTS, tmp_path / "out") == 0
    project = opened(PATIENTS)
    project = replace(project, config=replace(project.config, epochs=1))
    with progress_bars() as bars:
        trained, _ = jobs.train_project(project, bars)
    tested = sides_of(project).test
    assert tuple(tuple(sorted(tested[class_id])) for class_id in trained.class_ids) == trained.test
    rows = rows_of(tmp_path / "out")
    said = Counter(row["class"] for row in rows if row["split"] == "test")
    assert said == dict(zip(trained.names, map(len, trained.test), strict=True))
    assert {row["split_by"] for row in rows} == {"patient"}
    sides = [{row["patient"] for row in rows if row["split"] == side} for side in ("train", "test")]
    assert not sides[0] & sides[1]


def test_a_kept_run_decides(opened: Callable[[Path], Project], tmp_path: Path) -> None:
    """Locking its split changes nothing of who is tested on; without a manifest folders say it."""
    with SampleStore(tmp_path / "store") as store:
        found = open_project(PATIENTS, store)
        kept = finished_run(found.project)
        save_project(found.project, tmp_path / "run.ichdesk", runs=RunBook.of(kept))
    out = tmp_path / "out"
    assert run("convert", tmp_path / "run.ichdesk", out, "--layout", "split", "--no-manifest") == 0
    assert {path.name for path in out.iterdir()} == {"train", "test"}
    last = {f"{len(samples) - 1}.jpg" for _, samples in kept.key[0]}
    assert {path.name for path in (out / "test").glob("*/*")} == last


@pytest.mark.parametrize("option", [["--hu"], ["--layout", "split"], ["--no-manifest"]])
def test_options_of_folders_are_refused_for_projects(
    phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str]
) -> None:
    assert run("convert", phantom_tm, tmp_path / "x.ichdesk", *option) == 2
    assert "are for folders" in capsys.readouterr().err
    assert not (tmp_path / "x.ichdesk").exists()


def test_an_empty_test_folder_is_no_mistake(
    phantom_tm: Path, opened: Callable[[Path], Project], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    assert run("convert", phantom_tm, folder / "train", "--no-manifest") == 0
    (folder / "test").mkdir()
    for command in (("convert", folder), ("import", folder, "--into")):
        assert run(*command, tmp_path / f"{command[0]}.tm") == 0
        assert content(opened(tmp_path / f"{command[0]}.tm")) == content(opened(phantom_tm))
