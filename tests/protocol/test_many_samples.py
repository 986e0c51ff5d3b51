"""A sample on the wire says its values and not, 32,000 times, what they are called."""

import json
import struct

import pytest

from ichdesk.protocol.codec import ProtocolError, decode, encode
from ichdesk.protocol.messages import ClassRef, SampleRef, Settings, StartTraining

SETTINGS = Settings(50, 16, 0.001, 0, "ct-phantom", "auto")


def request(*samples: SampleRef) -> StartTraining:
    return StartTraining(1, (ClassRef("Bleed", samples),), SETTINGS)


def frame(sample: object) -> bytes:
    """The request with this in place of its only sample."""
    data = encode(request(SampleRef("x", 0, 1, "0")))
    document = json.loads(data[4:])
    document["fields"]["classes"][0]["samples"] = [sample]
    header = json.dumps(document).encode()
    return struct.pack("<I", len(header)) + header


def test_names_of_fields_do_not_travel_with_each_sample() -> None:
    message = request(*(SampleRef("x", i, 1, "0", f"p{i}", True, False) for i in range(100)))
    data = encode(message)
    assert decode(data) == message
    assert [name for name in SampleRef._fields if f'"{name}"'.encode() in data] == []


@pytest.mark.parametrize(
    "sample",
    [
        None,
        {},
        {"path": "x", "offset": 0, "length": 1, "sha256": "0"},
        [],
        ["x", 0, 1, "0"],
        ["x", 0, 1, "0", None, False, False, False],
        ["x", 0, 1, "0", None, False, 0],
        ["x", "0", 1, "0", None, False, False],
        ["x", 0, 1, None, None, False, False],
    ],
)
def test_a_damaged_sample_is_no_message(sample: object) -> None:
    with pytest.raises(ProtocolError):
        decode(frame(sample))


def test_a_whole_sample_is_one() -> None:
    assert decode(frame(["x", 0, 1, "0", None, False, False])) == request(SampleRef("x", 0, 1, "0"))
