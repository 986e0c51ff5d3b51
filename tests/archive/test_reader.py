"""Project files of every kind: what can be opened is, the rest is told in sentences."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from ichdesk.archive import Cancelled, SampleStore, open_project
from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_NOTES
from tests.archive.conftest import contents

MakeZip = Callable[..., Path]
TYPE = {"type": "image"}


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


@pytest.fixture
def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, "PNG")
    return out.getvalue()
