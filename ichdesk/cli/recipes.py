"""What the command "phantom" draws: a class project that ships, or classes of the user's choice."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ichdesk.archive import NATIVE_SUFFIX, SampleStore
from ichdesk.archive.lesson_key import with_lesson
from ichdesk.cli.progress import Bars
from ichdesk.core.errors import UserError
from ichdesk.core.project import Project

if TYPE_CHECKING:  # the other commands need no scipy
    from ichdesk.phantom.class_projects import ProjectRecipe

MAX_PHANTOMS = 100_000
_CLASSES = "Hemorrhage=30,Normal=30"


def own_recipe(classes: str | None, seed: int | None, color_coded: bool) -> "ProjectRecipe":
    """The recipe that the options say; UserError if the classes cannot be used."""
    from ichdesk.phantom.class_projects import ProjectRecipe  # noqa: PLC0415
    from ichdesk.phantom.jpegs import COLOR_CODED, GRAY  # noqa: PLC0415

    style = COLOR_CODED if color_coded else GRAY
    return ProjectRecipe(class_counts(classes or _CLASSES), seed or 0, style)


def shipped(number: int, given: Mapping[str, Any]) -> "ProjectRecipe":
    """The recipe of a class project.

    Raises:
        UserError: There is none with this number, or another option was given besides.
    """
    from ichdesk.phantom.class_projects import CLASS_PROJECTS  # noqa: PLC0415

    if any(value is not None and value is not False for value in given.values()):
        raise UserError("A class project decides everything itself; leave out the other options.")
    if number not in CLASS_PROJECTS:
        numbers = ", ".join(map(str, CLASS_PROJECTS))
        raise UserError(f"There is no class project {number}; choose one of {numbers}.")
    return CLASS_PROJECTS[number]


def check_ending(out: Path, recipe: "ProjectRecipe") -> None:
    """UserError if a file with this ending could not hold the project."""
    if recipe.needs_native and out.suffix.lower() != NATIVE_SUFFIX:
        raise UserError(
            "This class project has patients or Hounsfield units, which only an "
            f"{NATIVE_SUFFIX} file can keep; write for example {out.stem}{NATIVE_SUFFIX}."
        )


def class_counts(text: str) -> dict[str, int]:
    """Parse "Normal=30,Hemorrhage=30".

    Raises:
        UserError: It has another form, or asks for none or too many.
    """
    counts: dict[str, int] = {}
    for part in text.split(","):
        name, _, count = part.rpartition("=")
        if not name.strip() or not count.strip().isdecimal():
            raise UserError(f"“{part}” is not NAME=COUNT; write for example Normal=30.")
        if name.strip() in counts:
            raise UserError(f"The class “{name.strip()}” is given twice; name it once.")
        counts[name.strip()] = int(count)
    if not 1 <= sum(counts.values()) <= MAX_PHANTOMS:
        raise UserError(f"Ask for 1 to {MAX_PHANTOMS:,} images in all.")
    return counts


def make_project(recipe: "ProjectRecipe", store: SampleStore, bars: Bars) -> Project:
    """A project of synthetic slices; UserError if a class name says no content."""
    from ichdesk.phantom.samples import draw_samples  # noqa: PLC0415

    project = Project(config=recipe.config)
    done, total = 0, sum(recipe.counts.values())
    for name in recipe.counts:
        samples = []
        try:
            for drawn in draw_samples(recipe, name):
                kept = store.add(drawn.data)
                samples.append(replace(kept, patient=drawn.patient, series=drawn.series))
                done += 1
                bars.show("Drawing", done, total)
        except ValueError as error:
            raise UserError(str(error)) from error
        project = project.add_class(name, samples)
        if name == recipe.unmarked:
            project = project.set_enabled(project.classes[-1].id, False)
    return with_lesson(project, recipe.lesson) if recipe.lesson else project
