"""What goes into an .ichdesk file comes out of it, to the last bit, and nothing else goes in."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ichdesk.archive import (
    Cancelled,
    Opened,
    SampleStore,
    lost_in_tm,
    lost_text,
    native,
    open_project,
    save_project,
)
from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.project import Project, new_project
from ichdesk.core.run import is_done, training_key
from ichdesk.core.run_book import RunBook
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.imaging.pipeline import baked, checked
from tests.archive.conftest import jpeg
from tests.fakes.projects import CONFIG, MANIFEST, NAMES, finished_run, full_project


def again(path: Path, store: SampleStore) -> Opened:
    return open_project(path, store, check_steps=checked)


def facts(sample: Sample) -> tuple[object, ...]:
    return sample.read(), sample.patient, sample.series, sample.is_hu


def contents(project: Project) -> list[tuple[object, ...]]:
    return [(b.name, b.enabled, [facts(s) for s in b.samples]) for b in project.classes]


def document(path: Path) -> dict[str, object]:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("project.json"))


@pytest.fixture
def project(store: SampleStore) -> Project:
    return full_project(store)


def test_everything_comes_back(project: Project, tmp_path: Path) -> None:
    run = finished_run(project)
    path = tmp_path / "Übung 🩸.ichdesk"
    save_project(project, path, runs=RunBook.of(run))
    with SampleStore(tmp_path / "fresh") as fresh:
        opened = again(path, fresh)
        assert opened.left_out == ()
        assert contents(opened.project) == contents(project)
        assert opened.project.config == CONFIG
        assert opened.project.manifest == MANIFEST
        kept = opened.run
        assert is_done(kept)
        assert kept.model == b"a model"
        assert kept.key == training_key(opened.project)
        assert kept.names == NAMES[:2]
        for name in ("train", "test", "history", "seconds", "device", "config", "split"):
            assert getattr(kept, name) == getattr(run, name)
        np.testing.assert_array_equal(kept.confusion, run.confusion)
        np.testing.assert_array_equal(kept.test_probabilities, run.test_probabilities)


def test_saving_again_without_a_change_gives_the_same_bytes(
    project: Project, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.ichdesk", tmp_path / "b.ichdesk"
    save_project(project, first, runs=RunBook.of(finished_run(project)))
    with SampleStore(tmp_path / "fresh") as fresh:
        opened = again(first, fresh)
        save_project(opened.project, second, runs=opened.runs)
    assert first.read_bytes() == second.read_bytes()


def test_a_thousand_images(store: SampleStore, tmp_path: Path) -> None:
    samples = [store.add(jpeg(number, 16)) for number in range(1000)]
    project = Project((ClassBin("A", tuple(samples[:700])), ClassBin("B", tuple(samples[700:]))))
    path = tmp_path / "many.ichdesk"
    seen: list[tuple[int, int]] = []
    save_project(project, path, lambda done, total: seen.append((done, total)))
    assert (seen[0], seen[-1]) == ((0, 1000), (1000, 1000))
    opened = again(path, store)
    assert contents(opened.project) == contents(project)
    assert [s.sha256 for b in opened.project.classes for s in b.samples] == [
        sample.sha256 for sample in samples
    ]


def test_the_file_is_as_its_description_says(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.ichdesk"
    save_project(project, path, runs=RunBook.of(finished_run(project)))
    shas = list(dict.fromkeys(s.sha256 for b in project.classes for s in b.samples))
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    names = [info.filename for info in infos]
    assert names[0] == "project.json"
    assert [name[8:72] for name in names[1:-2]] == shas
    assert names[-2:] == ["runs/1.json", "runs/1.safetensors"]
    assert all(name.isascii() for name in names)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {(info.comment, info.extra, info.external_attr) for info in infos} == {(b"", b"", 0)}
    packed = {info.filename for info in infos if info.compress_type == zipfile.ZIP_DEFLATED}
    assert packed == {"project.json", "runs/1.json"}
    said = document(path)
    assert (said["format"], said["version"]) == ("ichdesk-project", 2)
    assert "device" not in said["settings"]
    assert [entry["name"] for entry in said["classes"]] == list(NAMES)


def test_the_device_stays_on_its_computer(project: Project, tmp_path: Path) -> None:
    path, other = tmp_path / "a.ichdesk", tmp_path / "b.ichdesk"
    save_project(project, path, runs=RunBook.of(finished_run(project)))
    on_gpu = replace(project, config=replace(CONFIG, device="cuda"))
    save_project(on_gpu, other, runs=RunBook.of(replace(finished_run(on_gpu))))
    assert path.read_bytes() == other.read_bytes()


def test_a_project_of_tm_loses_nothing_on_a_way_through_ichdesk(
    make_zip: Callable[..., Path], store: SampleStore, jpegs: list[bytes], tmp_path: Path
) -> None:
    manifest = '{ "type":"image", "appdata":{"trainEpochs":15,"x":[1.50]}, "later": null }'
    entries = {"B 🧠-!-0.jpg": jpegs[0], "A-!-0.jpg": jpegs[1], "B 🧠-!-1.jpg": jpegs[2]}
    tm = open_project(make_zip(entries, manifest), store).project
    save_project(tm, tmp_path / "direct.tm")
    save_project(tm, tmp_path / "a.ichdesk")
    native_project = again(tmp_path / "a.ichdesk", store).project
    save_project(native_project, tmp_path / "back.tm")
    assert (tmp_path / "back.tm").read_bytes() == (tmp_path / "direct.tm").read_bytes()
    with zipfile.ZipFile(tmp_path / "back.tm") as archive:
        assert archive.read("manifest.json").decode() == manifest


def test_a_tm_file_gets_pictures_of_slices(project: Project, tmp_path: Path) -> None:
    save_project(project, tmp_path / "a.tm", bake=baked(project))
    with SampleStore(tmp_path / "fresh") as fresh:
        opened = open_project(tmp_path / "a.tm", fresh).project
        kinds = [s.read()[:2] for b in opened.classes for s in b.samples if b.name == NAMES[0]]
        assert kinds == [b"\xff\xd8"] * 4
        assert not any(s.is_hu or s.patient for b in opened.classes for s in b.samples)


@pytest.mark.parametrize("name", ["a.tm", "a.ichdesk"])
def test_what_a_file_holds_counts_not_its_name(
    project: Project, store: SampleStore, tmp_path: Path, name: str
) -> None:
    plain = Project((ClassBin("A", project.classes[0].samples[1:2]),))
    save_project(plain, tmp_path / name)
    other = tmp_path / ("b.ichdesk" if name.endswith("tm") else "b.tm")
    (tmp_path / name).rename(other)
    assert contents(again(other, store).project) == contents(plain)


def test_a_new_project_is_saved_too(store: SampleStore, tmp_path: Path) -> None:
    save_project(new_project(), tmp_path / "new.ichdesk")
    opened = again(tmp_path / "new.ichdesk", store)
    assert [b.name for b in opened.project.classes] == ["Class 1", "Class 2"]
    assert (opened.left_out, opened.run) == ((), None)


def test_a_run_knows_what_has_changed_since(project: Project, tmp_path: Path) -> None:
    run = finished_run(project)
    first, second, third, _ = project.classes
    changed = project.rename_class(second.id, "normal").remove_samples(first.id, [0])
    changed = changed.move_samples(third.id, [0], second.id)
    path = tmp_path / "a.ichdesk"
    save_project(changed, path, runs=RunBook.of(run))
    with SampleStore(tmp_path / "fresh") as fresh:
        opened = again(path, fresh)
        kept = opened.run
        assert kept.key != training_key(opened.project)
        assert kept.names == (NAMES[0], "normal")
        assert kept.class_ids == tuple(b.id for b in opened.project.classes[:2])
        assert kept.test == run.test
        moved_back = opened.project.remove_samples(kept.class_ids[1], [3])
        assert kept.key[0][1] == training_key(moved_back)[0][1]
        save_project(opened.project, tmp_path / "b.ichdesk", runs=opened.runs)
    assert path.read_bytes() == (tmp_path / "b.ichdesk").read_bytes()


def test_a_sample_that_was_deleted_leaves_no_trace(project: Project, tmp_path: Path) -> None:
    run = finished_run(project)
    gone = project.classes[0].samples[0]
    changed = project.remove_samples(project.classes[0].id, [0])
    save_project(changed, tmp_path / "a.ichdesk", runs=RunBook.of(run))
    with zipfile.ZipFile(tmp_path / "a.ichdesk") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert not any(gone.sha256 in name for name in archive.namelist())
    assert gone.sha256.encode() not in everything
    assert gone.read() not in everything


def test_a_class_that_was_deleted_keeps_its_place_in_the_run(
    project: Project, tmp_path: Path
) -> None:
    run = finished_run(project)
    save_project(
        project.delete_class(run.class_ids[0]), tmp_path / "a.ichdesk", runs=RunBook.of(run)
    )
    with SampleStore(tmp_path / "fresh") as fresh:
        opened = again(tmp_path / "a.ichdesk", fresh)
        kept = opened.run
        assert kept.names == NAMES[:2]
        assert kept.class_ids[1] == opened.project.classes[0].id
        assert kept.class_ids[0] not in {b.id for b in opened.project.classes}
        assert kept.key != training_key(opened.project)


def test_progress_is_told_and_can_stop_a_save(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.ichdesk"
    path.write_bytes(b"old")

    def stop(done: int, total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        save_project(project, path, stop)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["a.ichdesk"]


# --- versions ----------------------------------------------------------------------------------


def test_a_file_of_a_newer_version_is_told(
    store: SampleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr("ichdesk.archive.native_writer.VERSION", native.VERSION + 1)
        save_project(new_project(), tmp_path / "a.ichdesk")
    with pytest.raises(UserError, match="newer version of ICHDesk"):
        again(tmp_path / "a.ichdesk", store)


def test_a_file_of_an_older_version_goes_through_each_migration(
    store: SampleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it will be when there are versions 3 and 4."""
    save_project(Project((ClassBin("A"),)), tmp_path / "a.ichdesk")
    appended = {
        old: lambda said, old=old: {
            **said,
            "classes": [*said["classes"], {"name": f"from {old}", "samples": []}],
        }
        for old in (2, 3)
    }
    monkeypatch.setattr(native, "VERSION", 4)
    monkeypatch.setattr(native, "MIGRATIONS", appended)
    opened = again(tmp_path / "a.ichdesk", store)
    assert [b.name for b in opened.project.classes] == ["A", "from 2", "from 3"]


def test_there_is_a_migration_for_every_step_between_versions() -> None:
    assert sorted(native.MIGRATIONS) == list(range(1, native.VERSION))


# --- what a .tm file loses -----------------------------------------------------------------------


def test_what_a_tm_file_does_not_keep(project: Project) -> None:
    runs = RunBook.of(finished_run(project))
    assert lost_in_tm(project, runs) == (
        *("Hounsfield units", "patients", "image steps", "the trained model"),
    )
    assert lost_text(lost_in_tm(project, runs)) == (
        "A .tm file does not keep Hounsfield units, patients, image steps and the trained model; "
        "save as .ichdesk, too, to keep everything."
    )
    assert "keep the trained model; save" in lost_text(lost_in_tm(new_project(), runs))


def test_a_plain_project_loses_nothing_in_a_tm_file(project: Project) -> None:
    plain = Project((ClassBin("A", project.classes[0].samples[1:2]),), TrainConfig(epochs=3))
    assert lost_text(lost_in_tm(plain)) == ""
