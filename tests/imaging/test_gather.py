"""Dropped files, folders and zips to samples, class by class."""

import threading
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_NOTES
from ichdesk.core.samples import Sample
from ichdesk.imaging.decode import decode_sample
from ichdesk.imaging.gather import gather
from ichdesk.imaging.gathered import Gathered

Encoded = Callable[..., bytes]
TRAINING_IMAGES = Path(__file__).parents[3] / "shared" / "data" / "tm_export_training_images.zip"


class FakeStore:
    """Keeps bytes in memory; a sample's offset is its number."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.threads: set[int] = set()

    def add(self, data: bytes) -> Sample:
        self.threads.add(threading.get_ident())
        self.kept.append(data)
        return Sample(Path("spool"), len(self.kept) - 1, len(data), sha256(data).hexdigest())

    def grays(self, gathered: Gathered) -> dict[str | None, list[int]]:
        """Class name to the gray of each of its samples, as the tests paint them."""
        return {
            name: [round(decode_sample(self.kept[s.offset]).mean()) for s in samples]
            for name, samples in gathered.classes
        }


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def paint(encoded: Encoded) -> Callable[[Path, int], Path]:
    def paint(path: Path, gray: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(Image.new("L", (30, 30), gray)))
        return path

    return paint


Paint = Callable[[Path, int], Path]


def zipped(folder: Path, path: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*"), reverse=True):
            archive.write(file, prefix + file.relative_to(folder).as_posix())
    return path


def test_files_go_to_the_class_they_were_dropped_on(
    store: FakeStore, paint: Paint, tmp_path: Path
) -> None:
    paths = [paint(tmp_path / f"{n}.png", n) for n in (10, 9, 100, 1)]
    gathered = gather(paths, store.add)
    assert store.grays(gathered) == {None: [1, 9, 10, 100]}
    assert gathered.left_out == ()
    assert store.threads == {threading.get_ident()}


def test_a_folder_of_images(store: FakeStore, paint: Paint, tmp_path: Path) -> None:
    for n in (20, 3):
        paint(tmp_path / "images" / f"IM{n}.png", n)
    paint(tmp_path / "images" / ".hidden.png", 1)
    (tmp_path / "images" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "images" / ".DS_Store").write_bytes(b"x")
    gathered = gather([tmp_path / "images"], store.add)
    assert store.grays(gathered) == {None: [3, 20]}
    assert gathered.left_out == ()


@pytest.fixture
def dataset(paint: Paint, tmp_path: Path) -> Path:
    root = tmp_path / "data set"
    for n in (50, 6):
        paint(root / "Normal" / f"{n}.png", n)
        paint(root / "Bleed 10" / "deeper" / f"{n}.jpg", n + 100)
        paint(root / "Bleed 9" / f"{n}.png", n + 50)
    (root / "__MACOSX" / "Normal").mkdir(parents=True)
    (root / "__MACOSX" / "Normal" / "._6.png").write_bytes(b"x")
    (root / "readme.txt").write_bytes(b"about")
    return root


CLASSES = {"Bleed 9": [56, 100], "Bleed 10": [106, 150], "Normal": [6, 50]}


def test_a_folder_of_folders(store: FakeStore, dataset: Path) -> None:
    gathered = gather([dataset], store.add)
    assert store.grays(gathered) == CLASSES
    assert list(dict(gathered.classes)) == list(CLASSES)
    assert gathered.left_out == (
        "“readme.txt” was left out. "
        "This is not a JPEG, PNG, WebP, TIFF, BMP, GIF, DICOM or NIfTI image.",
    )


@pytest.mark.parametrize("prefix", ["", "wrapped/", "twice/wrapped/"])
def test_a_zip_of_folders(store: FakeStore, dataset: Path, tmp_path: Path, prefix: str) -> None:
    gathered = gather([zipped(dataset, tmp_path / "a.ZIP", prefix)], store.add)
    assert store.grays(gathered) == CLASSES
    assert len(gathered.left_out) == 1


def test_a_zip_with_one_folder_is_one_class(
    store: FakeStore, dataset: Path, tmp_path: Path
) -> None:
    path = zipped(dataset / "Normal", tmp_path / "a.zip", "Normal/")
    assert store.grays(gather([path], store.add)) == {None: [6, 50]}


def test_a_folder_with_one_folder_is_a_named_class(
    store: FakeStore, paint: Paint, tmp_path: Path
) -> None:
    paint(tmp_path / "root" / "Normal" / "1.png", 7)
    assert store.grays(gather([tmp_path / "root"], store.add)) == {"Normal": [7]}


def test_the_training_images_of_the_export(store: FakeStore) -> None:
    if not TRAINING_IMAGES.exists():
        pytest.skip("the export's images are not at hand")
    gathered = gather([TRAINING_IMAGES], store.add)
    assert [(name, len(samples)) for name, samples in gathered.classes] == [
        ("Class 1", 11),
        ("Class 2", 11),
    ]
    assert gathered.left_out == ()


def test_what_cannot_be_used_is_named_without_its_folder(
    store: FakeStore, paint: Paint, tmp_path: Path
) -> None:
    folder = tmp_path / "patient Smith"
    good = paint(folder / "good.png", 5)
    broken = folder / "broken.png"
    broken.write_bytes(good.read_bytes()[:50])
    fake = folder / "fake.zip"
    fake.write_bytes(b"x" * 100)
    project = folder / "class.tm"
    project.write_bytes(b"PK")
    gathered = gather([good, broken, fake, project, folder / "gone.png"], store.add)
    assert store.grays(gathered) == {None: [5]}
    text = "\n".join(gathered.left_out)
    for name in ("broken.png", "fake.zip", "class.tm", "gone.png"):
        assert name in text
    assert "Smith" not in text
    assert len(gathered.left_out) == 4


def test_names_that_no_class_may_have(store: FakeStore, paint: Paint, tmp_path: Path) -> None:
    for n, name in enumerate(["a\nb", " spaced "]):
        paint(tmp_path / "root" / name / "1.png", n)
    assert set(dict(gather([tmp_path / "root"], store.add).classes)) == {"a b", "spaced"}


def test_a_zip_bomb_stops(
    store: FakeStore, paint: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ichdesk.imaging.sources.MAX_VOLUME_BYTES", 2**20)
    monkeypatch.setattr("ichdesk.imaging.sources.unpacked_limit", lambda size: 2**22)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.png", paint(tmp_path / "0.png", 5).read_bytes())
        for i in range(1, 20):
            archive.writestr(f"{i}.png", b"\x89PNG" + bytes(3 * 2**20))
    gathered = gather([path], store.add)
    assert store.grays(gathered) == {None: [5]}
    assert "far too much" in gathered.left_out[-1]
    assert len(gathered.left_out) == 19


def test_path_traversal_in_a_zip_is_only_text(
    store: FakeStore, paint: Paint, tmp_path: Path
) -> None:
    data = paint(tmp_path / "0.png", 5).read_bytes()
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../evil.png", "/etc/x.png", "C:\\x\\y.png"):
            archive.writestr(name, data)
    before = sorted(tmp_path.rglob("*"))
    gathered = gather([path], store.add)
    assert sum(len(samples) for _, samples in gathered.classes) + len(gathered.left_out) >= 2
    assert sorted(tmp_path.rglob("*")) == before


def test_notes_are_bounded(store: FakeStore, tmp_path: Path) -> None:
    for i in range(300):
        (tmp_path / f"{i}.txt").write_bytes(b"x")
    assert len(gather([tmp_path], store.add).left_out) == MAX_NOTES + 1


def test_progress_is_told_and_stops_the_threads(
    store: FakeStore, paint: Paint, tmp_path: Path
) -> None:
    paths = [paint(tmp_path / f"{n}.png", n) for n in range(60)]
    seen: list[tuple[int, int]] = []
    gather(paths, store.add, lambda done, total: seen.append((done, total)))
    assert sorted(set(seen)) == [(n, 60) for n in range(61)]  # a slow file is told twice
    assert seen == sorted(seen)

    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise StopError

    before = threading.active_count()
    with pytest.raises(StopError) as caught:
        gather(paths, store.add, stop)
    assert caught.traceback
    assert threading.active_count() == before
    assert len(store.kept) == 60 + 3


def test_a_full_disk_is_passed_on(paint: Paint, tmp_path: Path) -> None:
    def full(data: bytes) -> Sample:
        raise UserError("full")

    with pytest.raises(UserError, match="full"):
        gather([paint(tmp_path / "1.png", 1)], full)


def test_nothing_dropped(store: FakeStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert gather([], store.add) == Gathered((), ())
    assert gather([tmp_path / "empty"], store.add) == Gathered((), ())
