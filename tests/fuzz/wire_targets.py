"""What the processes say to each other, and a second start to the first."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from ichdesk.protocol.codec import Message, decode, encode
from tests.fuzz import mutations
from tests.fuzz.target import Target


def _frames() -> list[bytes]:
    """Every message, with all of its fields filled."""
    return [encode(_filled(cls)) for cls in get_args(Message)]


def _filled(hint: Any) -> Any:
    """A value of a type of the protocol."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return _filled(args[0])
    made: dict[Any, Callable[[], Any]] = {
        tuple: lambda: (_filled(args[0]),) * 2,
        dict: lambda: {_filled(args[0]): _filled(args[1])},
        np.ndarray: lambda: np.ones((1, 2, 2, 3), get_args(args[1])[0]),
    }
    if origin in made:
        return made[origin]()
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return hint(**{name: _filled(part) for name, part in get_type_hints(hint).items()})  # type: ignore[operator]
    if issubclass(hint, Enum):
        return next(iter(hint))
    return {str: "ü", int: 3, float: 0.5, bool: True}[hint]


def _frame(data: bytes, _: Path) -> str:
    message = decode(data)
    back = decode(encode(message))
    assert _same(back, message)
    return type(message).__name__


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return a.tobytes() == b.tobytes() and a.shape == b.shape
    if is_dataclass(a):
        return all(_same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(_same, a.values(), b.values()))
    return bool(a == b) or repr(a) == repr(b)


def _calls() -> list[bytes]:
    from ichdesk.ui.doorbell import Call, _encode

    return [_encode(Call((Path("/a/b.tm"), Path("/ü.ichdesk")), "token")), _encode(Call())]


def _call(data: bytes, _: Path) -> str:
    from ichdesk.ui.doorbell import _decode

    call = _decode(data)
    if call is None:
        return "nonsense"
    assert all(path.is_absolute() for path in call.files)
    [path.is_file() for path in call.files]  # as the app asks before it opens one
    return f"{min(len(call.files), 3)} files"


TARGETS = {
    "protocol": Target(_frames, mutations.behind_length(4), _frame),
    "doorbell": Target(_calls, mutations.damaged_json, _call),
}
