"""The pages for the teacher that ship with the class projects, and which one a project has."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ichdesk.archive import NATIVE_SUFFIX
from ichdesk.archive.lesson_key import lesson_name
from ichdesk.core.project import Project
from ichdesk.core.resources import project_path, resource_path

_SUFFIX = ".md"
_PROJECTS = (".tm", NATIVE_SUFFIX)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A page: its heading, and the rest as Markdown."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ClassProject:
    """A project that came with the app, and what it is called in the menu."""

    path: Path
    title: str


def lesson_of(project: Project) -> Lesson | None:
    """The page that the project's file asks for, if there is one of this name."""
    return _lessons().get(lesson_name(project))


def class_projects() -> list[ClassProject]:
    """The projects that came with the app, in the order of their names."""
    found = []
    folder = project_path("any").parent
    for path in sorted(p for suffix in _PROJECTS for p in folder.glob(f"*{suffix}")):
        lesson = _lessons().get(path.stem)
        found.append(ClassProject(path, lesson.title if lesson else path.stem.capitalize()))
    return found


@cache
def _lessons() -> dict[str, Lesson]:
    """All pages by name."""
    paths = resource_path("lessons").glob(f"*{_SUFFIX}")
    return {path.stem: _read(path.read_text(encoding="utf-8")) for path in sorted(paths)}


def _read(page: str) -> Lesson:
    heading, _, text = page.partition("\n")
    return Lesson(heading.lstrip("# ").strip(), text.strip())
