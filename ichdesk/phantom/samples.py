"""The samples of a synthetic project: single slices or whole patients, as pictures or with HU."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.phantom.class_projects import ProjectRecipe
from ichdesk.phantom.jpegs import SIDE_PX, jpeg, phantom_jpegs, phantom_slices
from ichdesk.phantom.marker import with_marker
from ichdesk.phantom.patients import draw_patient, make_patient, synthetic_key
from ichdesk.phantom.slices import PhantomSlice

_BLEED = "intraparenchymal"


@dataclass(frozen=True, slots=True)
class DrawnSample:
    """The bytes of a sample, and whose slice it is, if anybody's."""

    data: bytes
    patient: str | None = None
    series: str | None = None


def draw_samples(recipe: ProjectRecipe, class_name: str) -> Iterator[DrawnSample]:
    """Make the samples of one class of a recipe, in their order.

    Raises:
        ValueError: The name says no content; raised at once.
    """
    count, seed, style = recipe.counts[class_name], recipe.seed, recipe.style
    if recipe.patients:
        return _of_patients(recipe, class_name)
    if not recipe.is_hu:
        return (DrawnSample(data) for data in phantom_jpegs(class_name, count, seed, style))
    if class_name == recipe.unmarked:
        return _unmarked(recipe)
    slices = phantom_slices(class_name, count, seed, style)
    if class_name == recipe.marked:
        slices = _marked(slices, seed)
    return (_in_hu(drawn, f"{seed} {class_name} {i}") for i, drawn in enumerate(slices))


def _marked(slices: Iterator[PhantomSlice], seed: int) -> Iterator[PhantomSlice]:
    """Slices of a scanner that has a letter on its table."""
    for index, drawn in enumerate(slices):
        rng = np.random.default_rng((seed, index))
        yield replace(drawn, hu=with_marker(drawn.hu, rng))


def _unmarked(recipe: ProjectRecipe) -> Iterator[DrawnSample]:
    """The slices that follow on those of the marked class, of another scanner."""
    name, seed, first = recipe.marked, recipe.seed, recipe.counts[recipe.marked]
    slices = phantom_slices(name, recipe.counts[recipe.unmarked], seed, recipe.style, first)
    return (_in_hu(drawn, f"{seed} {name} {i}") for i, drawn in enumerate(slices, first))


def _of_patients(recipe: ProjectRecipe, class_name: str) -> Iterator[DrawnSample]:
    """Slices of patients of whom the class says nothing that a picture could show."""
    stream, each = zlib.crc32(class_name.encode()), recipe.counts[class_name] // recipe.patients
    for number in range(recipe.patients):
        patient = make_patient((recipe.seed, stream, number), SIDE_PX, _BLEED)
        for image, _ in draw_patient(patient, each, SIDE_PX):
            data = hu_png(image) if recipe.is_hu else jpeg(image.hu, recipe.style)
            yield DrawnSample(data, image.place.patient, image.place.series)


def _in_hu(drawn: PhantomSlice, whose: str) -> DrawnSample:
    """A slice in whole Hounsfield units, the only one of its patient."""
    place = Place(synthetic_key("series", whose), synthetic_key("patient", whose), drawn.height_mm)
    image = HuImage(np.rint(drawn.hu), (drawn.pixel_mm, drawn.pixel_mm), place)
    return DrawnSample(hu_png(image), place.patient, place.series)
