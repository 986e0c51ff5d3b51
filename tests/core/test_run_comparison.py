"""Two runs image by image: what both have, who changed sides, and what cannot be compared."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ichdesk.core.config import TrainConfig
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.core.run_comparison import Obstacle, RunComparison, data_change, images_of
from ichdesk.core.samples import Sample

IDS = (7, 9)


def sample(name: str, **more: object) -> Sample:
    return Sample(Path("x"), 0, 1, name, **more)


A = tuple(sample(f"a{i}") for i in range(6))
B = tuple(sample(f"b{i}") for i in range(6))


def run(
    said: str,
    test: tuple[tuple[int, ...], ...] = ((3, 4, 5), (4, 5)),
    samples: tuple[tuple[Sample, ...], ...] = (A, B),
    ids: tuple[int, ...] = IDS,
) -> TrainingRun:
    """A run that calls its test images, class after class, "a" or "b"."""
    config = TrainConfig()
    called = ["ab".index(c) for c in said]
    train = tuple(
        tuple(i for i in range(len(s)) if i not in rows)
        for s, rows in zip(samples, test, strict=True)
    )
    return TrainingRun(
        1,
        ids,
        config,
        (tuple(zip(ids, samples, strict=True)), config),
        RunPhase.DONE,
        train=train,
        test=test,
        confusion=np.zeros((2, 2), np.int64),
        test_probabilities=np.eye(2, dtype=np.float32)[called],
        names=("a", "b"),
    )


def names(answers: tuple[tuple[object, object], ...]) -> list[str]:
    return [a.sample.sha256 for a, _ in answers]


def test_who_changed_sides() -> None:
    facts = RunComparison.of(run("aabba"), run("abaab"))
    assert facts.obstacle is None
    assert (facts.common, facts.tested, facts.same_images) == (5, (5, 5), True)
    assert names(facts.right_only_in_a) == ["a4", "b4"]
    assert names(facts.right_only_in_b) == ["a5", "b5"]
    paired = facts.paired
    assert (paired.both, paired.only_a, paired.only_b, paired.neither) == (1, 2, 2, 0)
    assert all(a.sample.sha256 == b.sample.sha256 for a, b in facts.answers)


def test_only_images_that_both_were_tested_on_are_compared() -> None:
    facts = RunComparison.of(run("aaabb"), run("bbbbb", ((4, 5, 2), (0, 1))))
    assert (facts.common, facts.tested, facts.same_images) == (2, (5, 5), False)
    assert names(facts.right_only_in_a) == ["a4", "a5"]
    assert facts.paired.n == 2


def test_images_are_told_by_content_not_by_place() -> None:
    """Another image was put before them, so that every position is another one."""
    moved = ((sample("new"), *A), B)
    facts = RunComparison.of(run("aaabb"), run("aabbb", ((4, 5, 6), (4, 5)), moved))
    assert facts.same_images
    assert names(facts.right_only_in_a) == ["a5"]


def test_the_same_bytes_in_another_class_are_another_image() -> None:
    swapped = (B, A)
    facts = RunComparison.of(run("aaabb"), run("aaabb", samples=swapped))
    assert facts.obstacle is Obstacle.NO_COMMON_IMAGE


def test_an_image_that_a_class_has_twice_is_matched_one_for_one() -> None:
    twice = ((A[3], A[3], A[3]), B)
    three = run("aaabb", ((0, 1, 2), (4, 5)), twice)
    two = run("bbbb", ((0, 2), (4, 5)), twice)
    facts = RunComparison.of(three, two)
    assert len(facts.answers) == facts.common == 4
    assert len(facts.right_only_in_a) == 2


@pytest.mark.parametrize(
    ("b", "obstacle"),
    [
        (run("aaabb", ids=(7, 8)), Obstacle.OTHER_CLASSES),
        (run("aaabb", ((0, 1, 2), (0, 1))), Obstacle.NO_COMMON_IMAGE),
        (replace(run("aaabb"), test_probabilities=None), Obstacle.NOT_KEPT),
    ],
)
def test_what_cannot_be_compared_says_why(b: TrainingRun, obstacle: Obstacle) -> None:
    facts = RunComparison.of(run("aaabb"), b)
    assert facts.obstacle is obstacle
    assert facts.answers == ()
    assert facts.paired.interval is None


def test_without_test_images_there_is_nothing_to_compare() -> None:
    nothing = run("", ((), ()))
    assert RunComparison.of(nothing, nothing).obstacle is Obstacle.NO_TEST


def test_patients_with_several_images_are_noticed() -> None:
    known = (tuple(replace(s, patient="p") for s in A), B)
    of_patients = run("aaabb", samples=known)
    assert RunComparison.of(of_patients, of_patients).shares_patients
    assert not RunComparison.of(run("aaabb"), run("aaabb")).shares_patients


def test_images_that_came_and_went() -> None:
    others = ((*A[1:], sample("new"), sample("new")), B)
    assert data_change(run("aaabb"), run("aaabb")) == (0, 0)
    assert data_change(run("aaabb"), run("aaabb", samples=others)) == (2, 1)
    assert images_of(run("aaabb"), ((0, 1), (2,))).total() == 3
