"""Projects, and what is left of one after a crash."""

import io
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

from ichdesk.archive import SampleStore, open_project, save_project
from ichdesk.core.run_book import RunBook
from ichdesk.imaging.pipeline import baked, checked
from tests.fuzz import mutations, seeds
from tests.fuzz.target import QUOTED, Target


def _project(data: bytes, folder: Path, suffix: str) -> str:
    path = folder / f"case{suffix}"
    path.write_bytes(data)
    with SampleStore(folder) as store:
        opened = open_project(path, store, check_steps=checked)
        _saves_whole(opened.project, opened.runs, path, store)
    left_out = {QUOTED.sub("#", note)[:60] for note in opened.left_out[:3]}
    return f"opened with {sorted(left_out)}"


def _saves_whole(project: Any, runs: RunBook, path: Path, store: SampleStore) -> None:
    """What can be opened can be saved, and is the same when it is opened again."""
    again = path.with_name("again.ichdesk")
    save_project(project, again, runs=runs)
    back = open_project(again, store, check_steps=checked)
    notes = back.left_out
    assert all(note.startswith("There is no trained model") for note in notes), notes
    assert _described(back.project) == _described(project)
    assert [(r.number, r.name, r.note) for r in back.runs] == [
        (r.number, r.name, r.note) for r in runs
    ]
    save_project(project, path.with_name("again.tm"), bake=baked(project))


def _described(project: Any) -> object:
    classes = [(b.name, b.enabled, b.samples) for b in project.classes]
    return classes, project.config, project.manifest


def _journal(data: bytes, folder: Path) -> str:
    from ichdesk.archive.journal_reader import read_left_work, restore_left_work

    left = folder / "left"
    left.mkdir()
    for name, content in _unzipped(data):
        if name not in {"", ".."} and "\0" not in name and len(name) < 100:
            (left / name).write_bytes(content)
    read_left_work(left)
    with SampleStore(folder) as store:
        opened = restore_left_work(left, store, None, checked)
        _saves_whole(opened.project, opened.runs, folder / "x.ichdesk", store)
    return "restored"


def _unzipped(data: bytes) -> list[tuple[str, bytes]]:
    """What the zip holds that only carries a case; nothing if it was cut off here."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            return [(Path(entry.filename).name, archive.read(entry)) for entry in entries]
    except zipfile.BadZipFile:
        return []


def _journal_mutation(data: bytes, chance: Any, others: Any) -> bytes:
    """The files of the journal changed; the zip that carries them here stays whole."""
    while True:
        broken = mutations.damaged_zip(data, chance, others)
        try:
            with zipfile.ZipFile(io.BytesIO(broken)) as archive:
                if archive.testzip() is None:
                    return broken
        except Exception:  # noqa: BLE001
            continue


TARGETS = {
    "tm": Target(seeds.tms, mutations.damaged_zip, partial(_project, suffix=".tm")),
    "ichdesk": Target(seeds.projects, mutations.damaged_zip, partial(_project, suffix=".ichdesk")),
    "journal": Target(seeds.journals, _journal_mutation, _journal),
}
