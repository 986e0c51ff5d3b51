"""Project files of every kind: what can be opened is, the rest is told in sentences."""

import io
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
from PIL import Image

from ichdesk.archive import Cancelled, Opened, SampleStore, open_project
from ichdesk.core import zip_entries
from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_CLASSES, MAX_NOTES

MakeZip = Callable[..., Path]
TYPE = {"type": "image"}


def contents(opened: Opened) -> dict[str, list[bytes]]:
    return {b.name: [s.read() for s in b.samples] for b in opened.project.classes}


def test_classes_samples_and_settings_are_read(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    path = make_zip({"B-!-0.jpg": jpegs[0], "A-!-0.jpg": jpegs[1], "B-!-1.jpg": jpegs[2]})
    opened = open_project(path, store)
    assert contents(opened) == {"B": [jpegs[0], jpegs[2]], "A": [jpegs[1]]}
    assert opened.project.config == TrainConfig(15, 32, 0.00003)
    assert opened.left_out == ()


def test_workshop_project(workshop: Path, store: SampleStore) -> None:
    opened = open_project(workshop, store)
    assert [(b.name, len(b.samples)) for b in opened.project.classes] == [
        ("Hemorrhage", 30),
        ("Normal", 30),
    ]
    assert opened.project.config == TrainConfig(15, 16, 0.00003)


def test_samples_outlive_the_file(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    path = make_zip({"A-!-0.jpg": jpegs[0]})
    opened = open_project(path, store)
    path.unlink()
    assert contents(opened) == {"A": [jpegs[0]]}


def test_deflated_and_wrapped_in_a_folder(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    entries = {
        "old project/A-!-0.jpg": jpegs[0],
        "__MACOSX/old project/._A-!-0.jpg": b"x",
        "old project/.DS_Store": b"x",
        "old project/manifest.json": json.dumps(TYPE).encode(),
    }
    opened = open_project(make_zip(entries, None, zipfile.ZIP_DEFLATED), store)
    assert contents(opened) == {"A": [jpegs[0]]}
    assert opened.left_out == ()


def test_other_sizes_and_png_are_kept_bit_for_bit(
    make_zip: MakeZip, store: SampleStore, png: bytes
) -> None:
    assert contents(open_project(make_zip({"A-!-0.PNG": png}), store)) == {"A": [png]}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a-!-b", "a-!-b"),
        ("a-!-", "a-!-"),
        ("..\\..\\x", "..\\..\\x"),
        ("../../x", "../../x"),
        (".hidden", ".hidden"),
        (" spaced ", " spaced "),
        ("🧠" * 200, "🧠" * 200),
        ("a\0b", "a b"),
        ("x" * 201, "x" * 190),
        ("", "Class"),
        ("  ", "Class"),
    ],
)
def test_names_are_kept_or_renamed_aloud(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes], name: str, expected: str
) -> None:
    opened = open_project(make_zip({f"{name}-!-0.jpg": jpegs[0]}), store)
    assert contents(opened) == {expected: [jpegs[0]]}
    assert bool(opened.left_out) == (name != expected)


def test_a_renamed_class_never_takes_a_name_that_is_in_the_file(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    path = make_zip({"a\0-!-0.jpg": jpegs[0], "a\1-!-0.jpg": jpegs[1], "a-!-0.jpg": jpegs[2]})
    names = [b.name for b in open_project(path, store).project.classes]
    assert names == ["a (2)", "a (3)", "a"]


@pytest.mark.parametrize(
    ("manifest", "word"),
    [
        ({"type": "audio"}, "audio project"),
        ({"type": "pose"}, "pose project"),
        ({"type": 5}, "not an image project"),
        ({"type": ["image"]}, "not an image project"),
        ({"type": {}}, "not an image project"),
    ],
)
def test_other_projects_are_refused(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes], manifest: object, word: str
) -> None:
    with pytest.raises(UserError, match=word):
        open_project(make_zip({"A-!-0.jpg": jpegs[0]}, manifest), store)


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        ({"model.json": b"{}", "weights.bin": b"", "metadata.json": b"{}"}, "backbone"),
        ({"A/1.png": b"", "A/2.png": b""}, "Upload"),
        ({"report.docx": b""}, "no Teachable Machine project"),
        ({}, "no Teachable Machine project"),
        ({"A-!-0.jpg": b"no image"}, "no complete JPEG"),
    ],
)
def test_other_zips_are_refused(
    make_zip: MakeZip, store: SampleStore, entries: dict[str, bytes], word: str
) -> None:
    with pytest.raises(UserError, match=word):
        open_project(make_zip(entries, None), store)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"%PDF-1.4" * 100, b"\0" * 5000])
