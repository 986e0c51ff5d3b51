"""What is looked at comes first, what is wanted no more is not decoded, and memory is bounded."""

import threading
from pathlib import Path

import numpy as np
import pytest

from ichdesk.core.samples import Sample
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.ui.viewer import read_ahead
from ichdesk.ui.viewer.heights import read_heights
from ichdesk.ui.viewer.read_ahead import Problem, ReadAhead


def sample(name: str) -> Sample:
    return Sample(Path("x"), 0, 1, name)


@pytest.fixture
def ahead(qtbot, bridge):
    """Decodes to the name, and notes in which order."""
    made = []

    def make(one: Sample) -> str:
        made.append(one.sha256)
        if one.sha256 == "gone":
            raise OSError
        return one.sha256.upper()

    reader = ReadAhead(make, lambda _: 10, bridge.post, lambda: made.append("ready"))
    reader.made = made
    yield reader
    reader.close()


def wait(qtbot, reader):
    qtbot.waitUntil(lambda: reader.is_idle)


def test_in_the_order_of_the_wish(qtbot, ahead):
    ahead.want([sample(name) for name in "cab"])
    wait(qtbot, ahead)
    assert [name for name in ahead.made if name != "ready"] == ["c", "a", "b"]
    assert ahead.made.count("ready") == 3
    assert ahead.get(sample("a")) == "A"
    ahead.want([sample("a")])
    assert ahead.is_idle


def test_old_wishes_are_dropped(qtbot, ahead):
    ahead.want([sample(name) for name in "abcdef"])
    ahead.want([sample("z")])
    wait(qtbot, ahead)
    assert [name for name in ahead.made if name != "ready"] == ["a", "z"]


def test_a_problem_is_a_result(qtbot, ahead):
    ahead.want([sample("gone")])
    wait(qtbot, ahead)
    assert isinstance(ahead.get(sample("gone")), Problem)


def test_memory_is_bounded_but_never_below_what_is_wanted(qtbot, ahead, monkeypatch):
    monkeypatch.setattr(read_ahead, "CACHE_BYTES", 30)
    ahead.want([sample(name) for name in "abcde"])
    wait(qtbot, ahead)
    assert all(ahead.get(sample(name)) for name in "abcde")
    ahead.want([sample("f")])
    wait(qtbot, ahead)
    assert [name for name in "abcdef" if ahead.get(sample(name))] == ["d", "e", "f"]


def test_after_a_restart_nothing_old_is_kept(qtbot, ahead):
    gate = threading.Event()

    def slow(one: Sample) -> str:
        gate.wait(10)
        return "old"

    ahead.restart(slow)
    ahead.want([sample("a")])
    ahead.restart(lambda one: "new")
    gate.set()
    qtbot.waitUntil(lambda: ahead.get(sample("a")) is not None)
    assert ahead.get(sample("a")) == "new"


def test_nothing_arrives_after_the_end(qtbot, ahead, bridge):
    arrived = []
    ahead.want([sample("a")])
    ahead.run(lambda: 1, arrived.append)
    ahead.close()
    bridge.post(lambda: arrived.append("later"))
    qtbot.waitUntil(lambda: "later" in arrived)
    assert arrived == ["later"]
    assert "ready" not in ahead.made


def test_heights_are_read_from_the_first_bytes(store):
    pixels = np.zeros((4, 4), np.float32)
    data = [hu_png(HuImage(pixels, (1, 1), Place(position_mm=mm))) for mm in (-3.5, None)]
    there, unknown, ready_made = (store.add(one) for one in (*data, b"no image"))
    found = read_heights([there, unknown, ready_made, sample("nowhere")])
    assert found == {there.sha256: -3.5}
