"""Columns of test images against hand counts and scikit-learn, alone and as a pair."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from ichdesk.core.config import TrainConfig
from ichdesk.core.gallery import Choice, Gallery, Order, gallery, gallery_table, groups_of
from ichdesk.core.metrics import confusion_matrix, wilson_interval
from ichdesk.core.predictions import Prediction
from ichdesk.core.proportions import grouped_interval
from ichdesk.core.run import TrainingRun
from ichdesk.core.samples import Sample

IDS = (7, 3, 5)  # normal, epidural, subdural
NAMES = {7: "Normal", 3: "Epidural", 5: "Subdural"}


def made_run(
    said: list[list[int]], sure: list[float] | None = None, patients: str = ""
) -> TrainingRun:
    """A run that said these classes, by index, of the test images of each class.

    Args:
        said: Of every class, all of whose images are test images.
        sure: Probability of what was said, image after image.
        patients: A letter for each image.
    """
    count = sum(map(len, said))
    owners = iter(patients or [None] * count)
    samples = [
        tuple(Sample(Path(), 0, 1, f"{c}{k}", patient=next(owners)) for k in range(len(row)))
        for c, row in enumerate(said)
    ]
    run = TrainingRun(1, IDS, TrainConfig(), (tuple(zip(IDS, samples, strict=True)), TrainConfig()))
    run.test = tuple(tuple(range(len(row))) for row in said)
    called = [index for row in said for index in row]
    answers = np.zeros((count, 3), np.float32)
    for row, (index, share) in enumerate(zip(called, sure or [0.8] * count, strict=True)):
        answers[row] = (1 - share) / 2
        answers[row, index] = share
    truth = [c for c, row in enumerate(said) for _ in row]
    run.test_probabilities = answers
    run.confusion = confusion_matrix(truth, called, 3)
    return run


def made(run: TrainingRun, negative: int | None = None) -> Gallery:
    found = gallery(run, negative)
    assert found is not None
    return found


def spots(images: tuple[Prediction, ...]) -> list[tuple[int, int]]:
    """Class and position of images."""
    return [(image.cell[0], image.position) for image in images]


@pytest.fixture
def run() -> TrainingRun:
    """Normal 3 of 4 right, epidural 1 of 3, subdural 1 of 3."""
    sure = [0.9, 0.6, 0.7, 0.8, 0.5, 0.95, 0.85, 0.65, 0.55, 0.75]
    return made_run([[0, 0, 1, 0], [1, 2, 0], [1, 2, 0]], sure)


def test_every_class_has_its_column_with_its_accuracy(run: TrainingRun) -> None:
    found = made(run)
    assert [column.group for column in found.columns] == [(7,), (3,), (5,)]
    accuracies = [column.accuracy for column in found.columns]
    assert [(a.hits, a.n) for a in accuracies] == [(3, 4), (1, 3), (1, 3)]
    assert accuracies[0].interval == wilson_interval(3, 4)
    assert (found.accuracy.hits, found.accuracy.n) == (5, 10)
    assert found.accuracy.interval == wilson_interval(5, 10)
    assert spots(found.columns[1].images) == [(3, 0), (3, 1), (3, 2)]


def test_in_a_pair_a_wrong_subtype_is_right(run: TrainingRun) -> None:
    found = made(run, negative=7)
    normal, other = found.columns
    assert (normal.group, other.group) == ((7,), (3, 5))
    assert (normal.accuracy.hits, normal.accuracy.n) == (3, 4)
    assert (other.accuracy.hits, other.accuracy.n) == (4, 6)
    assert other.accuracy.interval == wilson_interval(4, 6)
    assert (found.accuracy.hits, found.accuracy.n) == (7, 10)
    assert [other.is_right(image) for image in other.images] == [True, True, False] * 2
    assert spots(other.images) == [(3, 0), (3, 1), (3, 2), (5, 0), (5, 1), (5, 2)]


def test_any_class_can_be_the_one_against_the_others(run: TrainingRun) -> None:
    subdural, other = made(run, negative=5).columns
    assert (subdural.accuracy.hits, subdural.accuracy.n) == (1, 3)
    assert other.group == (7, 3)
    assert (other.accuracy.hits, other.accuracy.n) == (6, 7)


@pytest.mark.parametrize(("ids", "negative"), [(IDS, None), (IDS, 99), ((7,), 7)])
def test_what_is_no_pair_leaves_every_class_by_itself(
    ids: tuple[int, ...], negative: int | None
) -> None:
    assert groups_of(ids, negative) == tuple((i,) for i in ids)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 2), max_size=12), min_size=3, max_size=3))
def test_accuracies_are_those_of_scikit_learn(said: list[list[int]]) -> None:
    truth = np.array([c for c, row in enumerate(said) for _ in row], np.intp)
    called = np.array([index for row in said for index in row], np.intp)
    run = made_run(said)
    if not len(truth):
        assert gallery(run) is None
        return
    found, pair = made(run), made(run, negative=7)
    recalls = metrics.recall_score(
        truth, called, labels=range(3), average=None, zero_division=np.nan
    )
    for column, recall in zip(found.columns, recalls, strict=True):
        expected = None if np.isnan(recall) else pytest.approx(recall)
        assert column.accuracy.value == expected
    assert found.accuracy.value == pytest.approx(metrics.accuracy_score(truth, called))
    assert pair.accuracy.value == pytest.approx(metrics.accuracy_score(truth > 0, called > 0))
    sensitivity = metrics.recall_score(truth > 0, called > 0, zero_division=np.nan)
    expected = None if np.isnan(sensitivity) else pytest.approx(sensitivity)
    assert pair.columns[1].accuracy.value == expected
    assert not found.by_patient


def test_intervals_know_the_patients_in_a_pair_too() -> None:
    run = made_run([[0, 0, 1, 0], [1, 2, 0], [1, 2, 0]], patients="aabbccddde")
    found = made(run, negative=7)
    assert found.by_patient
    hits = np.array([1, 1, 0, 1, 1, 1, 0, 1, 1, 0], np.bool_)
    among = np.array([0] * 4 + [1] * 6, np.bool_)
    groups = np.array([0, 0, 1, 1, 2, 2, 3, 3, 3, 4])
    assert found.columns[1].accuracy.interval == grouped_interval(hits, among, groups)
    assert found.accuracy.interval == grouped_interval(hits, np.ones(10, np.bool_), groups)
    assert found.accuracy.interval != wilson_interval(7, 10)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(), [1, 2, 0]),  # 0.95 wrong, 0.85 wrong, then right
        (Choice(order=Order.SUREST), [1, 2, 0]),
        (Choice(order=Order.PROJECT), [0, 1, 2]),
        (Choice(errors_only=True, order=Order.PROJECT), [1, 2]),
        (Choice(said=(5,)), [1]),
        (Choice(said=(3, 5), order=Order.PROJECT), [0, 1]),
        (Choice(errors_only=True, said=(3,)), []),
    ],
)
def test_images_are_chosen_and_put_in_order(
    run: TrainingRun, choice: Choice, expected: list[int]
) -> None:
    epidural = made(run).columns[1]
    assert [image.position for image in epidural.listed(choice)] == expected


def test_right_answers_follow_the_errors_the_least_sure_first(run: TrainingRun) -> None:
    normal = made(run).columns[0]
    assert [image.position for image in normal.listed(Choice())] == [2, 1, 3, 0]
    surest = normal.listed(Choice(order=Order.SUREST))
    assert [image.position for image in surest] == [0, 3, 2, 1]


def test_errors_of_a_pair_leave_out_wrong_subtypes(run: TrainingRun) -> None:
    other = made(run, negative=7).columns[1]
    assert spots(other.listed(Choice(errors_only=True))) == [(3, 2), (5, 2)]


def test_the_table_has_a_row_for_each_image(run: TrainingRun) -> None:
    head, *rows = gallery_table(made(run), NAMES)
    probabilities = [f"Probability of {name}" for name in NAMES.values()]
    assert head == ["Class", "Image", "Said", *probabilities, "Right"]
    assert len(rows) == 10
    assert rows[0] == ["Normal", "1", "Normal", "0.9000", "0.0500", "0.0500", "yes"]
    assert rows[5] == ["Epidural", "2", "Subdural", "0.0250", "0.0250", "0.9500", "no"]


def test_the_table_of_a_pair_says_both_verdicts(run: TrainingRun) -> None:
    head, *rows = gallery_table(made(run, negative=7), NAMES)
    assert head[-2:] == ["Right", "Right as grouped"]
    assert rows[5][:3] + rows[5][-2:] == ["Epidural", "2", "Subdural", "no", "yes"]
    assert rows[6][:3] + rows[6][-2:] == ["Epidural", "3", "Normal", "no", "no"]


def test_answers_that_were_not_kept_are_not_made_up(run: TrainingRun) -> None:
    run.test_probabilities = None
    assert gallery(run) is None
