"""What is fuzzed: seeds, a way to change them, and what must hold whatever the bytes are."""

import io
import json
import os
import re
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from functools import cache, partial
from html.parser import HTMLParser
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from PIL import Image

from ichdesk.archive import SampleStore, open_project, save_project
from ichdesk.archive.image_header import check_image
from ichdesk.core.errors import UserError
from ichdesk.core.names import usable_name
from ichdesk.core.run_book import RunBook, note_problem, title_problem
from ichdesk.imaging.decode import decode_sample, sample_jpeg
from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.gather import gather
from ichdesk.imaging.hu_png import is_hu_png, read_hu_png, read_position_mm
from ichdesk.imaging.pictures import read_samples
from ichdesk.imaging.pipeline import baked, checked, model_pixels
from ichdesk.protocol.codec import Message, ProtocolError, decode, encode
from tests.fuzz import mutations, seeds

_QUOTED = re.compile(r"“[^”]*”?|'[^']*'|0x[0-9a-f]+|\d+")


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads bytes of any origin.

    Attributes:
        seeds: Makes whole files.
        mutate: Changes one of them.
        attempt: Reads the bytes, with a folder to write to; says in a word what came of it. It may
            raise UserError or ProtocolError, and nothing else.
    """

    seeds: Callable[[], list[bytes]]
    mutate: mutations.Mutate
    attempt: Callable[[bytes, Path], str]


def outcome(target: Target, data: bytes, folder: Path) -> str:
    """What came of a case, without the names and numbers in it."""
    try:
        return target.attempt(data, folder)
    except ProtocolError as error:  # for the log, and quotes anything
        return f"refused: {type(error.__cause__).__name__}"
    except UserError as error:
        sentence = str(error)
        assert str(folder) not in sentence, "a sentence with a path"
        return f"refused: {_QUOTED.sub('#', sentence)[:120]}"


# --- projects ----------------------------------------------------------------------------------


def _project(data: bytes, folder: Path, suffix: str) -> str:
    path = folder / f"case{suffix}"
    path.write_bytes(data)
    with SampleStore(folder) as store:
        opened = open_project(path, store, check_steps=checked)
        _saves_whole(opened.project, opened.runs, path, store)
    left_out = {_QUOTED.sub("#", note)[:60] for note in opened.left_out[:3]}
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


# --- images and scans --------------------------------------------------------------------------


def _image(data: bytes, _: Path) -> str:
    try:
        check_image(data)
        kept = "kept in a project, "
    except Exception as error:  # a phrase of the archive  # noqa: BLE001
        assert type(error).__name__ == "EntryError", repr(error)
        kept = ""
    sample = sample_jpeg(data)
    with Image.open(io.BytesIO(sample)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (224, 224))
    assert decode_sample(sample).shape == (224, 224, 3)
    assert sample_jpeg(sample) == sample
    return f"{kept}{'same' if sample == data else 'made'}"


def _slice(data: bytes, _: Path) -> str:
    read_position_mm(data[:1024])
    if not is_hu_png(data):
        assert model_pixels(data).shape == (224, 224, 3)
        return "picture"
    image = read_hu_png(data)
    assert np.isfinite(image.hu).all()
    assert model_pixels(data).shape == (224, 224, 3)
    return "slice"


_open = ExitStack()


def close() -> None:
    """End what targets have started, such as the processes that decode."""
    _open.close()
    _decoders.cache_clear()
    _report_source.cache_clear()


@cache
def _decoders() -> Decoders:
    return _open.enter_context(Decoders())


def _scan(data: bytes, _: Path) -> str:
    found = 0
    for encoded in read_samples(data, Pseudonyms(b"salt"), _decoders()):
        assert model_pixels(encoded.data).shape == (224, 224, 3)
        check_image(encoded.data)
        found += 1
    return f"{min(found, 3)} slices"


def _dropped_zip(data: bytes, folder: Path) -> str:
    path = folder / "dropped.zip"
    path.write_bytes(data)
    with SampleStore(folder) as store:
        gathered = gather([path], store.add)
    notes = {_QUOTED.sub("#", note)[:60] for note in gathered.left_out[:3]}
    return f"{len(gathered.classes)} classes, {sorted(notes)}"


# --- models ------------------------------------------------------------------------------------


def _models() -> list[bytes]:
    import torch

    from ichdesk.learn.head import Head
    from ichdesk.learn.model import Model, model_bytes

    head = Head(8, 3, torch.Generator().manual_seed(1)).eval()
    return [model_bytes(Model(head, ("A", "B", "ü"), "ct-phantom", "f" * 64))]


def _model(data: bytes, _: Path) -> str:
    from ichdesk.learn.model import read_model

    model = read_model(data, "“m”")
    dimension = len(model.head.state_dict()["mean"])
    shares = model.classify(np.zeros((2, dimension), np.float32))
    assert shares.shape == (2, len(model.labels))
    return f"{len(model.labels)} classes"


def _exports() -> list[bytes]:
    """A small network under Keras's names, as Teachable Machine exports it."""
    import torch

    from ichdesk.learn.backbones.mobilenet_v2 import MobileNetV2
    from tests.learn.backbones.conftest import LABELS, Export, keras_weights

    torch.manual_seed(0)
    net = MobileNetV2().eval()
    weights = keras_weights(net)
    weights["dense_Dense1/kernel"] = np.zeros((1280, 4))
    weights["dense_Dense1/bias"] = np.zeros(4)
    weights["dense_Dense2/kernel"] = np.zeros((4, len(LABELS)))
    with _scratch() as folder:
        return [Export(net, weights, folder / "e.zip", "uint8").save().read_bytes()]


