"""Damaged and hostile project files: what is whole is opened, and nothing crashes."""

import json
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ichdesk.archive import SampleStore, open_project
from ichdesk.core import zip_entries
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_CLASSES
from tests.archive.conftest import contents

MakeZip = Callable[..., Path]
TYPE = {"type": "image"}


@pytest.fixture(scope="module")
def workshop_like(tmp_path_factory: pytest.TempPathFactory, jpegs: list[bytes]) -> bytes:
    path = tmp_path_factory.mktemp("like") / "a.tm"
    with zipfile.ZipFile(path, "w") as archive:
        for i, data in enumerate(jpegs[:7]):
            archive.writestr(f"{'AB'[i % 2]}-!-{i}.jpg", data)
        archive.writestr("manifest.json", json.dumps(TYPE))
    return path.read_bytes()


def test_truncated_file_is_salvaged(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    path = make_zip({f"A-!-{i}.jpg": data for i, data in enumerate(jpegs)})
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.find(jpegs[7]) + 100])
    opened = open_project(path, store)
    assert contents(opened) == {"A": jpegs[:7]}
    assert "is damaged" in opened.left_out[0]
    assert any("A-!-7.jpg" in note for note in opened.left_out)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_salvage_of_entries_without_sizes(
    tmp_path: Path, store: SampleStore, jpegs: list[bytes], method: int
) -> None:
    """Streamed zips tell sizes behind the data only."""
    raw = b""
    for i, data in enumerate(jpegs[:3]):
        name = f"A-!-{i}.jpg".encode()
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(data) + packer.flush() if method else data
        raw += struct.pack("<4s5H3L2H", b"PK\3\4", 20, 8, method, 0, 0, 0, 0, 0, len(name), 0)
        raw += name + packed
        raw += struct.pack("<4s3L", b"PK\7\x08", zlib.crc32(data), len(packed), len(data))
    path = tmp_path / "streamed.tm"
    path.write_bytes(raw)
    assert contents(open_project(path, store)) == {"A": jpegs[:3]}


def test_entries_that_share_bytes_are_left_out(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    path = make_zip({f"A-!-{i}.jpg": data for i, data in enumerate(jpegs[:3])})
    raw = bytearray(path.read_bytes())
    first = raw.find(b"PK\x01\x02")
    second = raw.find(b"PK\x01\x02", first + 4)
    raw[second + 42 : second + 46] = raw[first + 42 : first + 46]
    path.write_bytes(raw)
    opened = open_project(path, store)
    assert opened.project.sample_count == 2
    assert "shares its bytes" in opened.left_out[0]


def test_a_bomb_does_not_unpack(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ichdesk.archive.reader.MAX_IMAGE_BYTES", 2**20)
    monkeypatch.setattr("ichdesk.archive.reader.unpacked_limit", lambda size: 3 * 2**20)
    bomb = b"\xff\xd8\xff" + bytes(40 * 2**20)
    entries = {"A-!-0.jpg": jpegs[0]} | {f"A-!-{i}.jpg": bomb for i in range(1, 6)}
    path = make_zip(entries, TYPE, zipfile.ZIP_DEFLATED)
    del bomb, entries
    tracemalloc.start()
    opened = open_project(path, store)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 2**20
    assert contents(opened) == {"A": [jpegs[0]]}
    assert ["larger than 1 MB" in note for note in opened.left_out] == [True] * 2 + [False] * 3
    assert "far too much" in opened.left_out[-1]


def test_an_image_of_a_billion_pixels_is_left_out(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    huge = bytearray(jpegs[1])
    at = huge.find(b"\xff\xc0")
    huge[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    opened = open_project(make_zip({"A-!-0.jpg": jpegs[0], "A-!-1.jpg": bytes(huge)}), store)
    assert contents(opened) == {"A": [jpegs[0]]}
    assert "65535 x 65535" in opened.left_out[0]


def test_the_number_of_entries_is_bounded(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_entries, "MAX_ENTRIES", 5)
    path = make_zip({f"A-!-{i}.jpg": data for i, data in enumerate(jpegs)})
    opened = open_project(path, store)
    assert opened.project.sample_count == 5
    assert "more than" in opened.left_out[0]


def test_the_number_of_classes_is_bounded(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    hostile = {f"{chr(i % 32)}{chr(i // 32)}-!-0.jpg": jpegs[0] for i in range(32 * 32)}
    opened = open_project(make_zip(hostile), store)
    assert len(opened.project.classes) == MAX_CLASSES
    assert len({b.name for b in opened.project.classes}) == MAX_CLASSES


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6),
    keep=st.floats(0, 1),
    cut=st.booleans(),
    near_end=st.booleans(),
)
def test_no_damage_crashes(
    workshop_like: bytes,
    tmp_path: Path,
    flips: list[tuple[int, int]],
    keep: float,
    cut: bool,
    near_end: bool,
) -> None:
    raw = bytearray(workshop_like)
    for at, value in flips:
        raw[-1 - at % 700 if near_end else at % len(raw)] = value
    path = tmp_path / "damaged.tm"
    path.write_bytes(raw[: int(len(raw) * keep)] if cut else raw)
    with SampleStore(tmp_path / "fresh") as store:
        try:
            opened = open_project(path, store)
        except UserError as error:
            assert str(tmp_path) not in str(error)
        else:
            assert opened.project.sample_count <= 7
            contents(opened)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *("appdata", "trainEpochs", "trainLearningRate", "trainBatchSize"),
                        *("ichdesk", "seed", "backbone", "disabled", "empty", "name"),
                        *("position", "version", "x"),
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_no_manifest_crashes(make_zip: MakeZip, tmp_path: Path, value: object) -> None:
    path = make_zip({}, value if isinstance(value, dict) else {"appdata": value, "ichdesk": value})
    with SampleStore(tmp_path / "fresh") as store:
        try:
            opened = open_project(path, store)
        except UserError:
            return
        assert opened.project.config.problem() is None
