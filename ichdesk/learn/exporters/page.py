"""A page to try a model: one HTML file with everything in it, for any browser, without a network.

One file, because a page whose parts lie beside it does not work where people open it: inside a
zip, from an e-mail, on a learning platform. Its policy names every script in it by its hash and
allows no connection, so that neither a class name nor a picture can make it load or send anything.
It computes with WebAssembly, in 32 bits everywhere; graphics processors often compute in 16.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from html import escape
from typing import Any

from ichdesk.core.resources import resource_path
from ichdesk.imaging.step_text import steps_words
from ichdesk.learn.exporters import EXPORTERS, Files, Stages, Subject, exporter

LIBRARY = "TensorFlow.js 4.22.0"
_SCRIPTS = {
    "tfjs": "tfjs/tf.es2017.min.js",
    "wasm": "tfjs/tf-backend-wasm.es2017.min.js",
    "resize": "exports/page/resize.js",
    "page": "exports/page/page.js",
}
_PLACE = re.compile(r"\{\{(\w+)\}\}")


@exporter(
    "page",
    "Page to try",
    "One HTML file for students: opens by a double click in any browser, without a network, and "
    "classifies pictures that are dropped on it.",
    ".html",
)
def page(subject: Subject) -> Stages:
    """The model as TensorFlow.js has it, the library and the page in one file."""
    files = yield from EXPORTERS["tfjs"].make(subject)
    yield "Making the page"
    scripts = {name: _read(path) for name, path in _SCRIPTS.items()}
    style = _read("exports/page/page.css")
    parts = {
        **scripts,
        **_model(subject, files),
        "style": style,
        "policy": _policy(scripts.values(), style),
        "engine": _base64(resource_path("tfjs/tfjs-backend-wasm-simd.wasm").read_bytes()),
        "library": LIBRARY,
        "license": escape(_read("tfjs/LICENSE.txt")),
    }
    template = _read("exports/page/page.html")
    return {"model.html": _PLACE.sub(lambda place: parts[place[1]], template).encode()}


def _model(subject: Subject, files: Files) -> dict[str, str]:
    """What the page knows of the model, and its weights."""
    network = json.loads(files["model.json"])
    (group,) = network["weightsManifest"]
    known = {
        "topology": network["modelTopology"],
        "weights": group["weights"],
        "card": subject.card(),
        "facts": _facts(subject),
    }
    weights = b"".join(files[name] for name in group["paths"])
    return {"model": _harmless(known), "weights": _base64(weights)}


def _facts(subject: Subject) -> dict[str, str]:
    """Of interest to the curious, by what it is called."""
    card = subject.card()
    steps = f"{steps_words(subject.model.steps)}. This page takes pictures as they are."
    return {
        "Pictures": f"{card['input']}; this page does so by itself.",
        "Slices in Hounsfield units were shown to it with": steps,
        "Network": card["backbone"],
        "Made with": card["made_by"],
    }


def _harmless(known: dict[str, Any]) -> str:
    """JSON that ends no element of HTML, whatever text is in it."""
    return json.dumps(known, ensure_ascii=False).replace("<", "\\u003c")


def _policy(scripts: Iterable[str], style: str) -> str:
    """Content Security Policy Level 3: these scripts and this style, and nothing from anywhere."""
    allowed = " ".join(map(_hash, scripts))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {allowed} 'wasm-unsafe-eval'",
            f"style-src {_hash(style)}",
            "connect-src data:",  # how a browser reads base64
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{_base64(hashlib.sha256(text.encode()).digest())}'"


def _read(path: str) -> str:
    return resource_path(path).read_text("utf-8")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
