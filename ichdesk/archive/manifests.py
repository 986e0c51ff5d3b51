"""What is written beside exported images, so that other programs can train on them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ichdesk import __version__
from ichdesk.archive.samples_readme import readme_text
from ichdesk.core.hu_facts import HuFacts
from ichdesk.core.results import NOTE
from ichdesk.core.sample_manifest import COCO, COLUMNS, NOTES, TABLE
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.sides import Sides
from ichdesk.core.spreadsheet import table_text
from ichdesk.core.test_set import SIDES


@dataclass(frozen=True, slots=True)
class Written:
    """An image that was written.

    Attributes:
        file: Path from the folder of the export, with "/".
        sample: What was written of it.
        label: Number of its class, from 0.
        is_test: Whether it is tested on.
        size_px: Width and height; None if the bytes are damaged.
        facts: What it says of its Hounsfield units, if the sample is such a slice.
        keeps_hu: Whether they were written, and no picture in their place.
        sha256: Of the bytes that were written, hex.
    """

    file: str
    sample: Sample
    label: int
    is_test: bool
    size_px: tuple[int, int] | None
    facts: HuFacts | None
    keeps_hu: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class Export:
    """All that was written, and how it was split.

    Attributes:
        classes: In the order of their numbers.
        images: Class after class.
        sides: Who is tested on, and by what rule.
        by_side: Whether there are folders `train` and `test`.
    """

    classes: Sequence[ClassBin]
    images: Sequence[Written]
    sides: Sides
    by_side: bool


def companions(export: Export, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The files beside the images, as name and text.

    The table has no byte order mark, unlike tables for people: programs read it, and many would
    take the mark for a part of the first column's name.

    Args:
        export: What they are about.
        names: As what each of `sample_manifest.FILES` is written.
    """
    rows = [_row(image, export) for image in export.images]
    cells = ([_cell(row[column]) for column in COLUMNS] for row in rows)
    yield names[TABLE], table_text([list(COLUMNS), *cells], end="\n")
    coco = _coco(export.classes, rows)
    yield names[COCO], json.dumps(coco, ensure_ascii=False, separators=(",", ":")) + "\n"
    has_hu = any(image.keeps_hu for image in export.images)
    yield (
        names[NOTES],
        readme_text(export.sides, names[TABLE], by_side=export.by_side, has_hu=has_hu),
    )


def _row(image: Written, export: Export) -> dict[str, Any]:
    bin_, sample, facts = export.classes[image.label], image.sample, image.facts
    width, height = image.size_px or (None, None)
    slope, intercept, row_mm, column_mm = _scale(image)
    return {
        "file": image.file,
        "class": bin_.name,
        "label": image.label,
        "enabled": bin_.enabled,
        "split": SIDES[image.is_test],
        "split_by": export.sides.by,
        "patient": sample.patient,
        "series": sample.series,
        "position_mm": facts and facts.position_mm,
        "source": "hu" if sample.is_hu else "picture",
        "hu_slope": slope,
        "hu_intercept": intercept,
        "row_mm": row_mm,
        "column_mm": column_mm,
        "width": width,
        "height": height,
        "sha256": image.sha256,
    }


def _scale(image: Written) -> tuple[float | None, ...]:
    """What the pixels mean; a picture that was made of a slice says nothing of that any more."""
    facts = image.facts
    if facts is None or not image.keeps_hu:
        return None, None, None, None
    return facts.slope, facts.intercept, *facts.spacing_mm


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _coco(classes: Sequence[ClassBin], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """In the shape of https://cocodataset.org/#format-data, with keys of its own besides."""
    more = [key for key in COLUMNS if key not in {"file", "class", "label", "enabled"}]
    return {
        "info": {
            "description": f"Images of a class project of ICHDesk. {NOTE}",
            "version": __version__,
        },
        "categories": [
            {"id": label, "name": bin_.name, "enabled": bin_.enabled}
            for label, bin_ in enumerate(classes)
        ],
        "images": [
            {"id": number, "file_name": row["file"], **{key: row[key] for key in more}}
            for number, row in enumerate(rows, start=1)
        ],
        "annotations": [
            {"id": number, "image_id": number, "category_id": row["label"]}
            for number, row in enumerate(rows, start=1)
        ],
    }
