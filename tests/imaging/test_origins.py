"""Exported images come back with class, patient and series, also when they were moved."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ichdesk.archive import ExportForm, SampleStore, export_samples
from ichdesk.core.project import Project
from ichdesk.core.samples import Sample
from ichdesk.imaging.gather import gather
from ichdesk.imaging.gathered import Gathered
from ichdesk.imaging.hu_png import hu_png, read_hu_png
from ichdesk.imaging.pictures import read_one
from ichdesk.imaging.pipeline import baked
from ichdesk.imaging.placement import add_gathered
from ichdesk.imaging.slices import HuImage, Place
from tests.fakes.projects import full_project, slice_bytes

HU = ExportForm(by_side=False, has_manifest=True, keeps_hu=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore(tmp_path / "store") as store:
        yield store


@pytest.fixture
def project(store: SampleStore) -> Project:
    return full_project(store)


@pytest.fixture
def folder(project: Project, tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    export_samples(project, folder, bake=baked(project), form=HU)
    return folder


def samples_of(gathered: Gathered) -> dict[str | None, tuple[Sample, ...]]:
    return dict(gathered.classes)


def groups(samples: tuple[Sample, ...]) -> list[int | None]:
    """A number for each patient in the order in which they appear."""
    seen: dict[str, int] = {}
    return [s.patient and seen.setdefault(s.patient, len(seen)) for s in samples]


def test_slices_come_back(project: Project, folder: Path, store: SampleStore) -> None:
    gathered = gather([folder], store.add)
    assert gathered.left_out == ()
    back = samples_of(gathered)
    assert set(back) == {bin_.name for bin_ in project.classes[:3]}
    for bin_ in project.classes[:3]:
        before, after = ([s for s in own if s.is_hu] for own in (bin_.samples, back[bin_.name]))
        for one, other in zip(before, after, strict=True):
            first, second = read_hu_png(one.read()), read_hu_png(other.read())
            np.testing.assert_array_equal(first.hu, second.hu)
            assert (first.spacing_mm, first.place) == (second.spacing_mm, second.place)


@pytest.mark.parametrize(("step_hu", "lowest"), [(1.0, -1024), (0.5, -3.5), (2.0, 7)])
def test_a_slice_is_read_and_written_bit_for_bit(step_hu: float, lowest: float) -> None:
    stored = np.random.default_rng(0).integers(0, 3000, (40, 48))
    hu = (stored * step_hu + lowest).astype(np.float32)
    once = hu_png(HuImage(hu, (0.5, 0.45), Place(position_mm=12.5), True, step_hu))
    assert read_one(once) == once


def test_patients_come_back(project: Project, folder: Path, store: SampleStore) -> None:
    back = samples_of(gather([folder], store.add))
    every = tuple(s for bin_ in project.classes[:3] for s in bin_.samples)
    again = tuple(s for bin_ in project.classes[:3] for s in back[bin_.name])
    assert groups(again) == groups(every)
    assert not {s.patient for s in again} & {"p0", "p1"}  # they are no keys, so they became some
    assert [s.series is None for s in again] == [s.series is None for s in every]


def test_keys_stay_as_they_are(project: Project, tmp_path: Path, store: SampleStore) -> None:
    folder, key = tmp_path / "out", "0123456789abcdef" * 2
    export_samples(project, folder, bake=baked(project), form=HU)
    table = folder / "manifest.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",p0,", f",{key},"), "utf-8")
    back = samples_of(gather([folder], store.add))[project.classes[0].name]
    assert {s.patient for s in back} == {None, key}


def test_an_image_that_was_moved_keeps_its_patient(
    project: Project, folder: Path, store: SampleStore
) -> None:
    (folder / "Other").mkdir()
    source = next(folder.glob("*/0.png"))
    source.rename(folder / "Other" / "renamed.png")
    (moved,) = samples_of(gather([folder], store.add))["Other"]
    assert moved.patient
    assert moved.is_hu


def test_other_bytes_of_the_same_name_are_unknown(
    project: Project, folder: Path, store: SampleStore
) -> None:
    source = next(folder.glob("Blutung*/0.png"))
    source.write_bytes(slice_bytes(99))
    found = [s for own in samples_of(gather([source.parent], store.add)).values() for s in own]
    assert found[0].patient is None
    assert any(s.patient for s in found)


def test_a_class_folder_alone_is_known_too(
    project: Project, folder: Path, store: SampleStore
) -> None:
    (own,) = folder.glob("Blutung*")
    gathered = gather([own], store.add)
    assert groups(samples_of(gathered)[None]) == [0, None, 0, None]


def test_a_fixed_test_set_comes_back_from_the_table(
    project: Project, tmp_path: Path, store: SampleStore
) -> None:
    project = project.mark_samples(project.classes[1].id, [1])
    folder = tmp_path / "out"
    export_samples(project, folder, bake=baked(project), form=HU)
    back, _ = add_gathered(Project(), gather([folder], store.add), None, [folder])
    found = {bin_.name: bin_.test_positions for bin_ in back.classes}
    assert found[project.classes[1].name] == (1,)
    assert back.test_count == 1


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8-sig", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("cp437", ","), ("utf-8", "\t")],
)
def test_a_table_that_excel_saved_again_says_the_same(
    project: Project, tmp_path: Path, store: SampleStore, encoding: str, separator: str
) -> None:
    folder, named = tmp_path / "out", project.rename_class(project.classes[0].id, "Größe")
    export_samples(named, folder, bake=baked(named), form=HU)
    before = samples_of(gather([folder], store.add))
    table = folder / "manifest.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with table.open("w", encoding=encoding, errors="replace", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    gathered = gather([folder], store.add)
    assert gathered.left_out == ()
    after = samples_of(gathered)
    assert groups(after["Größe"]) == [0, None, 0, None]
    assert {name: groups(own) for name, own in after.items()} == {
        name: groups(own) for name, own in before.items()
    }


@pytest.mark.parametrize("damage", ["binary", "endless"])
def test_a_damaged_table_is_told_and_the_images_are_read(
    project: Project, folder: Path, store: SampleStore, damage: str
) -> None:
    table = folder / "manifest.csv"
    whole = table.read_bytes()
    table.write_bytes(b"\xff\xfe" + whole if damage == "binary" else whole + b'"' + b"x" * 200_000)
    gathered = gather([folder], store.add)
    assert gathered.left_out == ("“manifest.csv” is damaged and was left out.",)
    found = [s for own in samples_of(gathered).values() for s in own]
    assert len(found) == project.sample_count
    assert not any(s.patient for s in found)


def test_notes_of_somebody_else_are_still_told(folder: Path, store: SampleStore) -> None:
    (folder / "manifest.csv").unlink()
    left_out = gather([folder], store.add).left_out
    assert sorted(text.split("”")[0] for text in left_out) == ["“README.txt", "“annotations.json"]


def test_a_zip_of_the_folder_is_read_without_a_word(
    project: Project, folder: Path, tmp_path: Path, store: SampleStore
) -> None:
    path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", folder))
    gathered = gather([path], store.add)
    assert gathered.left_out == ()
    assert sum(len(own) for _, own in gathered.classes) == project.sample_count
