"""Pictures before and after: the newest steps win, every slice gets its turn, errors are told."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from ichdesk.core.samples import Sample
from ichdesk.core.steps import DEFAULT_STEPS, Step, Steps
from ichdesk.imaging.pipeline import checked, model_pixels
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.lab import previews as module
from ichdesk.ui.lab.previews import Previews, Wish

WIDE: Steps = checked([Step("window", (("width_hu", 200.0),))])
COLORED: Steps = checked([Step("color_code")])


@pytest.fixture
def previews(bridge: Bridge) -> Iterator[Previews]:
    previews = Previews(bridge.post)
    yield previews
    previews.close()


def wait(qtbot: QtBot, previews: Previews) -> None:
    qtbot.waitUntil(lambda: previews.is_idle, timeout=20_000)


def test_a_pair_is_what_the_network_sees_through_each_list_of_steps(
    qtbot: QtBot, previews: Previews, slices: list[Sample]
) -> None:
    previews.show(Wish((slices[0],), DEFAULT_STEPS, COLORED))
    wait(qtbot, previews)
    pair = previews[slices[0]]
    assert pair.before is not None
    assert pair.after is not None
    assert pair.effect is not None
    for image, steps in ((pair.before, DEFAULT_STEPS), (pair.after, COLORED)):
        expected = model_pixels(slices[0].read(), steps)
        for x, y in ((5, 5), (90, 90), (223, 223)):
            color = image.pixelColor(x, y)
            assert (color.red(), color.green(), color.blue()) == tuple(expected[y, x])
    assert 0 < pair.effect.colored < 0.1  # the middle, a sixth of each side, is at 70 HU


def test_nothing_is_there_before_it_is_made(previews: Previews, slices: list[Sample]) -> None:
    assert previews[slices[0]].before is None
    assert previews[slices[0]].error == ""


class Gate:
    """Holds the thread before each slice, and notes through which steps it went."""

    def __init__(self, make: Callable[..., object]) -> None:
        self.make = make
        self.open = threading.Semaphore(0)
        self.seen: list[Steps] = []

    def __call__(self, image: object, steps: Steps) -> object:
        assert self.open.acquire(timeout=20)
        self.seen.append(steps)
        return self.make(image, steps)


def test_while_a_slider_moves_slices_take_turns_through_the_newest_steps(
    qtbot: QtBot, previews: Previews, slices: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(module.slice_pixels)
    monkeypatch.setattr(module, "slice_pixels", gate)
    moves = [checked([Step("window", (("width_hu", 80.0 + i),))]) for i in range(1, 4)]
    samples = tuple(slices[:3])
    for steps in moves:
        previews.show(Wish(samples, DEFAULT_STEPS, steps))
    gate.open.release(100)
    wait(qtbot, previews)
    first = [DEFAULT_STEPS, moves[0]]  # under way when the others came
    rest = [DEFAULT_STEPS, moves[2], DEFAULT_STEPS, moves[2], moves[2]]
    assert gate.seen == first + rest
    for sample in samples:
        assert previews[sample].after is not None


def test_the_same_wish_again_costs_nothing(
    qtbot: QtBot, previews: Previews, slices: list[Sample]
) -> None:
    wish = Wish(tuple(slices[:2]), DEFAULT_STEPS, WIDE)
    previews.show(wish)
    wait(qtbot, previews)
    previews.show(wish)
    assert previews.is_idle


def test_a_damaged_slice_says_so_and_the_others_are_shown(
    qtbot: QtBot, previews: Previews, slices: list[Sample]
) -> None:
    cut = replace(slices[0], length=slices[0].length - 40, sha256="cut")
    gone = replace(slices[1], path=slices[1].path.with_name("gone"), sha256="gone")
    previews.show(Wish((cut, gone, slices[2]), DEFAULT_STEPS, WIDE))
    wait(qtbot, previews)
    assert "damaged" in previews[cut].error
    assert "damaged" in previews[gone].error
    assert previews[slices[2]].before is not None


def test_a_step_that_fails_costs_its_picture_only(
    qtbot: QtBot, previews: Previews, slices: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "slice_pixels", fail)
    previews.show(Wish((slices[0],), DEFAULT_STEPS, WIDE))
    wait(qtbot, previews)
    assert "change a setting" in previews[slices[0]].error
    monkeypatch.undo()
    previews.show(Wish((slices[0],), DEFAULT_STEPS, COLORED))
    wait(qtbot, previews)
    assert previews[slices[0]].error == ""


def test_closing_waits_for_the_thread_and_shows_nothing_more(
    bridge: Bridge, slices: list[Sample]
) -> None:
    previews = Previews(bridge.post)
    told: list[bool] = []
    previews.changed.connect(lambda: told.append(True))
    previews.show(Wish(tuple(slices), DEFAULT_STEPS, WIDE))
    previews.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("lab")]
    previews.show(Wish(tuple(slices), DEFAULT_STEPS, COLORED))
    assert not told
