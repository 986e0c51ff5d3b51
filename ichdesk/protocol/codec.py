"""Messages to bytes and back: a JSON header, then raw array buffers; never pickle.

The layout is in README.md beside this file. Decoding is driven by the field types of the message
classes, so that a new message needs no code here.
"""

import json
import math
import struct
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import cast, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt

from ichdesk.protocol.messages import Event, Request

Message = Request | Event
_Array = npt.NDArray[np.generic]
_Decoder = Callable[[object, list[memoryview]], object]

_LENGTH = struct.Struct("<I")  # bytes of the JSON header
_CLASSES: dict[str, type] = {cls.__name__: cls for cls in get_args(Message)}
_DTYPES = {"|u1", "<f4", "<i8"}


class ProtocolError(Exception):
    """Bytes that are no message of this protocol."""


def encode(message: Message) -> bytes:
    """Turn a message into bytes for `decode`."""
    buffers: list[bytes] = []

    def plain(value: object) -> object:  # json calls it for what it cannot write itself
        if isinstance(value, np.ndarray):
            return _plain_array(value, buffers)
        cls: type = type(value)
        names, read = _fields(cls)
        return dict(zip(names, read(value), strict=True))

    document = {"type": type(message).__name__, "fields": plain(message)}
    header = json.dumps(document, default=plain, separators=(",", ":")).encode("ascii")
    return b"".join([_LENGTH.pack(len(header)), header, *buffers])


def decode(data: bytes) -> Message:
    """Turn bytes into a message; its arrays are copies.

    Raises:
        ProtocolError: The bytes are no message; nothing else is raised, whatever they are.
    """
    try:
        (size,) = _LENGTH.unpack_from(data)
        header = memoryview(data)[_LENGTH.size : _LENGTH.size + size]
        document = json.loads(bytes(header).decode("ascii"))
        buffers = [memoryview(data)[_LENGTH.size + size :]]
        decoder = _dataclass_decoder(_CLASSES[document["type"]])
        message = decoder(document["fields"], buffers)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, struct.error) as error:
        raise ProtocolError(f"not a message: {error}") from error
    except RecursionError as error:
        raise ProtocolError("not a message: nested too deeply") from error
    if len(buffers[0]):
        raise ProtocolError("bytes are left over after the last array")
    return cast(Message, message)


def _plain_array(array: _Array, buffers: list[bytes]) -> object:
    little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    if little.dtype.str not in _DTYPES:
        raise TypeError(f"arrays of {array.dtype} do not travel")
    buffers.append(little.tobytes())
    return {"dtype": little.dtype.str, "shape": list(little.shape)}


@cache
def _fields(cls: type) -> tuple[tuple[str, ...], Callable[[object], tuple[object, ...]]]:
    """Field names of a message class and a function that reads them all."""
    if not is_dataclass(cls):
        raise TypeError(f"{cls.__name__} does not travel")
    names = tuple(field.name for field in fields(cls))
    if not names:
        return names, lambda _: ()
    read = attrgetter(*names)
    return names, read if len(names) > 1 else lambda value: (read(value),)


@cache
def _decoder(hint: object) -> _Decoder:
    """The function that turns a JSON value into a value of this type."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return _union_decoder(args)
    if origin is tuple:
        return _tuple_decoder(_decoder(args[0]))
    if origin is dict:
        return _dict_decoder(_decoder(args[0]), _decoder(args[1]))
    if origin is np.ndarray:
        return _array_decoder(np.dtype(get_args(args[1])[0]))
    if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, tuple)):
        return _dataclass_decoder(hint) if is_dataclass(hint) else _named_tuple_decoder(hint)
    return _scalar_decoder(hint)


def _scalar_decoder(hint: object) -> _Decoder:
    if hint is float:
        return _float
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value, _: hint(value)
    if hint not in {str, int, bool, NoneType}:
        raise NotImplementedError(f"the codec has no rule for {hint}")

    def scalar(value: object, _: list[memoryview]) -> object:
        if type(value) is not hint:
            raise TypeError(f"{type(value).__name__} where {hint} belongs")
        return value

    return scalar


def _float(value: object, _: list[memoryview]) -> float:
    if type(value) not in {int, float}:
        raise TypeError(f"{type(value).__name__} where a number belongs")
    return float(cast(float, value))


def _union_decoder(hints: tuple[object, ...]) -> _Decoder:
    """Of "X | None": null is None, anything else an X."""
    others = [hint for hint in hints if hint is not NoneType]
    if len(others) != 1:
        raise NotImplementedError("the codec knows unions with None only")
    decode_other = _decoder(others[0])
    return lambda value, buffers: None if value is None else decode_other(value, buffers)


def _tuple_decoder(item: _Decoder) -> _Decoder:
    def decode_tuple(value: object, buffers: list[memoryview]) -> object:
        if not isinstance(value, list):
            raise TypeError("a list is missing")
        return tuple([item(entry, buffers) for entry in value])

    return decode_tuple


def _dict_decoder(key: _Decoder, item: _Decoder) -> _Decoder:
    def decode_dict(value: object, buffers: list[memoryview]) -> object:
        if not isinstance(value, dict):
            raise TypeError("an object is missing")
        return {key(name, buffers): item(entry, buffers) for name, entry in value.items()}

    return decode_dict


def _dataclass_decoder(cls: type) -> _Decoder:
    """Fields by name; one with a default may be missing, an unknown one is an error."""
    hints = get_type_hints(cls)
    parts = fields(cls) if is_dataclass(cls) else ()
    decoders = {part.name: _decoder(hints[part.name]) for part in parts}
    optional = {
        part.name
        for part in parts
        if part.default is not MISSING or part.default_factory is not MISSING
    }

    def decode_dataclass(value: object, buffers: list[memoryview]) -> object:
        if not isinstance(value, dict):
            raise TypeError(f"an object is missing for {cls.__name__}")
        if not decoders.keys() - optional <= value.keys():
            raise TypeError(f"{cls.__name__} lacks fields")
        return cls(**{name: decoders[name](entry, buffers) for name, entry in value.items()})

    return decode_dataclass


def _named_tuple_decoder(cls: type) -> _Decoder:
    """All fields in order, as json writes a tuple."""
    decoders = [_decoder(hint) for hint in get_type_hints(cls).values()]

    def decode_named_tuple(value: object, buffers: list[memoryview]) -> object:
        if not isinstance(value, list):
            raise TypeError(f"a list is missing for {cls.__name__}")
        rows = zip(decoders, value, strict=True)
        return cls(*[decode_field(entry, buffers) for decode_field, entry in rows])

    return decode_named_tuple


def _array_decoder(dtype: np.dtype[np.generic]) -> _Decoder:
    """Take the next bytes of the payload as an array of this type."""

    def decode_array(value: object, buffers: list[memoryview]) -> object:
        if not isinstance(value, dict) or value["dtype"] != dtype.newbyteorder("<").str:
            raise TypeError(f"an array of {dtype} is missing")
        shape = [_size(side) for side in value["shape"]]
        count = math.prod(shape)
        raw, buffers[0] = _cut(buffers[0], count * dtype.itemsize)
        return np.frombuffer(raw, dtype.newbyteorder("<"), count).reshape(shape).astype(dtype)

    return decode_array


def _size(side: object) -> int:
    if type(side) is not int or side < 0:
        raise ValueError("a side of an array is no size")
    return side


def _cut(payload: memoryview, size: int) -> tuple[memoryview, memoryview]:
    if size > len(payload):
        raise ValueError("an array is cut short")
    return payload[:size], payload[size:]
