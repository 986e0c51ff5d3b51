"""The page to try a model: nothing comes from elsewhere, and a class name is only text."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from ichdesk.core.resources import resource_path
from ichdesk.learn.exporters import EXPORTERS, Subject
from ichdesk.ui.theme import DARK, LIGHT

NASTY = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!-- {{page}} \u2028 & \" '",
)


class Elements(HTMLParser):
    """The elements of a page in order: tag, attributes, text before the next tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.is_open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))
        self.is_open = True

    def handle_endtag(self, tag: str) -> None:
        self.is_open = False

    def handle_data(self, data: str) -> None:
        if self.is_open:
            self.found[-1][2].append(data)

    def text(self, **attributes: str) -> str:
        (text,) = [
            "".join(texts)
            for _, has, texts in self.found
            if attributes.items() <= {key: value or "" for key, value in has.items()}.items()
        ]
        return text

    def scripts(self) -> list[str]:
        return ["".join(texts) for tag, has, texts in self.found if (tag, has) == ("script", {})]

    def policy(self) -> str:
        (policy,) = [
            has["content"] or ""
            for _, has, _ in self.found
            if has.get("http-equiv") == "Content-Security-Policy"
        ]
        return policy


def page_of(subject: Subject) -> str:
    making = EXPORTERS["page"].make(subject)
    while True:
        try:
            next(making)
        except StopIteration as end:
            (data,) = end.value.values()
            return data.decode()


@pytest.fixture(scope="module")
def page(subject: Subject) -> str:
    return page_of(subject)


@pytest.fixture(scope="module")
def nasty(subject: Subject) -> str:
    return page_of(replace(subject, model=replace(subject.model, labels=NASTY)))


def test_the_page_holds_the_network_its_weights_and_what_is_known_of_it(
    page: str, subject: Subject
) -> None:
    elements = Elements(page)
    model = json.loads(elements.text(id="model"))
    weights = base64.b64decode(elements.text(id="weights"), validate=True)
    assert sum(4 * int(np.prod(one["shape"])) for one in model["weights"]) == len(weights)
    assert model["topology"]
    assert model["card"] == subject.card()
    assert model["facts"]["Network"] == "ct-phantom"
    assert base64.b64decode(elements.text(id="engine")).startswith(b"\0asm")
    assert "For teaching, not for diagnosis." in elements.text(**{"class": "notice"})


def test_what_a_class_is_called_is_text_and_nothing_else(page: str, nasty: str) -> None:
    plain, hostile = Elements(page), Elements(nasty)
    assert json.loads(hostile.text(id="model"))["card"]["labels"] == list(NASTY)
    assert [(tag, has) for tag, has, _ in hostile.found] == [
        (tag, has) for tag, has, _ in plain.found
    ]
    assert hostile.scripts() == plain.scripts()
    assert "<img" not in nasty


def test_the_policy_names_every_script_and_allows_no_connection(page: str) -> None:
    elements = Elements(page)
    rules = dict(rule.split(" ", 1) for rule in elements.policy().split("; "))
    for kind, texts in (("script-src", elements.scripts()), ("style-src", [_style(elements)])):
        hashes = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in texts]
        allowed = set(rules[kind].split()) - {"'wasm-unsafe-eval'"}
        assert allowed == {f"'sha256-{text}'" for text in hashes}
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "data:"
    assert len(elements.scripts()) == 4


def _style(elements: Elements) -> str:
    (style,) = ["".join(texts) for tag, _, texts in elements.found if tag == "style"]
    return style


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    for _, has, _ in Elements(page).found:
        assert not {"src", "href", "action"} & has.keys()
    own = [resource_path(f"exports/page/{name}").read_text("utf-8") for name in OWN]
    assert not any(re.search(r"https?:|//cdn|innerHTML|document\.write", text) for text in own)


OWN = ("page.html", "page.css", "page.js", "resize.js")


def test_no_script_ends_early() -> None:
    """Hashes are of what a browser reads, which makes one of two line ends and stops at a tag."""
    for name in ("tfjs/tf.es2017.min.js", "tfjs/tf-backend-wasm.es2017.min.js"):
        text = resource_path(name).read_bytes()
        assert not re.search(rb"</script|<!--|\r|\0", text, re.IGNORECASE)


def test_the_library_is_the_one_that_its_note_names() -> None:
    note = resource_path("tfjs/README.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\S+)` \|.*`(\w{64})` \|$", note, re.MULTILINE)
    assert len(rows) == 3
    for name, digest in rows:
        data = resource_path(f"tfjs/{name}").read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest
    assert "Apache License" in resource_path("tfjs/LICENSE.txt").read_text("utf-8")


def test_the_page_has_the_colors_of_the_app() -> None:
    style = resource_path("exports/page/page.css").read_text("utf-8")
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w+);", part)) for part in _themes(style))
    for said, palette in ((light, LIGHT), (dark, DARK)):
        for place, (color, track) in enumerate(zip(palette.classes, palette.tracks, strict=True)):
            assert (said[f"class-{place}"], said[f"track-{place}"]) == (color, track)
        names = ("canvas", "card", "line", "text", "accent", "drop", "disabled", "error")
        assert [said[name] for name in names] == [getattr(palette, name) for name in names]
        assert said["soft"] == palette.text_soft


def _themes(style: str) -> tuple[str, str]:
    light, dark = style.split("@media (prefers-color-scheme: dark)", 1)
    return light, dark
