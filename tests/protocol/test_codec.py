"""Messages survive the wire, and nothing else passes for one."""

import contextlib
import json
import struct
import time
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ichdesk import protocol
from ichdesk.protocol.codec import Message, ProtocolError, decode, encode
from ichdesk.protocol.messages import (
    BatchEnded,
    Cancel,
    ClassRef,
    EpochEnded,
    Outcome,
    Predict,
    PredictionEnded,
    RunEnded,
    SampleRef,
    Settings,
    Shutdown,
    StartTraining,
)


def arrays(dtype: type, dimensions: int) -> st.SearchStrategy:
    shapes = hnp.array_shapes(min_dims=dimensions, max_dims=dimensions, min_side=0, max_side=4)
    return hnp.arrays(dtype, shapes)


def same(a: object, b: object) -> bool:
    """Equality that looks into arrays and takes NaN for itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(same, a.values(), b.values()))
    return a == b or repr(a) == repr(b) == "nan"


for cls, fill in {
    Predict: {"images": arrays(np.uint8, 4)},
    EpochEnded: {"confusion": arrays(np.int64, 2)},
    RunEnded: {"test_probabilities": arrays(np.float32, 2)},
    PredictionEnded: {"probabilities": arrays(np.float32, 2)},
}.items():
    st.register_type_strategy(cls, st.builds(cls, **fill))

messages = st.one_of([st.from_type(cls) for cls in get_args(Message)])


@given(messages)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_every_message_survives(message: Message) -> None:
    assert same(decode(encode(message)), message)


@given(st.binary(max_size=200))
@example(b"")
@example(struct.pack("<I", 2**32 - 1) + b"{}")
@settings(deadline=None)
def test_garbage_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(data)


@given(messages, st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_damaged_message_is_a_message_or_a_protocol_error(
    message: Message, data: st.DataObject
) -> None:
    raw = bytearray(encode(message))
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([bytes(raw), bytes(raw[:position]), bytes(raw) + b"x"]))
    with contextlib.suppress(ProtocolError):
        decode(cut)


def frame(document: object, payload: bytes = b"") -> bytes:
    header = json.dumps(document).encode()
    return struct.pack("<I", len(header)) + header + payload


def predict(array: object, payload: bytes = b"") -> bytes:
    return frame({"type": "Predict", "fields": {"request_id": 1, "images": array}}, payload)


@pytest.mark.parametrize(
    "data",
    [
        frame([]),
        frame({}),
        frame({"type": "Unknown", "fields": {}}),
        frame({"type": ["Cancel"], "fields": {}}),
        frame({"type": "SampleRef", "fields": {}}),
        frame({"type": "Cancel"}),
        frame({"type": "Cancel", "fields": None}),
        frame({"type": "Cancel", "fields": {}}),
        frame({"type": "Cancel", "fields": {"request_id": True}}),
        frame({"type": "Cancel", "fields": {"request_id": 1.0}}),
        frame({"type": "Cancel", "fields": {"request_id": 1, "extra": 2}}),
        frame({"type": "ModelSaved", "fields": {"request_id": 1, "outcome": "perhaps"}}),
        frame({"type": "ModelSaved", "fields": {"request_id": 1, "outcome": []}}),
        frame({"type": "StartTraining", "fields": {"request_id": 1, "classes": 3, "settings": {}}}),
        predict(None),
        predict({"dtype": "<f4", "shape": [1]}, bytes(4)),
        predict({"dtype": "|u1", "shape": [2]}, b"x"),
        predict({"dtype": "|u1", "shape": [-1]}, b"x"),
        predict({"dtype": "|u1", "shape": [0, 2**70]}),
        predict({"dtype": "|u1", "shape": [1] * 1000}, b"x"),
        predict({"dtype": "|u1", "shape": [1, "1"]}, b"x"),
        predict({"dtype": "|u1", "shape": [1]}, b"xy"),
        struct.pack("<I", 200_000) + b"[" * 200_000,
        struct.pack("<I", 50_000) + b"9" * 50_000,
    ],
)
def test_a_forged_message_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(data)


def test_a_field_with_a_default_may_be_missing() -> None:
    data = frame({"type": "RunEnded", "fields": {"request_id": 7, "outcome": "done"}})
    assert same(decode(data), RunEnded(7, Outcome.DONE))


def test_decoded_arrays_can_be_written() -> None:
    message = decode(encode(Predict(1, np.zeros((1, 2, 2, 3), np.uint8))))
    assert isinstance(message, Predict)
    message.images[:] = 1


def test_big_endian_and_sliced_arrays_arrive_right() -> None:
    big = np.arange(12, dtype=">f4").reshape(3, 4)[:, ::2]
    message = decode(encode(PredictionEnded(1, Outcome.DONE, None, big)))
    assert isinstance(message, PredictionEnded)
    np.testing.assert_array_equal(message.probabilities, big)


def test_only_messages_are_encoded() -> None:
    with pytest.raises(TypeError):
        encode(object())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        encode(Predict(1, np.array([None])))  # type: ignore[arg-type]


def test_the_specification_names_every_message() -> None:
    text = Path(protocol.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert [cls.__name__ for cls in get_args(Message) if f"`{cls.__name__}" not in text] == []


def test_thirty_thousand_samples_travel_quickly() -> None:
    classes = tuple(
        ClassRef(name, tuple(SampleRef("/a/b.tm", i, 4_000, "0" * 64) for i in range(16_000)))
        for name in ("Hemorrhage", "Normal")
    )
    message = StartTraining(1, classes, Settings(50, 16, 0.001, 0, "ct-phantom", "auto"))
    start = time.process_time()
    back = decode(encode(message))
    assert time.process_time() - start < 2.0
    assert back == message


def test_a_message_is_small() -> None:
    assert len(encode(BatchEnded(1, 2, 3, 4))) < 150
    assert len(encode(Shutdown())) < 50
    assert len(encode(Cancel(1))) < 60
