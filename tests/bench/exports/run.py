"""Export models in every format, run them in the programs they are for, and compare with the app.

`python tests/bench/exports/run.py [FOLDER [FORMAT ...]]` makes 100 pictures of our own phantoms,
trains two models, and prints a table; it ends with 1 if a probability of the same pixels differs by
more than 0.001 or a top class is another one. FOLDER keeps what is installed from PyPI and npm,
about 10 GB and ten minutes the first time; then it takes a quarter of an hour. It needs node, npm
and Chromium.
"""

import functools
import http.server
import json
import os
import shutil
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cases import CASES, Case, Setting
from installs import node_folder, run
from pictures import Expected, write_pictures

ROOT = Path(__file__).resolve().parents[3]
EXPORT = ROOT.parent / "shared" / "data" / "tm_export_tfjs.zip"  # only where it lies there
LARGEST_DIFFERENCE = 1e-3
_COLUMNS = "| format | consumer | backbone | images | largest difference | same top class "
_HEAD = _COLUMNS + "| with JPEG | size | export, CPU time | one image |"


@dataclass(frozen=True)
class Row:
    """What came out of one consumer.

    Attributes:
        problem: Why there is nothing else; "" if all went well.
    """

    case: Case
    backbone: str
    setting: Setting
    problem: str = ""
    consumer: str = ""
    difference: float = 0.0
    jpeg_difference: float | None = None
    same: int = 0
    images: int = 0
    latency_ms: float | None = None

    @property
    def is_fine(self) -> bool:
        """Whether the consumer says what the app says."""
        agrees = self.difference <= LARGEST_DIFFERENCE and self.same == self.images
        return not self.problem and agrees

    def text(self) -> str:
        """A line of the table."""
        setting = self.setting
        if self.problem:
            return (
                f"| {self.case.title} | {self.case.consumer} | {self.backbone} | {self.problem} |"
            )
        cells = (
            self.case.title,
            self.consumer,
            self.backbone,
            str(self.images),
            f"{self.difference:.1e}",
            f"{self.same} of {self.images}",
            "" if self.jpeg_difference is None else f"{self.jpeg_difference:.1e}",
            f"{setting.size / 2**20:.1f} MB",
            f"{setting.export_s:.1f} s",
            "" if self.latency_ms is None else f"{self.latency_ms:.0f} ms",
        )
        return f"| {' | '.join(cells)} |"


def train(folder: Path) -> dict[str, Path]:
    """A model on each backbone, by name."""
    made = {"ct-phantom": ("experiment7.ichdesk", "ct-phantom", "ichdesk")}
    if EXPORT.is_file():
        made["tm-import"] = ("experiment5.tm", f"tm-import:{EXPORT}", "teachable-machine")
    for name, (project, backbone, head) in made.items():
        file, model = ROOT / "projects" / project, folder / f"{name}.ichmodel"
        settings = ["--backbone", backbone, "--head", head, "--epochs", "50", "--seed", "1"]
        settings += ["--learning-rate", "0.001"]
        run([*_ICHDESK, "train", file, *settings, "--model", model])
    return {name: folder / f"{name}.ichmodel" for name in made}


_ICHDESK = (sys.executable, "-m", "ichdesk")


def export(model: Path, to: str, suffix: str, folder: Path) -> Setting:
    """Write a model in a format, as a teacher would on the command line."""
    out = folder / f"{to}{suffix or '.zip'}"
    start = os.times().children_user
    run([*_ICHDESK, "export", model, out, "--to", to, "--force"])
    export_s = os.times().children_user - start
    if not suffix:
        unpacked = folder / to
        shutil.rmtree(unpacked, ignore_errors=True)
        with zipfile.ZipFile(out) as archive:
            archive.extractall(unpacked)
        size = sum(file.stat().st_size for file in unpacked.rglob("*") if file.is_file())
        return Setting(folder.parent, unpacked, folder / "pictures", size, export_s)
    return Setting(folder.parent, out, folder / "pictures", out.stat().st_size, export_s)


def compare(case: Case, backbone: str, setting: Setting, expected: Expected) -> Row:
    """Run one consumer and hold it against the app."""
    print(f"{backbone}: {case.title} in {case.consumer}", file=sys.stderr)
    try:
        found = case.answer(setting)
    except (RuntimeError, OSError, ValueError) as error:
        return Row(case, backbone, setting, f"failed: {error}")
    pixels, jpeg = np.array(found["pixels"]), np.array(found["jpeg"])
    wanted = getattr(expected, case.expects)[case.first :]
    return Row(
        case,
        backbone,
        setting,
        consumer=_consumer(found),
        difference=float(np.abs(pixels - wanted).max()),
        jpeg_difference=float(np.abs(jpeg - expected.jpeg).max()) if len(jpeg) else None,
        same=int((pixels.argmax(1) == wanted.argmax(1)).sum()),
        images=len(pixels),
        latency_ms=found["latency_ms"],
    )


def _consumer(found: dict[str, str]) -> str:
    browser = f", Chromium {found['browser'].partition('.')[0]}" if "browser" in found else ""
    return found["consumer"] + browser


def rows(folder: Path, wanted: Sequence[str]) -> Iterator[Row]:
    """Every model in every format, or in those that are wanted, in every consumer."""
    suffixes = {
        one["name"]: one["suffix"] for one in json.loads(run([*_ICHDESK, "formats", "--json"]))
    }
    node_folder(folder)
    for backbone, model in train(folder).items():
        place = folder / backbone
        shutil.rmtree(place, ignore_errors=True)
        (place / "pictures").mkdir(parents=True)
        expected = write_pictures(model, place / "pictures")
        exported = {}
        for case in (case for case in CASES if not wanted or case.format in wanted):
            if case.format not in exported:
                exported[case.format] = export(model, case.format, suffixes[case.format], place)
            yield compare(case, backbone, exported[case.format], expected)


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """A server of a folder, on this computer alone."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Setting.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


def main() -> int:
    """Measure, print, and say whether all agree."""
    default = Path(tempfile.gettempdir()) / "ichdesk-exports"
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    print(_HEAD)
    print("|---" * 10 + "|")
    all_fine = True
    with serving(folder):
        for row in rows(folder, sys.argv[2:]):
            print(row.text(), flush=True)
            all_fine = all_fine and row.is_fine
    return 0 if all_fine else 1


if __name__ == "__main__":
    sys.exit(main())
