"""The runs that an .ichdesk file keeps: all of them back, a damaged one alone, old files too."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ichdesk.archive import Opened, SampleStore, lost_in_tm, lost_text, open_project, save_project
from ichdesk.archive.kept_run import is_project, read_kept_run
from ichdesk.core.errors import UserError
from ichdesk.core.model_facts import facts_of
from ichdesk.core.other_run import other_run
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, is_done, training_key
from ichdesk.core.run_book import MAX_RUNS, NO_RUNS, RunBook
from ichdesk.core.run_comparison import RunComparison, data_change
from ichdesk.core.split_facts import SplitFacts
from ichdesk.core.steps import DEFAULT_STEPS
from ichdesk.imaging.pipeline import checked
from tests.fakes.projects import NAMES, finished_run, full_project

WHEN = datetime(2026, 11, 21, 18, 0, 5, tzinfo=UTC)
VERSION_1 = Path(__file__).parent / "old" / "version_1.ichdesk"


@pytest.fixture
def project(store: SampleStore) -> Project:
    return full_project(store)


def three_runs(project: Project) -> tuple[Project, RunBook]:
    """Runs before and after two images were removed, of which both tested one."""
    first = project.classes[0]
    fewer = project.remove_samples(first.id, [3])
    fewest = fewer.remove_samples(first.id, [0, 2])
    runs = NO_RUNS
    for number, then in enumerate((project, fewer, fewer)):
        run = replace(finished_run(then, f"model {number}".encode()), split=SplitFacts("slice"))
        runs, _ = runs.add(run, WHEN)
    runs = runs.rename(1, "Übung 🩸").annotate(2, "two\nlines").use(2)
    return fewest, runs


def opened_again(project: Project, runs: RunBook, path: Path) -> Opened:
    save_project(project, path, runs=runs)
    with SampleStore(path.parent / f"store of {path.name}") as fresh:
        return open_project(path, fresh, check_steps=checked)


def same(a: TrainingRun, b: TrainingRun) -> bool:
    names = ("train", "test", "history", "seconds", "device", "config", "split", "model", "names")
    return (
        all(getattr(a, name) == getattr(b, name) for name in names)
        and np.array_equal(a.confusion, b.confusion)
        and np.array_equal(a.test_probabilities, b.test_probabilities)
    )


def edit(path: Path, name: str, change: Callable[[Any], object] | None) -> None:
    """Change the JSON of an entry, or with None take it out."""
    with zipfile.ZipFile(path) as archive:
        entries = {n: archive.read(n) for n in archive.namelist()}
    if change is None:
        del entries[name]
    else:
        said = json.loads(entries[name])
        change(said)
        entries[name] = json.dumps(said).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for n, data in entries.items():
            archive.writestr(n, data)


def reopened(path: Path) -> Opened:
    with SampleStore(path.parent / "reopened") as fresh:
        return open_project(path, fresh, check_steps=checked)


def test_all_runs_come_back(project: Project, tmp_path: Path) -> None:
    now, runs = three_runs(project)
    opened = opened_again(now, runs, tmp_path / "a.ichdesk")
    assert opened.left_out == ()
    assert (opened.runs.present, opened.runs.last) == (2, 3)
    for before, after in zip(runs, opened.runs, strict=True):
        for name in ("number", "name", "note", "trained", "data"):
            assert getattr(after, name) == getattr(before, name)
        assert same(after.run, before.run)
        assert is_done(after.run)
    assert opened.run is opened.runs[2].run


def test_the_run_in_use_can_be_read_without_the_images(project: Project, tmp_path: Path) -> None:
    now, runs = three_runs(project)
    whole = opened_again(now, runs, tmp_path / "a.ichdesk").run
    alone, left_out = read_kept_run(tmp_path / "a.ichdesk", checked)
    assert left_out == ()
    assert whole is not None
    assert alone is not None
    assert same(alone, whole)
    assert facts_of(alone) == facts_of(whole)
    patients = [[sample.patient for sample in samples] for _, samples in alone.key[0]]
    assert patients == [[sample.patient for sample in samples] for _, samples in whole.key[0]]
    assert any(any(row) for row in patients)
    save_project(now, tmp_path / "none.ichdesk")
    assert read_kept_run(tmp_path / "none.ichdesk", checked) == (None, ())
    (tmp_path / "text.ichdesk").write_bytes(b"no zip")
    assert not is_project(tmp_path / "text.ichdesk")
    with pytest.raises(UserError, match="cannot be read"):
        read_kept_run(tmp_path / "text.ichdesk", checked)


def test_saving_what_was_opened_gives_the_same_bytes(
    project: Project, store: SampleStore, tmp_path: Path
) -> None:
    now, runs = three_runs(project)
    now = now.delete_class(now.classes[1].id)
    save_project(now, tmp_path / "a.ichdesk", runs=runs)
    opened = open_project(tmp_path / "a.ichdesk", store, check_steps=checked)
    save_project(opened.project, tmp_path / "b.ichdesk", runs=opened.runs)
    assert (tmp_path / "a.ichdesk").read_bytes() == (tmp_path / "b.ichdesk").read_bytes()


def test_an_image_that_was_removed_is_still_the_same_one_in_two_runs(
    project: Project, tmp_path: Path
) -> None:
    now, runs = three_runs(project)
    opened = opened_again(now, runs, tmp_path / "a.ichdesk")
    for a, b in ((1, 2), (2, 3), (1, 3)):
        before = RunComparison.of(runs[a].run, runs[b].run)
        after = RunComparison.of(opened.runs[a].run, opened.runs[b].run)
        assert after.obstacle is before.obstacle
        assert (after.common, after.tested) == (before.common, before.tested)
        assert after.paired == before.paired
        assert data_change(opened.runs[a].run, opened.runs[b].run) == data_change(
            runs[a].run, runs[b].run
        )
    assert RunComparison.of(opened.runs[2].run, opened.runs[3].run).common == 2


def test_it_leaves_nothing_but_a_number(project: Project, tmp_path: Path) -> None:
    now, runs = three_runs(project)
    opened_again(now, runs, tmp_path / "a.ichdesk")
    gone = {s.sha256 for b in project.classes for s in b.samples} - {
        s.sha256 for b in now.classes for s in b.samples
    }
    assert gone
    with zipfile.ZipFile(tmp_path / "a.ichdesk") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert not any(sha.encode() in everything for sha in gone)


def test_a_deleted_class_is_the_same_one_in_two_runs(project: Project, tmp_path: Path) -> None:
    _, runs = three_runs(project)
    opened = opened_again(
        project.delete_class(runs[1].run.class_ids[0]), runs, tmp_path / "a.ichdesk"
    )
    first, second = (opened.runs[number].run for number in (1, 2))
    assert first.class_ids == second.class_ids
    assert first.names == NAMES[:2]
    assert first.class_ids[0] not in {b.id for b in opened.project.classes}


def test_the_fixed_test_set_of_a_run_is_as_it_was_then(project: Project, tmp_path: Path) -> None:
    locked = project.mark_samples(project.classes[0].id, [1])
    runs = RunBook.of(finished_run(locked), WHEN)
    opened = opened_again(project, runs, tmp_path / "a.ichdesk")
    (_, samples), _ = opened.runs[1].run.key[0]
    assert [sample.is_test for sample in samples] == [False, True, False, False]
    assert opened_again(locked, runs, tmp_path / "b.ichdesk").runs[1].run.key[1] == locked.config


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("runs/2.json", None),
        ("runs/2.json", dict.clear),
        ("runs/2.json", lambda said: said["classes"][0].update(samples=[-1])),
        ("runs/2.json", lambda said: said["classes"][0].update(test_set=[10**6])),
    ],
)
def test_a_damaged_run_costs_no_other(
    project: Project, tmp_path: Path, name: str, change: Callable[[Any], object] | None
) -> None:
    now, runs = three_runs(project)
    path = tmp_path / "a.ichdesk"
    save_project(now, path, runs=runs.use(3))
    edit(path, name, change)
    opened = reopened(path)
    assert [kept.number for kept in opened.runs] == [1, 3]
    assert opened.runs.present == 3
    assert opened.left_out == ("Run 2 in the file cannot be used here and was left out.",)
    assert same(opened.runs[3].run, runs[3].run)


def test_without_the_run_in_use_there_is_none_in_use(project: Project, tmp_path: Path) -> None:
    now, runs = three_runs(project)
    path = tmp_path / "a.ichdesk"
    save_project(now, path, runs=runs.use(1))
    edit(path, "runs/1.json", None)
    opened = reopened(path)
    assert (opened.run, opened.runs.present) == (None, None)
    assert "Run 1, “Übung 🩸” in the file cannot be used" in opened.left_out[0]


@pytest.mark.parametrize(
    ("change", "kept", "notes"),
    [
        (lambda s: s.update(runs="x"), 0, 4),
        (lambda s: s["runs"].append(5), 3, 1),
        (lambda s: s["runs"][1].update(number=1), 2, 3),
        (lambda s: s["runs"][1].update(number=True), 2, 3),
        (lambda s: s["runs"][0].update(name="a\0b"), 3, 1),
        (lambda s: s["runs"][1].update(note=7), 3, 1),
        (lambda s: s["runs"][1].update(note="x" * 3000), 3, 1),
        (lambda s: s["runs"][0].update(trained="yesterday", data="/etc"), 3, 0),
        (lambda s: s.update(present=99), 3, 0),
        (lambda s: s.update(present=[2]), 3, 0),
    ],
)
def test_what_is_said_of_runs_is_checked(
    project: Project, tmp_path: Path, change: Callable[[Any], object], kept: int, notes: int
) -> None:
    now, runs = three_runs(project)
    path = tmp_path / "a.ichdesk"
    save_project(now, path, runs=runs)
    edit(path, "project.json", change)
    opened = reopened(path)
    assert len(opened.runs) == kept
    assert len(opened.left_out) >= notes
    assert bool(notes) == bool(opened.left_out)
    for found in opened.runs:
        assert "\0" not in found.name
        assert len(found.data) == 8


def with_answers(project: Project) -> RunBook:
    """A run, and what another model made of its test images."""
    run = finished_run(project)
    answers = run.test_probabilities[:, ::-1].copy()
    other = other_run(run, "Übung 2.zip", answers, "tm-import", DEFAULT_STEPS)
    return NO_RUNS.add(run, WHEN)[0].add(other, WHEN)[0]


def test_answers_of_another_model_come_back(project: Project, tmp_path: Path) -> None:
    runs = with_answers(project)
    opened = opened_again(project, runs, tmp_path / "x.ichdesk")
    assert opened.left_out == ()
    own, other = opened.runs
    assert (own.run.origin, other.run.origin) == ("", "Übung 2.zip")
    assert same(other.run, runs.runs[1].run)
    assert opened.runs.present == 1
    assert len(RunComparison.of(own.run, other.run).answers) == len(own.run.test_probabilities)


@pytest.mark.parametrize(
    "change",
    [
        {"other_model": ""},
        {"other_model": 3},
        {"other_model": "x" * 101},
        {"history": [{"acc": 1, "test_acc": 1, "loss": 0, "test_loss": 0}]},
    ],
)
def test_forged_answers_are_left_out(
    change: dict[str, object], project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "x.ichdesk"
    save_project(project, path, runs=with_answers(project))
    edit(path, "runs/2.json", lambda said: said.update(change))
    with SampleStore(tmp_path / "store") as fresh:
        opened = open_project(path, fresh, check_steps=checked)
    assert [kept.number for kept in opened.runs] == [1]
    assert "Run 2" in opened.left_out[0]


def test_answers_of_another_model_are_never_in_use(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "x.ichdesk"
    save_project(project, path, runs=with_answers(project))
    edit(path, "project.json", lambda said: said.update(present=2))
    with SampleStore(tmp_path / "store") as fresh:
        assert open_project(path, fresh, check_steps=checked).run is None


def test_the_number_of_runs_is_bounded(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.ichdesk"
    save_project(project, path, runs=RunBook.of(finished_run(project)))

    def many(said: Any) -> None:
        said["runs"] = [{**said["runs"][0], "number": n} for n in range(1, MAX_RUNS + 6)]

    edit(path, "project.json", many)
    assert "Runs beyond the first 20" in reopened(path).left_out[0]


# --- a file of version 1 -----------------------------------------------------------------------


def test_the_run_of_a_file_of_version_1_is_run_1(tmp_path: Path) -> None:
    with SampleStore(tmp_path / "fresh") as fresh:
        opened = open_project(VERSION_1, fresh, check_steps=checked)
        assert opened.left_out == ()
        assert [(b.name, len(b.samples)) for b in opened.project.classes] == [
            *((NAMES[0], 3), (NAMES[1], 3), (NAMES[2], 2), (NAMES[3], 0)),
        ]
        (kept,) = opened.runs
        assert (kept.number, kept.name, kept.trained, opened.runs.present) == (1, "", None, 1)
        assert kept.run.model == b"a model"
        assert kept.run.names == NAMES[:2]
        assert len(kept.run.key[0][0][1]) == 4  # one of them has been removed since
        assert kept.run.key != training_key(opened.project)
        save_project(opened.project, tmp_path / "b.ichdesk", runs=opened.runs)
    again = reopened(tmp_path / "b.ichdesk")
    assert same(again.runs[1].run, kept.run)
    with zipfile.ZipFile(tmp_path / "b.ichdesk") as archive:
        assert "model.safetensors" not in archive.namelist()
        assert json.loads(archive.read("project.json"))["version"] == 2


# --- what a .tm file loses ---------------------------------------------------------------------


def test_a_tm_file_says_how_many_runs_it_does_not_keep(project: Project) -> None:
    _, runs = three_runs(project)
    plain = replace(project, classes=())
    assert "the 3 runs with their models;" in lost_text(lost_in_tm(plain, runs), runs)
