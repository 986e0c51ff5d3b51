"""Copies that were saved again, brightened, resized or moved are found; other heads are not."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ichdesk.learn import near_copies as module
from ichdesk.learn.near_copies import Pair, copies_among, near_copies, small_picture
from ichdesk.phantom.render import render
from ichdesk.phantom.slices import phantom_slice

Picture = npt.NDArray[np.uint8]
HEADS = 24


@pytest.fixture(scope="module")
def heads() -> list[Picture]:
    """Different heads, all cut at the ventricles, so that they are as alike as heads get."""
    return [
        render(
            phantom_slice(np.random.default_rng(seed), size_px=224, level="ventricle").hu,
            width_hu=380.0 if seed % 2 else 80.0,
        )
        for seed in range(HEADS)
    ]


def saved_again(picture: Picture) -> Picture:
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=40)
    return np.asarray(Image.open(file))


def brightened(picture: Picture) -> Picture:
    return (picture * 1.1 + 8.0).clip(0, 255).astype(np.uint8)


def moved(picture: Picture) -> Picture:
    return np.pad(picture, ((0, 2), (1, 0), (0, 0)))[2:, :224]


def resized(picture: Picture) -> Picture:
    return np.asarray(Image.fromarray(picture).resize((150, 150)).resize((224, 224)))


def trimmed(picture: Picture) -> Picture:
    return np.asarray(Image.fromarray(picture[2:-2, 2:-2]).resize((224, 224)))


def all_of_it(picture: Picture) -> Picture:
    shifted = np.pad(picture, ((0, 0), (1, 0), (0, 0)))[:, :224]
    return saved_again(brightened(resized(shifted)))


def same(picture: Picture) -> Picture:
    return picture


@pytest.mark.parametrize(
    "change", [same, saved_again, brightened, moved, resized, trimmed, all_of_it]
)
def test_copies_are_found_among_other_heads(
    heads: list[Picture], change: Callable[[Picture], Picture]
) -> None:
    known = [small_picture(head) for head in heads]
    copies = [small_picture(np.ascontiguousarray(change(head))) for head in heads]
    assert near_copies(copies, known) == [Pair(i, i) for i in range(HEADS)]
    assert near_copies(known, copies) == [Pair(i, i) for i in range(HEADS)]


def test_other_heads_are_no_copies(heads: list[Picture]) -> None:
    small = [small_picture(head) for head in heads]
    assert near_copies(small[::2], small[1::2]) == []


def test_empty_pictures_are_no_copies_of_each_other() -> None:
    empty = [np.full((224, 224, 3), shade, np.uint8) for shade in (0, 0, 90)]
    small = [small_picture(picture) for picture in empty]
    assert near_copies(small[:1], small[1:]) == []


def test_the_nearest_one_is_named(heads: list[Picture]) -> None:
    known = [small_picture(p) for p in (heads[5], moved(heads[4]), heads[4])]
    assert near_copies([small_picture(heads[4])], known) == [Pair(0, 2)]


def test_nothing_on_a_side() -> None:
    picture = np.zeros((32, 32), np.uint8)
    assert near_copies([], [picture]) == near_copies([picture], []) == []


def test_copies_among_all_are_paired_with_an_earlier_picture(heads: list[Picture]) -> None:
    pictures = [*heads[:6], moved(heads[2]), saved_again(heads[0]), heads[7]]
    *_, (done, pairs) = copies_among([small_picture(p) for p in pictures])
    assert (done, pairs) == (len(pictures), [(6, 2), (7, 0)])
    assert list(copies_among([])) == []


def test_work_on_crowds_comes_in_parts_that_agree(
    heads: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = [small_picture(heads[i % 5]) for i in range(40)]
    whole = [pair for _, pairs in copies_among(crowd) for pair in pairs]
    monkeypatch.setattr(module, "_CHUNK", 7)
    monkeypatch.setattr(module, "_MOST_CANDIDATES", 3)
    parts = list(copies_among(crowd))
    assert [done for done, _ in parts if done] == [7, 14, 21, 28, 35, 40]
    in_parts = [pair for _, pairs in parts for pair in pairs]
    assert [a for a, _ in in_parts] == [a for a, _ in whole] == list(range(5, 40))
    assert all(a % 5 == b % 5 and b < a for a, b in in_parts)


def test_a_search_can_be_stopped(heads: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 4)
    ticks = []

    def tick() -> None:
        ticks.append(1)
        if len(ticks) == 2:
            raise InterruptedError

    small = [small_picture(head) for head in heads]
    with pytest.raises(InterruptedError):
        near_copies(small, small, tick)
    assert len(ticks) == 2