def test_not_a_zip(tmp_path: Path, store: SampleStore, data: bytes) -> None:
    path = tmp_path / "x.tm"
    path.write_bytes(data)
    with pytest.raises(UserError) as caught:
        open_project(path, store)
    assert str(tmp_path) not in str(caught.value)


def test_missing_file_and_folder(tmp_path: Path, store: SampleStore) -> None:
    with pytest.raises(UserError, match="cannot be found"):
        open_project(tmp_path / "none.tm", store)
    with pytest.raises(UserError, match="is a folder"):
        open_project(tmp_path, store)


def test_a_manifest_without_samples_is_an_empty_project(
    make_zip: MakeZip, store: SampleStore
) -> None:
    opened = open_project(make_zip({}), store)
    assert opened.project.classes == ()
    assert opened.left_out == ()


@pytest.mark.parametrize(
    "manifest",
    [None, "", "{", "[]", "[" * 100_000, '{"a":NaN}', '{"a":1e999}', b"\xff\xfe", "9" * 5000],
)
def test_a_bad_manifest_means_default_settings(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes], manifest: str | bytes | None
) -> None:
    opened = open_project(make_zip({"A-!-0.jpg": jpegs[0]}, manifest), store)
    assert opened.project.config == TrainConfig()
    assert opened.project.manifest == ""
    assert len(opened.left_out) == 1
    assert "default settings" in opened.left_out[0]


def test_entries_that_cannot_be_used_are_named(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    entries = {
        "A-!-0.jpg": jpegs[0],
        "A-!-1.jpg": jpegs[1][:300],
        "A-!-2.jpg": b"",
        "/home/smith/A-!-3.jpg": b"GIF89a",
        "A-!-4.webp": b"RIFF",
        "notes.txt": b"x",
        "Thumbs.db": b"x",
        "folder/": b"",
    }
    opened = open_project(make_zip(entries), store)
    assert contents(opened) == {"A": [jpegs[0]]}
    text = "\n".join(opened.left_out)
    assert [e for e in entries if e.rsplit("/", 1)[-1] in text and e[-1] != "/"] == [
        *("A-!-1.jpg", "A-!-2.jpg", "/home/smith/A-!-3.jpg", "A-!-4.webp", "notes.txt")
    ]
    assert "smith" not in text


def test_notes_are_bounded(make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]) -> None:
    bad = {f"A-!-{i}.jpg": b"x" for i in range(1, 500)}
    opened = open_project(make_zip({"A-!-0.jpg": jpegs[0], **bad}), store)
    assert len(opened.left_out) == MAX_NOTES + 1
    assert opened.left_out[-1].startswith("399 more")


def test_encrypted_entry_is_named(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    path = make_zip({"A-!-0.jpg": jpegs[0], "A-!-1.jpg": jpegs[1]})
    raw = bytearray(path.read_bytes())
    raw[raw.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    opened = open_project(path, store)
    assert contents(opened) == {"A": [jpegs[1]]}
    assert "encrypted" in opened.left_out[0]


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


def test_junk_before_and_behind_the_zip(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    path = make_zip({"A-!-0.jpg": jpegs[0]})
    path.write_bytes(b"junk" * 100 + path.read_bytes() + b"\0" * 50)
    assert contents(open_project(path, store)) == {"A": [jpegs[0]]}


def test_progress_is_told_and_can_stop(
    make_zip: MakeZip, store: SampleStore, jpegs: list[bytes]
) -> None:
    path = make_zip({f"A-!-{i}.jpg": jpegs[i % 12] for i in range(100)})
    seen: list[tuple[int, int]] = []
    open_project(path, store, lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 100)
    assert seen[-1] == (100, 100)

    def stop(done: int, total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        open_project(path, store, stop)


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


@pytest.fixture(scope="module")
def workshop_like(tmp_path_factory: pytest.TempPathFactory, jpegs: list[bytes]) -> bytes:
    path = tmp_path_factory.mktemp("like") / "a.tm"
    with zipfile.ZipFile(path, "w") as archive:
        for i, data in enumerate(jpegs[:7]):
            archive.writestr(f"{'AB'[i % 2]}-!-{i}.jpg", data)
        archive.writestr("manifest.json", json.dumps(TYPE))
    return path.read_bytes()


@pytest.fixture
def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, "PNG")
    return out.getvalue()
