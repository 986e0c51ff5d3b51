"""Slices in the order of the anatomy, whatever their files are called."""

from collections.abc import Sequence
from typing import TypeVar

from ichdesk.imaging.slices import Place

T = TypeVar("T")


def in_order(items: Sequence[tuple[Place | None, T]]) -> list[T]:
    """Sort the slices of each series along its normal; everything else stays where it is.

    A series stands where its first slice stood. Where not every slice has a position, the numbers
    of the slices decide; where they lack as well, the order of the files.
    """
    first: dict[str, int] = {}
    members: dict[str, list[Place]] = {}
    for index, (place, _) in enumerate(items):
        if place and place.series:
            first.setdefault(place.series, index)
            members.setdefault(place.series, []).append(place)
    by_position = {s for s, all_ in members.items() if all(p.position_mm is not None for p in all_)}
    by_number = {s for s, all_ in members.items() if all(p.number is not None for p in all_)}

    def key(index: int) -> tuple[int, float, int, int]:
        place = items[index][0]
        if place is None or place.series is None:
            return index, 0.0, 0, index
        position = place.position_mm if place.series in by_position else None
        number = place.number if place.series in by_number else None
        return first[place.series], round(position or 0.0, 3), number or 0, index

    return [items[index][1] for index in sorted(range(len(items)), key=key)]
