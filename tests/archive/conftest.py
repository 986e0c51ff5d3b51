"""Small images and project files to open, whole and broken."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ichdesk.archive import Opened, SampleStore, open_project, save_project
from ichdesk.core.run_book import RunBook
from ichdesk.imaging.pipeline import checked
from tests.archive.native_files import Entries, packed
from tests.fakes.projects import finished_run, full_project

WORKSHOP = Path(__file__).parents[3] / "shared" / "data" / "workshop_experiment1.tm"
MANIFEST = {
    "type": "image",
    "version": "2.4.1",
    "appdata": {
        "publishResults": {},
        "trainEpochs": 15,
        "trainBatchSize": 32,
        "trainLearningRate": 0.00003,
    },
}


def jpeg(seed: int, size: int = 224) -> bytes:
    gray = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(gray).resize((size, size)).save(out, "JPEG", quality=50)
    return out.getvalue()


@pytest.fixture(scope="session")
def jpegs() -> list[bytes]:
    return [jpeg(seed) for seed in range(12)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore(tmp_path / "spool") as store:
        yield store


@pytest.fixture
def workshop() -> Path:
    if not WORKSHOP.exists():
        pytest.skip("the workshop project is not at hand")
    return WORKSHOP


@pytest.fixture
def make_zip(tmp_path: Path) -> Callable[..., Path]:
    """Build a zip from names and bytes; a manifest unless told otherwise."""

    def make(
        entries: Mapping[str, bytes],
        manifest: object = MANIFEST,
        method: int = zipfile.ZIP_STORED,
        name: str = "class.tm",
    ) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", method) as archive:
            for entry, data in entries.items():
                info = zipfile.ZipInfo()
                info.filename = entry
                info.compress_type = method
                archive.writestr(info, data)
            if isinstance(manifest, bytes | str):
                archive.writestr("manifest.json", manifest)
            elif manifest is not None:
                archive.writestr("manifest.json", json.dumps(manifest))
        return path

    return make


def contents(opened: Opened) -> dict[str, list[bytes]]:
    return {b.name: [s.read() for s in b.samples] for b in opened.project.classes}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    with SampleStore(folder) as store:
        project = full_project(store)
        save_project(project, folder / "whole.ichdesk", runs=RunBook.of(finished_run(project)))
    return (folder / "whole.ichdesk").read_bytes()


@pytest.fixture(scope="module")
def entries(raw: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def opened(tmp_path: Path, store: SampleStore) -> Callable[[bytes | Entries], Opened]:
    def read(data: bytes | Entries) -> Opened:
        path = tmp_path / "x.ichdesk"
        path.write_bytes(data if isinstance(data, bytes) else packed(data))
        return open_project(path, store, check_steps=checked)

    return read
