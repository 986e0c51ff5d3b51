"""Test images from folders: counted, tested on and never trained on, exported and read again."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from ichdesk.archive import SampleStore, open_project, save_project
from ichdesk.cli import run_command

EPOCHS = ["--epochs", "2"]


def json_of(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def locked_tm(phantom_tm: Path, tmp_path: Path) -> Path:
    """Of each class, the first three images are the test set."""
    path = tmp_path / "locked.tm"
    with SampleStore(tmp_path / "store") as store:
        project = open_project(phantom_tm, store).project
        for bin_ in project.classes:
            project = project.mark_samples(bin_.id, range(3))
        save_project(project, path)
    return path


@pytest.fixture(scope="module")
def test_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of two images of each class, and one of no class."""
    folder = tmp_path_factory.mktemp("test images")
    project = folder / "project.tm"
    command = ["phantom", str(project), "--classes", "Hemorrhage=2,Normal=2,Epidural=1"]
    assert run_command([*command, "--seed", "3"]) == 0
    assert run_command(["convert", str(project), str(folder / "set")]) == 0
    return folder / "set"


def test_info_counts_them(locked_tm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["info", str(locked_tm)]) == 0
    out = capsys.readouterr().out
    assert "locked.tm: 15 images, 6 in the test set" in out
    assert "Hemorrhage: 8 images, 3 in the test set" in out


def test_training_uses_those_of_the_file(
    locked_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r.json"
    assert run_command(["train", str(locked_tm), *EPOCHS, "--json", str(out)]) == 0
    result = json_of(out)
    assert result["split"]["by"] == "test set"
    assert result["split"]["test"] == {"Hemorrhage": 3, "Normal": 3}
    assert result["split"]["train"] == {"Hemorrhage": 5, "Normal": 4}
    assert result["test_samples"] == 6
    assert "Fixed test set, never trained on." in capsys.readouterr().out


def test_a_folder_is_tested_on_and_nothing_is_held_out(
    phantom_tm: Path, test_images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r.json"
    command = ["train", str(phantom_tm), *EPOCHS, "--test", str(test_images), "--json", str(out)]
    assert run_command(command) == 0
    split = json_of(out)["split"]
    assert split["by"] == "test set"
    assert split["test"] == {"Hemorrhage": 2, "Normal": 2}
    assert split["train"] == {"Hemorrhage": 8, "Normal": 7}
    assert "“Epidural” is no class of the project" in capsys.readouterr().err


def test_copies_of_training_images_are_told(
    phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "same"
    assert run_command(["convert", str(phantom_tm), str(folder)]) == 0
    assert run_command(["train", str(phantom_tm), *EPOCHS, "--test", str(folder)]) == 0
    said = capsys.readouterr().err
    assert "15 of the 15 images are in the classes, too." in said
    assert "15 test images are nearly the same as training images" in said


@pytest.mark.parametrize("name", ["missing", "empty", "strangers"])
def test_a_folder_without_test_images_is_refused(
    phantom_tm: Path,
    test_images: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "strangers").mkdir()
    (tmp_path / "strangers" / "Other").symlink_to(test_images / "Epidural")
    image = next((test_images / "Epidural").iterdir())
    (tmp_path / "strangers" / "x.jpg").write_bytes(image.read_bytes())
    assert run_command(["train", str(phantom_tm), "--test", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert ("does not exist" if name == "missing" else "has no test image for a class") in said


def test_evaluate_says_that_the_test_never_varies(
    locked_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "e.json"
    assert run_command(["evaluate", str(locked_tm), "--seeds", "2", "--json", str(out)]) == 0
    assert json_of(out)["split"] == "test set"
    assert "tested on the fixed test set, so that only the random start differs" in (
        capsys.readouterr().out
    )


def test_evaluate_needs_a_test_image_that_can_be_read(
    phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.tm"
    with SampleStore(tmp_path / "store") as store:
        project = open_project(phantom_tm, store).project
        file = BytesIO()
        Image.new("RGB", (224, 224), (90, 90, 90)).save(file, "PNG")
        whole = file.getvalue()
        broken = whole[:60] + bytes(len(whole) - 80) + whole[-20:]  # head and end of a picture
        first = project.classes[0]
        project = project.add_samples(first.id, [store.add(broken)])
        project = project.mark_samples(first.id, [len(first.samples)])
        save_project(project, path)
    assert run_command(["evaluate", str(path), "--seeds", "1"]) == 2
    assert "No image of the test set can be read" in capsys.readouterr().err


def test_folders_become_the_project_that_they_came_from(
    locked_tm: Path, tmp_path: Path, sides: Callable[[Path], dict]
) -> None:
    folder, again = tmp_path / "folder", tmp_path / "again.tm"
    assert run_command(["convert", str(locked_tm), str(folder)]) == 0
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"train", "test"}
    assert run_command(["convert", str(folder), str(again)]) == 0
    assert sides(again) == sides(locked_tm)


@pytest.fixture
def sides(tmp_path: Path) -> Callable[[Path], dict]:
    """Images of each class on each side."""

    def sides(path: Path) -> dict:
        with SampleStore(tmp_path / f"store of {path.stem}") as store:
            project = open_project(path, store).project
            return {
                (b.name, is_test): sorted(b.samples[i].sha256 for i in b.positions(is_test=is_test))
                for b in project.classes
                for is_test in (True, False)
            }

    return sides
