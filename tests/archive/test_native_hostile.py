"""Hostile .ichdesk files: bombs, and damage of any kind anywhere; nothing crashes."""

import json
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ichdesk.archive import Opened, SampleStore, open_project, save_project
from ichdesk.core.errors import UserError
from ichdesk.imaging.pipeline import checked
from tests.archive.native_files import Entries, counts, packed


def test_bombs_do_not_unpack(
    entries: Entries, tmp_path: Path, store: SampleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ichdesk.archive.native_reader.MAX_IMAGE_BYTES", 2**20)
    monkeypatch.setattr("ichdesk.archive.native_runs.MAX_MODEL_BYTES", 2**20)
    bomb = b"\xff\xd8\xff" + bytes(40 * 2**20)
    first = next(name for name in entries if name.startswith("samples/"))
    path = tmp_path / "bomb.ichdesk"
    bombs = {**entries, first: bomb, "runs/1.safetensors": bomb}
    path.write_bytes(packed(bombs, zipfile.ZIP_DEFLATED))
    del bomb, bombs
    tracemalloc.start()
    found = open_project(path, store, check_steps=checked)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 2**20
    assert sum("larger than 1 MB" in note for note in found.left_out) == 2
    assert found.project.sample_count == 8


def test_a_document_that_unpacks_to_too_much_is_not_read(
    entries: Entries, opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ichdesk.archive.native._LEAST_DOCUMENT_BYTES", 2**16)
    padded = {**entries, "project.json": entries["project.json"] + b" " * 2**20}
    found = opened(packed(padded, zipfile.ZIP_DEFLATED))
    assert [name for name, _ in counts(found)] == ["Rescued images"]


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6),
    keep=st.floats(0, 1),
    cut=st.booleans(),
    near_end=st.booleans(),
)
def test_no_damage_crashes(
    raw: bytes,
    tmp_path: Path,
    flips: list[tuple[int, int]],
    keep: float,
    cut: bool,
    near_end: bool,
) -> None:
    data = bytearray(raw)
    for at, value in flips:
        data[-1 - at % 1200 if near_end else at % len(data)] = value
    path = tmp_path / "damaged.ichdesk"
    path.write_bytes(data[: int(len(data) * keep)] if cut else data)
    with SampleStore(tmp_path / "fresh") as store:
        try:
            found = open_project(path, store, check_steps=checked)
        except UserError as error:
            assert str(tmp_path) not in str(error)
        else:
            usable(found)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["project.json", "runs/1.json"]),
    st.lists(st.tuples(st.integers(0, 10**6), JUNK), min_size=1, max_size=3),
)
def test_no_document_crashes(
    entries: Entries, tmp_path: Path, name: str, changes: list[tuple[int, Any]]
) -> None:
    """Junk in up to three places of a good document, however deep."""
    said = json.loads(entries[name])
    for number, junk in changes:
        found = list(places(said))
        parent, key = found[number % len(found)]
        parent[key] = junk
    path = tmp_path / "odd.ichdesk"
    path.write_bytes(packed({**entries, name: json.dumps(said).encode()}))
    with SampleStore(tmp_path / "fresh") as store:
        try:
            found = open_project(path, store, check_steps=checked)
        except UserError:
            return
        usable(found)
        save_project(found.project, tmp_path / "again.ichdesk", runs=found.runs)


def places(value: Any) -> Any:
    """Each (container, key) of a JSON value."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


def usable(found: Opened) -> None:
    assert found.project.config.problem() is None
    assert checked(found.project.config.steps) == found.project.config.steps
    names = [bin_.name for bin_ in found.project.classes]
    assert len(set(names)) == len(names)
    for bin_ in found.project.classes:
        for sample in bin_.samples:
            assert zlib.crc32(sample.read()) >= 0
    if found.run is not None:
        assert len(found.run.names) == len(found.run.class_ids) == len(found.run.confusion)
