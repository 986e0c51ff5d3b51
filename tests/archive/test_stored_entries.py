"""Images are written straight into the zip, with the bytes that zipfile itself would write."""

import io
import zipfile

import pytest

from ichdesk.archive import writer
from ichdesk.archive.writer import add_entry

ENTRIES = [
    ("Bleed-!-0.jpg", b"\xff\xd8" + bytes(range(256)), zipfile.ZIP_STORED),
    ("project.json", b'{"a": 1}' * 50, zipfile.ZIP_DEFLATED),
    ("Größe 出血-!-1.png", b"", zipfile.ZIP_STORED),
    ("a\\b-!-2.jpg", b"x" * 100_000, zipfile.ZIP_STORED),
]


def written() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data, method in ENTRIES:
            add_entry(archive, name, data, method)
    return file.getvalue()


def test_the_bytes_are_those_of_zipfile(monkeypatch: pytest.MonkeyPatch) -> None:
    straight = written()
    monkeypatch.setattr(writer, "_add_stored", by_zipfile)
    assert written() == straight
    with zipfile.ZipFile(io.BytesIO(straight)) as archive:
        assert archive.testzip() is None
        assert [archive.read(info) for info in archive.infolist()] == [row[1] for row in ENTRIES]


def by_zipfile(archive: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes) -> None:
    archive.writestr(info, data)
    info.external_attr = 0


def test_many_and_far_entries_are_found_again() -> None:
    file = Far()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.start_dir = Far.JUMP  # as if more than 4 GiB were there already
        for number in range(3):
            add_entry(archive, f"{number}", b"data")
    with zipfile.ZipFile(file) as archive:
        offsets = [info.header_offset for info in archive.infolist()]
    assert offsets[0] == Far.JUMP > 2**32
    assert offsets == sorted(offsets)


class Far(io.BytesIO):
    """A file whose first 5 GiB are not kept, as nobody reads them."""

    JUMP = 5 * 2**30

    def seek(self, offset: int, whence: int = 0) -> int:
        at = offset if whence else max(0, offset - self.JUMP)
        return super().seek(at, whence) + self.JUMP

    def tell(self) -> int:
        return super().tell() + self.JUMP