@contextmanager
def _scratch() -> Iterator[Path]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as name:
        yield Path(name)


def _export(data: bytes, folder: Path) -> str:
    from ichdesk.learn.backbones.tm_import import load_teachable_machine

    path = folder / "case.zip"
    path.write_bytes(data)
    _, _, labels = load_teachable_machine(path)
    return f"{min(len(labels), 9)} classes"


def _states() -> list[bytes]:
    import torch

    found = []
    state = {"a.weight": torch.ones(2, 3), "b.bias": torch.zeros(2), "fc.weight": torch.ones(1)}
    for content in (state, {"state_dict": {f"module.{k}": v for k, v in state.items()}}):
        for is_zip in (True, False):
            out = io.BytesIO()
            torch.save(content, out, _use_new_zipfile_serialization=is_zip)
            found.append(out.getvalue())
    return found


def _state(data: bytes, folder: Path) -> str:
    import torch

    from ichdesk.learn.backbones.state_file import read_state

    path = folder / "weights.pth"
    path.write_bytes(data)
    wanted = {"a.weight": torch.zeros(2, 3), "b.bias": torch.zeros(2)}
    assert read_state(path, wanted, "Net").keys() == wanted.keys()
    return "read"


def _backbone_lists() -> list[bytes]:
    import platform

    here = f"{platform.node()}, cpu"
    added = [{"spec": "a:/b.pth", "title": "B", "parameters": 9}]
    said = {"version": 1, "added": added, "speeds": {here: {"ct-phantom": 99.5, "x": 3}}}
    return [json.dumps(said).encode()]


def _backbone_list(data: bytes, folder: Path) -> str:
    from ichdesk.learn.own_backbones import OwnBackbones

    (folder / "backbones.json").write_bytes(data)
    own = OwnBackbones(folder)
    found = f"{min(len(own.added), 2)} added, {min(len(own.speeds('cpu')), 2)} speeds"
    own.remember_speed("cpu", "ct-phantom", 5.0)
    assert own.speeds("cpu")["ct-phantom"] == 5.0
    return found


# --- what the processes say to each other ------------------------------------------------------


def _frames() -> list[bytes]:
    """Every message, with all of its fields filled."""
    return [encode(_filled(cls)) for cls in get_args(Message)]


