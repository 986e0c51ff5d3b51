"""The fixed test set is in every kind of file, and a file without one says nothing of it."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ichdesk.archive import SampleStore, export_samples, open_project, save_project
from ichdesk.core.project import Project
from ichdesk.core.run import is_current
from ichdesk.core.run_book import RunBook
from ichdesk.core.samples import marked
from ichdesk.core.split_facts import BY_TEST_SET, SplitFacts
from tests.fakes.projects import finished_run

MakeZip = Callable[..., Path]


@pytest.fixture
def project(store: SampleStore, jpegs: list[bytes]) -> Project:
    """Of class A the second and fourth image, of class B the first, and none of class C."""
    samples = [store.add(data) for data in jpegs]
    return (
        Project()
        .add_class("A", marked(samples[:5], (1, 3)))
        .add_class("B", marked(samples[5:8], (0,)))
        .add_class("C", samples[8:10])
    )


def sides(project: Project) -> dict[str, list[tuple[str, bool]]]:
    return {b.name: [(s.sha256, s.is_test) for s in b.samples] for b in project.classes}


def document(path: Path, name: str) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(name))


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@pytest.mark.parametrize("suffix", [".tm", ".ichdesk"])
def test_it_comes_back(project: Project, store: SampleStore, tmp_path: Path, suffix: str) -> None:
    path, copy = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    save_project(project, path)
    opened = open_project(path, store)
    assert opened.left_out == ()
    assert sides(opened.project) == sides(project)
    save_project(opened.project, copy)
    assert copy.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("suffix", [".tm", ".ichdesk"])
def test_released_it_leaves_no_trace(
    project: Project, store: SampleStore, tmp_path: Path, suffix: str
) -> None:
    plain, path = tmp_path / f"plain{suffix}", tmp_path / f"a{suffix}"
    save_project(project.release_test_set(), plain)
    save_project(project, path)
    opened = open_project(path, store).project
    save_project(opened.release_test_set(), path)
    assert path.read_bytes() == plain.read_bytes()
    assert b"test_set" not in plain.read_bytes()


def test_any_program_finds_all_images_in_a_tm_file(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.tm"
    save_project(project, path)
    entries = [name for name in names(path) if name != "manifest.json"]
    assert entries == [
        f"{b.name}-!-{i}.jpg" for b in project.classes for i in range(len(b.samples))
    ]
    own = document(path, "manifest.json")["ichdesk"]
    assert own["test_set"] == [
        {"class": "A", "images": [1, 3]},
        {"class": "B", "images": [0]},
    ]


def test_a_damaged_image_of_a_tm_file_shifts_nothing(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    said = {"type": "image", "ichdesk": {"test_set": [{"class": "A", "images": [1, 2]}]}}
    entries = {"A-!-0.jpg": b"junk", "A-!-1.jpg": jpegs[1], "A-!-2.jpg": jpegs[2]}
    path = make_zip({**entries, "A-!-3.jpg": jpegs[3], "B-!-0.jpg": jpegs[4]}, said)
    bins = open_project(path, store).project.classes
    assert [[s.is_test for s in b.samples] for b in bins] == [[True, True, False], [False]]


@pytest.mark.parametrize(
    "said",
    [7, "A", [7], [{"class": 3, "images": [0]}], [{"class": "A"}], [{"class": "A", "images": "0"}]]
    + [[{"class": "A", "images": [value]}] for value in (-1, 9, 0.0, True, None, "0", [0], 2**99)]
    + [[{"class": "Z", "images": [0]}]],
)
def test_nonsense_in_a_tm_file_is_no_test_set(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes], said: object
) -> None:
    path = make_zip({"A-!-0.jpg": jpegs[0], "B-!-0.jpg": jpegs[1]}, {"ichdesk": {"test_set": said}})
    project = open_project(path, store).project
    assert project.sample_count == 2
    assert project.test_count == 0


@pytest.mark.parametrize("said", [7, [7], [0, 0], [3, 1], [-1], ["0"], [True], None, {"0": 1}])
def test_nonsense_in_a_native_file_is_told_and_loses_no_image(
    project: Project, make_zip: MakeZip, store: SampleStore, tmp_path: Path, said: object
) -> None:
    path = tmp_path / "a.ichdesk"
    save_project(project, path)
    written = document(path, "project.json")
    written["classes"][0]["test_set"] = said
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["project.json"] = json.dumps(written).encode()
    opened = open_project(make_zip(entries, None, name="b.ichdesk"), store)
    assert [len(b.samples) for b in opened.project.classes] == [5, 3, 2]
    assert [b.positions(is_test=True) for b in opened.project.classes] == [(), (0,), ()]
    assert any("“A” are in the fixed test set" in sentence for sentence in opened.left_out)


def test_a_run_on_it_comes_back_and_is_current(
    project: Project, store: SampleStore, tmp_path: Path
) -> None:
    run = replace(finished_run(project), split=SplitFacts(BY_TEST_SET))
    path = tmp_path / "a.ichdesk"
    save_project(project, path, runs=RunBook.of(run))
    opened = open_project(path, store)
    assert opened.left_out == ()
    assert opened.run is not None
    assert opened.run.split == SplitFacts(BY_TEST_SET)
    assert [[s.is_test for s in own] for _, own in opened.run.key[0]] == [
        [s.is_test for s in b.samples] for b in project.classes
    ]
    assert is_current(opened.run, opened.project)
    assert not is_current(opened.run, opened.project.release_test_set())


def test_a_run_whose_split_was_locked_is_still_current(
    project: Project, store: SampleStore, tmp_path: Path
) -> None:
    plain = project.release_test_set()
    run = finished_run(plain)
    kept = plain
    for bin_, held in zip(plain.classes, run.test, strict=True):
        kept = kept.mark_samples(bin_.id, held)
    path = tmp_path / "a.ichdesk"
    save_project(kept, path, runs=RunBook.of(run))
    opened = open_project(path, store)
    assert opened.run is not None
    assert is_current(opened.run, opened.project)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=1, max_size=3))
def test_whatever_is_in_it_it_comes_back(
    store: SampleStore, jpegs: list[bytes], tmp_path: Path, tested: list[list[bool]]
) -> None:
    project = Project()
    for number, own in enumerate(tested):
        samples = [store.add(jpegs[4 * number + i]) for i in range(len(own))]
        project = project.add_class(
            f"Class {number}", marked(samples, [i for i, t in enumerate(own) if t])
        )
    for suffix in (".tm", ".ichdesk"):
        path = tmp_path / f"a{suffix}"
        save_project(project, path)
        assert sides(open_project(path, store).project) == sides(project)


def test_exported_it_has_a_folder_of_its_own(
    project: Project, jpegs: list[bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert export_samples(project, out) == 10
    found = {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert sorted(found) == [
        *("test/A/1.jpg", "test/A/3.jpg", "test/B/0.jpg"),
        *("train/A/0.jpg", "train/A/2.jpg", "train/A/4.jpg"),
        *("train/B/1.jpg", "train/B/2.jpg", "train/C/0.jpg", "train/C/1.jpg"),
    ]
    assert found["test/A/3.jpg"] == jpegs[3]
