"""Settings of the window, and names in a report."""

import json
import os
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ichdesk.archive import SampleStore
from ichdesk.core.names import usable_name
from ichdesk.core.run_book import RunBook, note_problem, title_problem
from tests.fuzz import mutations, seeds
from tests.fuzz.target import Target, held, scratch


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
def source_of_report() -> Any:
    """A finished training to write up; the same for all cases."""
    from tests.fakes.reports import report_source

    folder = held.enter_context(scratch())
    return report_source(held.enter_context(SampleStore(folder)), "A", "B")


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
    source = _renamed(source_of_report(), names, name, note)
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
    "settings": Target(_settings_files, _damaged_settings, _settings),
    "report": Target(seeds.reports, mutations.damaged_json, _report),
}