def _filled(hint: Any) -> Any:
    """A value of a type of the protocol."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return _filled(args[0])
    made: dict[Any, Callable[[], Any]] = {
        tuple: lambda: (_filled(args[0]),) * 2,
        dict: lambda: {_filled(args[0]): _filled(args[1])},
        np.ndarray: lambda: np.ones((1, 2, 2, 3), get_args(args[1])[0]),
    }
    if origin in made:
        return made[origin]()
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return hint(**{name: _filled(part) for name, part in get_type_hints(hint).items()})  # type: ignore[operator]
    if issubclass(hint, Enum):
        return next(iter(hint))
    return {str: "ü", int: 3, float: 0.5, bool: True}[hint]


def _frame(data: bytes, _: Path) -> str:
    message = decode(data)
    back = decode(encode(message))
    assert _same(back, message)
    return type(message).__name__


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return a.tobytes() == b.tobytes() and a.shape == b.shape
    if is_dataclass(a):
        return all(_same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(_same, a.values(), b.values()))
    return bool(a == b) or repr(a) == repr(b)


def _calls() -> list[bytes]:
    from ichdesk.ui.doorbell import Call, _encode

    return [_encode(Call((Path("/a/b.tm"), Path("/ü.ichdesk")), "token")), _encode(Call())]


def _call(data: bytes, _: Path) -> str:
    from ichdesk.ui.doorbell import _decode

    call = _decode(data)
    if call is None:
        return "nonsense"
    assert all(path.is_absolute() for path in call.files)
    [path.is_file() for path in call.files]  # as the app asks before it opens one
    return f"{min(len(call.files), 3)} files"


# --- settings and reports ----------------------------------------------------------------------


@cache
def _application() -> Any:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])


def _settings_files() -> list[bytes]:
    _application()
    from PySide6.QtWidgets import QWidget

    place = b64encode(QWidget().saveGeometry().data()).decode()
    said = {"recent": ["/a/b.tm", __file__], "theme": "dark", "last_folder": "/tmp"}
    return [json.dumps({**said, "geometry": place}).encode()]


def _damaged_settings(data: bytes, chance: Any, others: Any) -> bytes:
    """The document, or the bytes of the window's place in it, which Qt reads."""
    broken = mutations.damaged_json(data, chance, others)
    try:
        said = json.loads(broken)
        place = b64decode(said["geometry"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return broken
    said["geometry"] = b64encode(mutations.damaged(place, chance, [place])).decode()
    return json.dumps(said).encode()


def _settings(data: bytes, folder: Path) -> str:
    _application()
    from PySide6.QtWidgets import QWidget

    from ichdesk.ui.settings import Settings

    path = folder / "window.json"
    path.write_bytes(data)
    settings = Settings(path)
    found = f"{settings.mode.value}, {min(len(settings.recent), 2)} recent"
    assert settings.last_folder.is_dir()
    if settings.geometry is not None:
        found += f", geometry {QWidget().restoreGeometry(settings.geometry)}"
    project = folder / "a.tm"
    project.touch()
    settings.add_recent(project)
    assert Settings(path).recent[0] == project
    return found


@cache
def _report_source() -> Any:
    from tests.fakes.reports import report_source

    folder = _open.enter_context(_scratch())
    return report_source(_open.enter_context(SampleStore(folder)), "A", "B")


class _Page(HTMLParser):
    """What a browser would run, fetch or leave open."""

    def __init__(self) -> None:
        super().__init__()
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "link", "base", "form", "a"}:
            self.active.append(tag)
        for name, value in attrs:
            is_far = name in {"src", "href"} and not (value or "").startswith(("data:image/", "#"))
            if name.startswith("on") or is_far:
                self.active.append(f"{tag} {name}")


def _report(data: bytes, _: Path) -> str:
    from ichdesk.report.build import build_report
    from ichdesk.report.html import html

    try:
        said = json.loads(data)
        title, names, name, note = (said[key] for key in ("title", "names", "name", "note"))
        texts = [title, name, note, *names]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "no input"
    if len(names) != 2 or not all(isinstance(text, str) for text in texts):
        return "no input"
    source = _renamed(_report_source(), names, name, note)
    page = html(build_report(replace(source, title=title[:200])))
    page.encode("utf-8")
    parser = _Page()
    parser.feed(page)
    assert parser.active == [], parser.active
    return "report"


def _renamed(source: Any, names: list[str], name: str, note: str) -> Any:
    """A source with names as a project and a run may have them, and no others."""
    taken = set[str]()
    bins = []
    for bin_, wanted in zip(source.project.classes, names, strict=True):
        usable = usable_name(wanted, taken)
        taken.add(usable)
        bins.append(replace(bin_, name=usable))
    book = RunBook.of(source.run, datetime(2026, 1, 2, tzinfo=UTC))
    book = book.rename(1, "" if title_problem(name) else name)
    book = book.annotate(1, "" if note_problem(note) else note)
    return replace(source, project=replace(source.project, classes=tuple(bins)), kept=book[1])


TARGETS = {
    "tm": Target(seeds.tms, mutations.damaged_zip, partial(_project, suffix=".tm")),
    "ichdesk": Target(seeds.projects, mutations.damaged_zip, partial(_project, suffix=".ichdesk")),
    "journal": Target(seeds.journals, _journal_mutation, _journal),
    "images": Target(seeds.images, mutations.damaged_image, _image),
    "slices": Target(seeds.slices, mutations.damaged_image, _slice),
    "dicom": Target(seeds.dicoms, mutations.damaged, _scan),
    "nifti": Target(seeds.volumes, mutations.damaged_gzip, _scan),
    "zips": Target(seeds.zips_of_images, mutations.damaged_zip, _dropped_zip),
    "model": Target(_models, mutations.behind_length(8), _model),
    "tm-export": Target(_exports, mutations.damaged_zip, _export),
    "weights": Target(_states, mutations.damaged_zip, _state),
    "backbones": Target(_backbone_lists, mutations.damaged_json, _backbone_list),
    "protocol": Target(_frames, mutations.behind_length(4), _frame),
    "doorbell": Target(_calls, mutations.damaged_json, _call),
    "settings": Target(_settings_files, _damaged_settings, _settings),
    "report": Target(seeds.reports, mutations.damaged_json, _report),
}
