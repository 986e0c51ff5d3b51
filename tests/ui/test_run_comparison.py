"""A run beside the one before: what is said, with every n, and when nothing can be said."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from ichdesk.core.config import TrainConfig
from ichdesk.core.metrics import mcnemar_exact
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.core.samples import Sample
from ichdesk.core.steps import Step
from ichdesk.ui.run_comparison import Comparison

SAMPLES = tuple(Sample(Path("x"), i, 1, f"sha{i}") for i in range(10))
OTHERS = tuple(Sample(Path("y"), i, 1, f"other{i}") for i in range(10))
COLORED = (Step("color_code", (("low_hu", 50.0), ("high_hu", 90.0))),)
TEST_ROWS = tuple(range(6))


def run(
    right: tuple[int, int],
    config: TrainConfig | None = None,
    *,
    ids: tuple[int, int] = (1, 2),
    test: tuple[tuple[int, ...], tuple[int, ...]] = (TEST_ROWS, TEST_ROWS),
    samples: tuple[tuple[Sample, ...], ...] = (SAMPLES, OTHERS),
) -> TrainingRun:
    """A finished run that gets the first `right` test images of each class right."""
    config = config or TrainConfig()
    key = (tuple(zip(ids, samples, strict=True)), config)
    train = tuple(
        tuple(i for i in range(len(s)) if i not in rows)
        for s, rows in zip(samples, test, strict=True)
    )
    hits = [
        index < count for rows, count in zip(test, right, strict=True) for index in range(len(rows))
    ]
    truth = [k for k, rows in enumerate(test) for _ in rows]
    chosen = [k if hit else 1 - k for k, hit in zip(truth, hits, strict=True)]
    confusion = np.zeros((2, 2), np.int64)
    np.add.at(confusion, (truth, chosen), 1)
    return TrainingRun(
        1,
        ids,
        config,
        key,
        RunPhase.DONE,
        train=train,
        test=test,
        confusion=confusion,
        test_probabilities=np.eye(2, dtype=np.float32)[chosen],
    )


def test_both_results_stand_there_with_their_n_and_interval() -> None:
    compared = Comparison.of(run((5, 4), TrainConfig(steps=COLORED)), run((3, 4)))
    assert compared is not None
    assert compared.before == "Before: 7 of 12 = 0.58 (95 % interval 0.32 to 0.81)"
    assert compared.now == "Now: 9 of 12 = 0.75 (95 % interval 0.47 to 0.91)"
    assert compared.changed == "Changed: Color code 50 to 90 HU instead of Window 40/80."
    assert compared.images == (
        "Right now and wrong before: 2 of the same 12 test images; wrong now and right before: 0. "
        "That may be chance (exact McNemar test, p = 0.50)."
    )
    assert compared.short_text == f"{compared.before}\n{compared.changed}"
    assert compared.details == f"{compared.changed} {compared.images}"


def test_a_change_that_chance_seldom_makes_is_called_so() -> None:
    compared = Comparison.of(run((6, 6)), run((0, 3)))
    assert compared is not None
    assert "9 of the same 12 test images" in compared.images
    assert "Chance alone seldom does that (exact McNemar test, p = 0.004)." in compared.images


def test_the_same_answers_and_the_same_settings() -> None:
    compared = Comparison.of(run((5, 4)), run((5, 4)))
    assert compared is not None
    assert compared.changed == "Changed: nothing."
    assert compared.images == (
        "The model is right and wrong on the same images, of the same 12 test images."
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"epochs": 1}, "1 epoch instead of 50 epochs"),
        ({"batch_size": 32}, "batch size 32 instead of batch size 16"),
        ({"learning_rate": 0.00003}, "learning rate 0.00003 instead of learning rate 0.001"),
        ({"seed": 7}, "seed 7 instead of seed 0"),
        ({"backbone": "resnet18"}, "features of resnet18 instead of features of CT phantom"),
        ({"split": "patient"}, "a split by patient instead of an automatic split"),
        (
            {"head": "teachable-machine"},
            "the Teachable Machine head instead of the ICHDesk classifier",
        ),
    ],
)
def test_every_setting_that_changes_a_result_is_named(change: dict[str, object], said: str) -> None:
    compared = Comparison.of(run((5, 4), replace(TrainConfig(), **change)), run((5, 4)))
    assert compared is not None
    assert said in compared.changed


def test_training_images_that_came_or_went_are_named() -> None:
    more = (SAMPLES, (*OTHERS, Sample(Path("z"), 0, 1, "new")))
    compared = Comparison.of(run((5, 4), samples=more), run((5, 4)))
    assert compared is not None
    assert not compared.problem
    assert compared.changed == "Changed: 9 training images instead of 8."


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda: run((5, 4), ids=(1, 3)), "other classes"),
        (lambda: run((5, 4), samples=(OTHERS, SAMPLES)), "tested on other images"),
        (lambda: run((0, 0), test=((6, 7), (8, 9))), "tested on other images"),
    ],
)
def test_what_cannot_be_compared_says_why_and_shows_no_number(
    other: Callable[[], TrainingRun], words: str
) -> None:
    compared = Comparison.of(run((5, 4)), other())
    assert compared is not None
    assert words in compared.problem
    assert compared.before == compared.images == ""
    assert compared.short_text.startswith(compared.problem)


def test_runs_that_share_some_test_images_are_compared_on_those() -> None:
    compared = Comparison.of(run((5, 4)), run((5, 2), test=(TEST_ROWS, (1, 2, 3, 4, 5, 6))))
    assert compared is not None
    assert compared.problem == (
        "The run before was tested on other images in part; only 11 test images can be compared."
    )
    assert compared.before == compared.now == ""
    assert compared.images.startswith(
        "Right now and wrong before: 1 of the 11 test images of both runs; wrong now and right "
        "before: 0. That may be chance"
    )


def test_images_that_only_moved_in_their_class_are_the_same_images() -> None:
    turned = (SAMPLES[::-1], OTHERS)
    compared = Comparison.of(
        run((6, 4), samples=turned, test=((4, 5, 6, 7, 8, 9), TEST_ROWS)), run((6, 4))
    )
    assert compared is not None
    assert not compared.problem
    assert "on the same images" in compared.images


def test_there_is_nothing_to_say_of_one_run_or_of_one_that_is_not_done() -> None:
    assert Comparison.of(run((5, 4)), None) is None
    assert Comparison.of(None, run((5, 4))) is None
    going = run((5, 4))
    going.phase = RunPhase.TRAINING
    assert Comparison.of(going, run((5, 4))) is None


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (2, 0), (1, 6), (30, 12), (900, 800)])
def test_mcnemar_agrees_with_scipy(better: int, worse: int) -> None:
    n = better + worse
    expected = binomtest(better, n).pvalue if n else 1.0
    assert mcnemar_exact(better, worse) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_takes_more_images_than_a_float_has_powers_of_two() -> None:
    assert mcnemar_exact(1500, 1500) == 1.0


def test_without_probabilities_the_results_still_stand_side_by_side() -> None:
    now, before = run((5, 4)), run((3, 4))
    before.test_probabilities = None
    now.test_probabilities = np.zeros((0, 0), np.float32)
    compared = Comparison.of(now, before)
    assert compared is not None
    assert compared.before.startswith("Before: 7 of 12")
    assert compared.images == ""


def test_training_images_that_were_exchanged_are_counted() -> None:
    others = (SAMPLES, (*OTHERS[:9], Sample(Path("z"), 0, 1, "new")))
    compared = Comparison.of(run((5, 4), samples=others), run((5, 4)))
    assert compared is not None
    assert compared.changed == "Changed: 1 of 8 training images are others."
