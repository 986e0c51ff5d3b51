"""The files beside exported images say what the project says, and are written whole or not."""

import csv
import errno
import json
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from ichdesk.archive import Cancelled, ExportForm, SampleStore, export_samples
from ichdesk.archive.new_files import NewFiles
from ichdesk.core.errors import UserError
from ichdesk.core.project import Project
from ichdesk.core.sample_manifest import COLUMNS, FILES
from ichdesk.core.samples import ClassBin
from ichdesk.core.sides import sides_of
from ichdesk.imaging.hu_png import read_hu_png
from ichdesk.imaging.pipeline import baked
from tests.fakes.projects import finished_run, full_project, picture

BOTH = ExportForm(has_manifest=True)


@pytest.fixture
def project(store: SampleStore) -> Project:
    return full_project(store)


def rows_of(folder: Path, name: str = "manifest.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def export(project: Project, folder: Path, form: ExportForm = BOTH) -> list[dict[str, str]]:
    assert export_samples(project, folder, bake=baked(project), form=form) == project.sample_count
    return rows_of(folder)


def test_a_row_for_each_image_in_the_order_of_the_project(project: Project, tmp_path: Path) -> None:
    rows = export(project, tmp_path)
    assert tuple(rows[0]) == COLUMNS
    samples = [(b, s) for b in project.classes for s in b.samples]
    assert [row["class"] for row in rows] == [bin_.name for bin_, _ in samples]
    assert [row["patient"] for row in rows] == [s.patient or "" for _, s in samples]
    assert [row["series"] for row in rows] == [s.series or "" for _, s in samples]
    assert [row["label"] for row in rows] == [*"0000", *"111", *"22"]
    assert [row["enabled"] for row in rows] == [*["true"] * 7, *["false"] * 2]
    assert [row["source"] for row in rows].count("hu") == 4
    for row in rows:
        assert sha256((tmp_path / row["file"]).read_bytes()).hexdigest() == row["sha256"]
        assert int(row["width"]) == int(row["height"]) == (224 if row["source"] == "hu" else 32)
        assert row["hu_slope"] == row["row_mm"] == ""
        assert row["position_mm"] if row["source"] == "hu" else not row["position_mm"]


@pytest.mark.parametrize("by_side", [False, True])
def test_the_split_is_that_of_the_run(project: Project, tmp_path: Path, by_side: bool) -> None:
    sides = sides_of(project, finished_run(project))
    rows = export(project, tmp_path, ExportForm(by_side, True, sides=sides))
    tested = [row["file"] for row in rows if row["split"] == "test"]
    assert [row["class"] for row in rows if row["split"] == "test"][:2] == [
        project.classes[0].name,
        project.classes[1].name,
    ]
    assert len(tested) == sides.test_count
    assert {row["split_by"] for row in rows} == {"slice"}
    if by_side:
        assert all(row["file"].startswith(f"{row['split']}/") for row in rows)
    else:
        assert all(row["file"].count("/") == 1 for row in rows)


def test_slices_can_keep_their_hounsfield_units(project: Project, tmp_path: Path) -> None:
    rows = export(project, tmp_path, ExportForm(has_manifest=True, keeps_hu=True))
    slices = [row for row in rows if row["source"] == "hu"]
    for row in slices:
        image = read_hu_png((tmp_path / row["file"]).read_bytes())
        assert (int(row["height"]), int(row["width"])) == image.hu.shape
        assert (float(row["row_mm"]), float(row["column_mm"])) == image.spacing_mm
        assert float(row["hu_slope"]) == image.step_hu
        assert float(row["hu_intercept"]) == image.hu.min()
    assert len(slices) == 4
    assert "16-bit PNG" in (tmp_path / "README.txt").read_text(encoding="utf-8")


def test_coco_says_the_same(project: Project, tmp_path: Path) -> None:
    rows = export(project, tmp_path)
    coco = json.loads((tmp_path / "annotations.json").read_text(encoding="utf-8"))
    assert "For teaching, not for diagnosis." in coco["info"]["description"]
    named = {category["id"]: category["name"] for category in coco["categories"]}
    assert list(named.values()) == [bin_.name for bin_ in project.classes]
    by_id = {image["id"]: image for image in coco["images"]}
    assert len(by_id) == len(rows) == len(coco["annotations"])
    for row, annotation in zip(rows, coco["annotations"], strict=True):
        image = by_id[annotation["image_id"]]
        assert image["file_name"] == row["file"]
        assert (image["width"], image["height"]) == (int(row["width"]), int(row["height"]))
        assert named[annotation["category_id"]] == row["class"]
        assert image["split"] == row["split"]
        assert (image["patient"] or "") == row["patient"]


def test_a_damaged_image_has_no_size(store: SampleStore, tmp_path: Path) -> None:
    torn = store.add(picture(1)[:40])
    project = Project((ClassBin("A", (torn,)),))
    (row,) = export(project, tmp_path)
    assert (row["width"], row["height"]) == ("", "")


def test_names_that_are_taken_get_one_number(project: Project, tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_bytes(b"mine")
    export_samples(project, tmp_path, bake=baked(project), form=BOTH)
    assert not (tmp_path / "manifest.csv").exists()
    assert len(rows_of(tmp_path, "manifest (2).csv")) == 9
    assert "manifest (2).csv" in (tmp_path / "README (2).txt").read_text(encoding="utf-8")
    assert (tmp_path / "README.txt").read_bytes() == b"mine"


def test_classes_that_fold_to_one_folder_stay_two(store: SampleStore, tmp_path: Path) -> None:
    names = ("=A", "=a", "README.txt", "a:b", "a/b")
    samples = {name: (store.add(picture(k)),) for k, name in enumerate(names)}
    project = Project(tuple(ClassBin(name, own) for name, own in samples.items()))
    export_samples(project, tmp_path, form=BOTH)
    rows = rows_of(tmp_path, "manifest (2).csv")
    assert [row["class"] for row in rows] == ["'=A", "'=a", *names[2:]]
    folders = [row["file"].split("/")[0] for row in rows]
    assert folders == ["_=A", "_=a (2)", "README.txt", "a_b", "a_b (2)"]
    assert len(set(folders)) == len(names)
    assert (tmp_path / "README (2).txt").is_file()


@pytest.mark.parametrize("works", [0, 4, 9, 10, 11])
def test_a_disk_that_is_full_leaves_nothing(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, works: int
) -> None:
    """It may fill up in any image, and in any of the files beside them."""
    out, write, done = tmp_path / "new" / "out", NewFiles.write_exactly, Counter[str]()

    def failing(self: NewFiles, path: Path, data: bytes) -> None:
        write(self, path, data[: len(data) // 2] if done["files"] == works else data)
        done["files"] += 1
        if done["files"] > works:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(NewFiles, "write_exactly", failing)
    with pytest.raises(UserError, match="no space left on device"):
        export_samples(project, out, bake=baked(project), form=BOTH)
    assert list(tmp_path.glob("new*")) == []


def test_cancelling_at_the_last_image_leaves_nothing(project: Project, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == total:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_samples(project, tmp_path / "out", stop, baked(project), BOTH)
    assert not (tmp_path / "out").exists()


def test_without_a_manifest_there_are_only_images(project: Project, tmp_path: Path) -> None:
    form = replace(BOTH, has_manifest=False)
    export_samples(project, tmp_path, bake=baked(project), form=form)
    assert not {path.name for path in tmp_path.iterdir()} & set(FILES)
