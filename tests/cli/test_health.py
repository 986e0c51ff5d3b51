"""The checks of data health as text and JSON, on a project of phantoms and on what is none."""

import json
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore, open_project, save_project
from ichdesk.cli import run_command
from ichdesk.core.project import Project

WORKSHOP = Path(__file__).resolve().parents[3] / "shared" / "data" / "workshop_experiment1.tm"
KEYS = [
    "balance", "copies", "patients", "kinds", "split", "readable", "sizes", "shown", "spots",
    "outliers", "near",
]  # fmt: skip


@pytest.fixture(scope="module")
def with_copy(phantom_tm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The third bleed is a normal one, too."""
    folder = tmp_path_factory.mktemp("health")
    with SampleStore(folder / "samples") as store:
        project = open_project(phantom_tm, store).project
        bleed, normal = project.classes
        changed = project.add_samples(normal.id, [bleed.samples[2]])
        save_project(changed, folder / "copy.ichdesk")
    return folder / "copy.ichdesk"


def test_text(with_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["health", str(with_copy)]) == 0
    said = capsys.readouterr().out
    assert "Exact copies: Problem\n  1 of 16 images is an exact copy" in said
    assert "    Hemorrhage, image 3 and Normal, image 8\n" in said
    assert "What to do: " in said
    assert said.count(": Fine\n") >= 5


def test_json(with_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["health", str(with_copy), "--json"]) == 0
    found = {check["check"]: check for check in json.loads(capsys.readouterr().out)}
    assert [*found] == KEYS
    assert found["copies"]["state"] == "problem"
    assert found["copies"]["are_pairs"]
    assert [(i["class"], i["image"]) for i in found["copies"]["images"]] == [
        ("Hemorrhage", 3),
        ("Normal", 8),
    ]
    assert found["near"]["state"] == "fine"  # an exact copy is told once


def test_one_class_has_no_pixels_to_compare(
    with_copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one.ichdesk"
    with SampleStore(tmp_path / "samples") as store:
        project = open_project(with_copy, store).project
        save_project(project.delete_class(project.classes[1].id), path)
    assert run_command(["health", str(path), "--json"]) == 0
    assert [c["check"] for c in json.loads(capsys.readouterr().out)] == KEYS[:5]


def test_bad_input_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.ichdesk"
    save_project(Project().add_class("A").add_class("B"), empty)
    junk = tmp_path / "junk.tm"
    junk.write_bytes(b"junk")
    for path in (empty, junk, tmp_path / "missing.tm"):
        assert run_command(["health", str(path)]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.strip().splitlines()) == 1


@pytest.mark.skipif(not WORKSHOP.is_file(), reason="the workshop's project is not here")
def test_the_workshop_project_is_small_and_otherwise_fine(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_command(["health", str(WORKSHOP), "--json"]) == 0
    found = {check["check"]: check["state"] for check in json.loads(capsys.readouterr().out)}
    assert {key for key, state in found.items() if state == "fine"} == set(KEYS) - {
        "balance", "patients", "split",
    }  # fmt: skip
    assert (found["balance"], found["patients"]) == ("look", "unknown")
