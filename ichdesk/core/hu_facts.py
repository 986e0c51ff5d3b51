"""What a slice in Hounsfield units says of its values, read without decoding its pixels."""

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ichdesk.core.hu_sign import HU_KEY, is_hu_png

_SIGN_BYTES = 8
_FRAME_BYTES = 12  # of a chunk: length, type, checksum
_LONGEST_TEXT = 4096


@dataclass(frozen=True, slots=True)
class HuFacts:
    """What the numbers in a 16-bit slice mean.

    Attributes:
        slope: HU is slope * stored + intercept.
        intercept: Likewise.
        spacing_mm: From row to row, and from column to column.
        position_mm: Of the slice along its normal; None if unknown.
    """

    slope: float
    intercept: float
    spacing_mm: tuple[float, float]
    position_mm: float | None


def hu_facts(data: bytes) -> HuFacts | None:
    """The facts of a slice; None if this is none, or if they are damaged.

    Args:
        data: Its bytes, or the first kilobyte of them.
    """
    if not is_hu_png(data):
        return None
    for kind, content in _chunks(data):
        key, _, text = content.partition(b"\0")
        if kind == b"tEXt" and key == HU_KEY.encode():
            return _facts(text)
    return None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of the short chunks before the pixels. PNG specification, 5.3."""
    start = _SIGN_BYTES
    while start + _FRAME_BYTES <= len(data):
        length, kind = struct.unpack_from(">L4s", data, start)
        if kind == b"IDAT":
            return
        if length <= _LONGEST_TEXT:
            yield kind, data[start + 8 : start + 8 + length]
        start += _FRAME_BYTES + length


def _facts(text: bytes) -> HuFacts | None:
    try:
        about = json.loads(text)
        row_mm, column_mm = about["spacing_mm"]
        position = about["position_mm"]
        return HuFacts(
            _number(about["slope"]),
            _number(about["intercept"]),
            (_number(row_mm), _number(column_mm)),
            None if position is None else _number(position),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("no usable number")
    return number
