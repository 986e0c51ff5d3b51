"""Saving: exact round trips, and never half a file."""

import errno
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ichdesk.archive import Cancelled, SampleStore, open_project, save_project
from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.project import Project, name_problem
from ichdesk.core.samples import ClassBin

MakeZip = Callable[..., Path]
SETTINGS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def manifest(path: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(entries(path)["manifest.json"])
    return loaded


def listing(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def project(store: SampleStore, jpegs: list[bytes]) -> Project:
    samples = [store.add(data) for data in jpegs]
    return Project().add_class("Hemorrhage", samples[:5]).add_class("Normal", samples[5:])


def test_workshop_project_round_trip_is_exact(
    workshop: Path, store: SampleStore, tmp_path: Path
) -> None:
    save_project(open_project(workshop, store).project, tmp_path / "copy.tm")
    assert list(entries(tmp_path / "copy.tm").items()) == list(entries(workshop).items())


def test_rename_and_removal_leave_other_bytes_alone(
    workshop: Path, store: SampleStore, tmp_path: Path
) -> None:
    project = open_project(workshop, store).project
    bleed, normal = project.classes
    project = project.rename_class(normal.id, "No / bleed").remove_samples(bleed.id, [3])
    save_project(project, tmp_path / "copy.tm")
    old, new = list(entries(workshop).items()), list(entries(tmp_path / "copy.tm").items())
    assert [data for _, data in new] == [d for name, d in old if name != "Hemorrhage-!-3.jpg"]
    assert [name for name, _ in new] == [
        *(f"Hemorrhage-!-{i}.jpg" for i in range(29)),
        *(f"No / bleed-!-{i}.jpg" for i in range(30)),
        "manifest.json",
    ]


def test_the_zip_is_of_the_original_kind(project: Project, tmp_path: Path) -> None:
    save_project(project, tmp_path / "a.tm")
    with zipfile.ZipFile(tmp_path / "a.tm") as archive:
        infos = archive.infolist()
    assert {i.compress_type for i in infos} == {zipfile.ZIP_STORED}
    assert {i.create_system for i in infos} == {0}
    assert {i.external_attr for i in infos} == {0}
    assert {i.extra for i in infos} == {b""}
    assert infos[-1].filename == "manifest.json"
    assert b" " not in entries(tmp_path / "a.tm")["manifest.json"]


def test_new_project_has_the_original_manifest(project: Project, tmp_path: Path) -> None:
    save_project(project, tmp_path / "a.tm")
    assert manifest(tmp_path / "a.tm") == {
        "type": "image",
        "version": "2.4.1",
        "appdata": {
            "publishResults": {},
            "trainEpochs": 50,
            "trainBatchSize": 16,
            "trainLearningRate": 0.001,
        },
    }


def test_equal_projects_give_equal_files(project: Project, tmp_path: Path) -> None:
    save_project(project, tmp_path / "a.tm")
    save_project(project, tmp_path / "b.tm")
    assert (tmp_path / "a.tm").read_bytes() == (tmp_path / "b.tm").read_bytes()


def test_unknown_manifest_keys_survive_at_every_level(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes], tmp_path: Path
) -> None:
    said = {
        "type": "image",
        "future": {"a": [1, None, "ü"]},
        "appdata": {"trainEpochs": 7, "publishResults": {"x": 1}, "other": False},
        "ichdesk": {"version": 1, "seed": 3, "later": {"y": 2}},
    }
    project = open_project(make_zip({"A-!-0.jpg": jpegs[0]}, said), store).project
    save_project(project, tmp_path / "same.tm")
    assert manifest(tmp_path / "same.tm") == said

    changed = project.with_config(TrainConfig(epochs=8, batch_size=16, learning_rate=0.01))
    save_project(changed, tmp_path / "changed.tm")
    assert manifest(tmp_path / "changed.tm") == {
        **said,
        "appdata": {
            "trainEpochs": 8,
            "trainLearningRate": 0.01,
            "publishResults": {"x": 1},
            "other": False,
        },
        "ichdesk": {"version": 1, "later": {"y": 2}},
    }


def test_what_tm_cannot_say_is_kept_and_removed_again(
    project: Project, store: SampleStore, tmp_path: Path
) -> None:
    empty = [ClassBin("first"), *project.classes, ClassBin("last", enabled=False)]
    full = replace(project, classes=tuple(empty), config=TrainConfig(seed=5, backbone="other"))
    full = full.set_enabled(full.classes[1].id, False)
    save_project(full, tmp_path / "a.tm")
    again = open_project(tmp_path / "a.tm", store)
    assert again.left_out == ()
    assert [(b.name, len(b.samples), b.enabled) for b in again.project.classes] == [
        ("first", 0, True),
        ("Hemorrhage", 5, False),
        ("Normal", 7, True),
        ("last", 0, False),
    ]
    assert again.project.config == full.config

    plain = replace(again.project, classes=project.classes, config=TrainConfig())
    save_project(plain, tmp_path / "a.tm")
    assert "ichdesk" not in manifest(tmp_path / "a.tm")


def test_the_device_is_not_saved(project: Project, tmp_path: Path) -> None:
    save_project(replace(project, config=TrainConfig(device="cpu")), tmp_path / "a.tm")
    assert b"cpu" not in entries(tmp_path / "a.tm")["manifest.json"]


@SETTINGS
@given(
    st.lists(
        st.text(min_size=1, max_size=30)
        | st.sampled_from(
            [
                "a-!-b",
                "-!-",
                "-!",
                "!-",
                "a/b",
                "a\\b",
                "..",
                "C:\\x",
                "manifest.json",
                " a",
                "a ",
                "a",
                "🧠" * 200,
                "A" * 200,
                "-!-0.jpg",
                ".DS_Store",
                "__MACOSX/x",
            ]
        ),
        min_size=1,
        max_size=6,
        unique=True,
    )
)
def test_any_name_round_trips_or_is_refused(
    tmp_path: Path, jpegs: list[bytes], names: list[str]
) -> None:
    path = tmp_path / "names.tm"
    with SampleStore(tmp_path / "fresh") as store:
        bins = tuple(ClassBin(n, (store.add(jpegs[i]),)) for i, n in enumerate(names))
        try:
            save_project(Project(bins), path)
        except UserError:
            assert any(name_problem(n) or n.startswith("__MACOSX/") for n in names)
            return
        again = open_project(path, store)
        assert again.left_out == ()
        assert [(b.name, b.samples) for b in again.project.classes] == [
            (b.name, b.samples) for b in bins
        ]


def test_two_classes_of_one_name_are_refused(project: Project, tmp_path: Path) -> None:
    twice = replace(project, classes=(ClassBin("A"), ClassBin("A")))
    with pytest.raises(UserError, match="Two classes"):
        save_project(twice, tmp_path / "a.tm")


def test_a_png_sample_is_called_png(store: SampleStore, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    save_project(Project().add_class("A", [store.add(out.getvalue())]), tmp_path / "a.tm")
    assert next(iter(entries(tmp_path / "a.tm"))) == "A-!-0.png"


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_failing_disk_leaves_the_old_file(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "a.tm").write_bytes(b"old")

    def fail(handle: int) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr("ichdesk.core.atomic.os.fsync", fail)
    with pytest.raises(UserError) as caught:
        save_project(project, folder / "a.tm")
    assert str(tmp_path) not in str(caught.value)
    assert (folder / "a.tm").read_bytes() == b"old"
    assert listing(folder) == {"a.tm"}


def test_cancelling_leaves_the_old_file(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "a.tm").write_bytes(b"old")

    def stop(done: int, total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        save_project(project, folder / "a.tm", stop)
    assert (folder / "a.tm").read_bytes() == b"old"
    assert listing(folder) == {"a.tm"}


def test_targets_that_cannot_be_written(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        save_project(project, tmp_path / "gone" / "a.tm")
    with pytest.raises(UserError, match="is a folder"):
        save_project(project, tmp_path)
    locked = tmp_path / "locked.tm"
    locked.write_bytes(b"old")
    locked.chmod(0o444)
    with pytest.raises(UserError, match="write-protected"):
        save_project(project, locked)
    assert locked.read_bytes() == b"old"
    with pytest.raises(UserError, match="cannot be saved"):
        save_project(project, tmp_path / ("x" * 300 + ".tm"))


def test_a_lost_spool_is_told(project: Project, store: SampleStore, tmp_path: Path) -> None:
    store.close()
    with pytest.raises(UserError, match="temporary copy is gone"):
        save_project(project, tmp_path / "a.tm")
    assert not (tmp_path / "a.tm").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither links nor modes of this kind")
def test_links_and_permissions_stay(project: Project, tmp_path: Path) -> None:
    real, link = tmp_path / "real.tm", tmp_path / "link.tm"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    save_project(project, link)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert zipfile.is_zipfile(real)


def test_long_abandoned_temporary_files_are_swept(project: Project, tmp_path: Path) -> None:
    old, young = tmp_path / ".a[1].tm-0.ichdesk-tmp", tmp_path / ".a[1].tm-1.ichdesk-tmp"
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 10_000,) * 2)
    save_project(project, tmp_path / "a[1].tm")
    assert not old.exists()
    assert young.exists()


SAVE_FOR_EVER = """
import sys
from itertools import cycle
from pathlib import Path
from ichdesk.archive import SampleStore, open_project, save_project
target, old, new, spool = map(Path, sys.argv[1:])
store = SampleStore(spool)
projects = [open_project(path, store).project for path in (new, old)]
print("ready", flush=True)
for project in cycle(projects):
    save_project(project, target)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a Unix signal")
def test_killed_at_any_moment_the_file_is_old_or_new(
    project: Project, jpegs: list[bytes], tmp_path: Path
) -> None:
    old, new, target = tmp_path / "old.tm", tmp_path / "new.tm", tmp_path / "target.tm"
    save_project(project, old)
    save_project(project.rename_class(project.classes[0].id, "Bleed"), new)
    whole = {old.read_bytes(), new.read_bytes()}
    target.write_bytes(old.read_bytes())
    dice = random.Random(1)
    for _ in range(25):
        child = subprocess.Popen(
            [sys.executable, "-c", SAVE_FOR_EVER, target, old, new, tmp_path / "spool"],
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        with child, child.stdout:
            assert child.stdout.readline() == b"ready\n"
            time.sleep(dice.uniform(0, 0.03))
            child.send_signal(signal.SIGKILL)
        assert target.read_bytes() in whole
    assert any(path.suffix == ".ichdesk-tmp" for path in tmp_path.iterdir())  # hit while saving
