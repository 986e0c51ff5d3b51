"""Which program opens which format, and how it is asked."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from installs import HERE, node_folder, python_of, run
from pictures import COLORED, GRAY

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """An exported model and the pictures to try it on.

    Attributes:
        folder: Where everything is; the server shows it.
        model: The file, or the folder of several.
        pictures: Folder with the pictures.
        size: Of the model, bytes.
        export_s: CPU time of the command that exported it, its start included.
    """

    address: ClassVar[str] = ""
    folder: Path
    model: Path
    pictures: Path
    size: int
    export_s: float

    def url(self, path: Path) -> str:
        """Where the browser finds a file."""
        return f"{self.address}/{path.relative_to(self.folder)}"


@dataclass(frozen=True)
class Case:
    """A format in a consumer.

    Attributes:
        format: Its name in ICHDesk.
        title: What the table calls it.
        consumer: What the table calls the consumer if it fails.
        answer: Runs it.
        first: The first picture that it answers; the last is always the hundredth.
        expects: What it is held against, an attribute of `pictures.Expected`.
    """

    format: str
    title: str
    consumer: str
    answer: Callable[[Setting], Answer]
    first: int = 0
    expects: str = "pixels"


def in_python(venv: str, script: str) -> Callable[[Setting], Answer]:
    """A script of `consumers/`, which gets the model and the pictures."""

    def answer(setting: Setting) -> Answer:
        python = python_of(setting.folder, venv)
        printed = run([python, HERE / "consumers" / script, setting.model, setting.pictures])
        return _last_json(printed)

    return answer


def in_litert(venv: str, script: str) -> Callable[[Setting], Answer]:
    """A script of `consumers/` makes a .tflite file of the model, and LiteRT runs it."""

    def answer(setting: Setting) -> Answer:
        made = setting.model.with_name(f"{script.removesuffix('.py')}.tflite")
        run([python_of(setting.folder, venv), HERE / "consumers" / script, setting.model, made])
        python = python_of(setting.folder, "runtimes")
        printed = run([python, HERE / "consumers" / "litert_python.py", made, setting.pictures])
        return _last_json(printed)

    return answer


def in_browser(page: str, *, with_jpeg: bool = True) -> Callable[[Setting], Answer]:
    """A page of `pages/`, which loads the model with a library; slow ones do without the JPEGs."""

    def answer(setting: Setting) -> Answer:
        files = sorted(setting.pictures.glob("*.jpg")) if with_jpeg else []
        jpegs = [setting.url(path) for path in files]
        return _browse(
            setting,
            page=f"{setting.address}/node/pages/{page}",
            model=setting.url(setting.model),
            pixels=setting.url(setting.pictures / "pixels.bin"),
            jpegs=jpegs,
            labels=json.loads((setting.pictures / "labels.json").read_text("utf-8")),
        )

    return answer


def on_page(scheme: str, pixels: str = "[0-9]*.png") -> Callable[[Setting], Answer]:
    """The exported page itself, with files put on it; once it is loaded there is no network."""

    def answer(setting: Setting) -> Answer:
        page = setting.model.as_uri() if scheme == "file" else setting.url(setting.model)
        dropped = {
            kind: [str(path) for path in sorted(setting.pictures.glob(pattern))]
            for kind, pattern in (("pixels", pixels), ("jpeg", "*.jpg"))
        }
        found = _browse(setting, page=page, dropped=dropped)
        where = "from a file" if scheme == "file" else "from a server"
        return {**found, "consumer": f"{where}, {found['consumer']}"}

    return answer


def _browse(setting: Setting, **job: object) -> Answer:
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    place = node_folder(setting.folder)
    return _last_json(run(["node", place / "browser.mjs", chromium, json.dumps(job)], place))


def _last_json(printed: str) -> Answer:
    found: Answer = json.loads(printed.strip().splitlines()[-1])
    return found


TEACHABLE_MACHINE = "TensorFlow.js (Teachable Machine)"
_2019, _2024 = "tfjs-of-2019", "@tensorflow/tfjs"
CASES = (
    Case("onnx", "ONNX", "ONNX Runtime", in_python("runtimes", "onnx_python.py")),
    Case("onnx", "ONNX", "ONNX Runtime Web", in_browser("onnx.html")),
    Case(
        "onnx-hu",
        "ONNX for Hounsfield units",
        "ONNX Runtime",
        in_python("runtimes", "onnx_hu_python.py"),
        GRAY + COLORED,
    ),
    Case("pytorch", "PyTorch", "torch", in_python("torch", "torch_python.py")),
    Case("pytorch", "PyTorch", "its own script", in_python("torch", "torch_script.py")),
    Case("keras", "Keras", "Keras on TensorFlow", in_python("keras", "keras_python.py")),
    Case("keras", "Keras, made a .tflite", "LiteRT", in_litert("keras", "keras_to_litert.py")),
    Case("page", "Page to try", "from a file", on_page("file")),
    Case("page", "Page to try", "from a server", on_page("http")),
    Case("page", "Page, 100 sizes", "from a file", on_page("file", "sized-*.png"), expects="sized"),
    Case("tfjs", TEACHABLE_MACHINE, "TensorFlow.js, wasm", in_browser("tfjs.html?backend=wasm")),
    *(
        Case("tfjs", TEACHABLE_MACHINE, page, in_browser(page, with_jpeg=False))
        for page in (
            f"tmimage.html?library={_2024}&backend=wasm",
            f"tmimage.html?library={_2019}&backend=webgl",
            f"tmimage.html?library={_2024}&backend=webgl",
            "tfjs.html?backend=cpu",
            "tfjs.html?backend=webgl",
        )
    ),
)
