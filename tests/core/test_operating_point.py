"""Tables at a threshold against scikit-learn, and Bayes' rule against whole populations."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, confusion_matrix

from ichdesk.core.evaluation import Answers
from ichdesk.core.metrics import wilson_interval
from ichdesk.core.operating_point import (
    OneAgainstRest,
    Outcomes,
    average_precision,
    expected_outcomes,
    likely_positive,
    one_against_rest,
    predictive_values,
)
from ichdesk.core.roc import precision_recall_curve, roc_curve

SHARE = st.floats(0, 1)
SCORED = st.lists(
    st.tuples(st.booleans(), st.integers(0, 20).map(lambda n: n / 20)), min_size=2, max_size=40
).filter(lambda rows: len({truth for truth, _ in rows}) == 2)


def made(rows: list[tuple[bool, float]]) -> OneAgainstRest:
    truth, scores = zip(*rows, strict=True)
    return OneAgainstRest(np.array(truth), np.array(scores, np.float64))


def answers(images: list[int], probabilities: np.ndarray | None) -> Answers:
    truth = np.repeat(np.arange(len(images)), images)
    return Answers(truth, truth, len(images), probabilities)


def test_a_table_by_hand() -> None:
    case = made([(True, 0.9), (True, 0.5), (True, 0.2), (False, 0.6), (False, 0.1)])
    table = case.at(0.5)
    assert table == Outcomes(2, 1, 1, 1)
    assert table.sensitivity == (2, 3)
    assert table.specificity == (1, 2)
    assert table.ppv == (2, 3)
    assert table.npv == (1, 2)
    assert case.prevalence == pytest.approx(0.6)


@given(SCORED, SHARE)
def test_tables_are_those_of_scikit_learn(rows: list[tuple[bool, float]], threshold: float) -> None:
    case = made(rows)
    (tn, fp), (fn, tp) = confusion_matrix(case.truth, case.scores >= threshold, labels=[0, 1])
    assert case.at(threshold) == Outcomes(tp, fn, fp, tn)


@given(SCORED)
def test_every_point_of_the_roc_curve_has_a_stop(rows: list[tuple[bool, float]]) -> None:
    case = made(rows)
    stops = case.stops()
    assert (np.diff(stops) > 0).all()
    assert stops[0] == 0
    assert stops[-1] == 1
    reached = set()
    for stop in stops:
        (found, sick), (cleared, healthy) = case.at(stop).sensitivity, case.at(stop).specificity
        reached.add((round(1 - cleared / healthy, 9), round(found / sick, 9)))
    curve = roc_curve(case.scores, case.truth)
    on_curve = {(round(x, 9), round(y, 9)) for x, y in zip(curve.fpr, curve.tpr, strict=True)}
    assert reached - on_curve == set()
    assert on_curve - reached <= {(0, 0)}  # no threshold excludes a score of 1


@given(SCORED)
def test_average_precision_is_that_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    case = made(rows)
    mean = average_precision(precision_recall_curve(case.scores, case.truth))
    assert mean == pytest.approx(average_precision_score(case.truth, case.scores))


def test_one_class_against_the_others() -> None:
    probabilities = np.array(
        [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.6, 0.1], [0.0, 0.1, 0.9]], np.float32
    )
    case = one_against_rest(answers([1, 2, 1], probabilities), 1)
    assert case is not None
    np.testing.assert_array_equal(case.truth, [False, True, True, False])
    np.testing.assert_allclose(case.scores, [0.2, 0.8, 0.6, 0.1], rtol=1e-6)


@pytest.mark.parametrize("images", [[0, 4], [4, 0]])
def test_a_side_without_images_is_no_case(images: list[int]) -> None:
    assert one_against_rest(answers(images, np.full((4, 2), 0.5, np.float32)), 0) is None


def test_without_a_finite_probability_there_is_no_case() -> None:
    images = [1, 2]
    assert one_against_rest(answers(images, None), 0) is None
    assert one_against_rest(answers(images, np.full((3, 2), np.nan, np.float32)), 0) is None


@given(SCORED, SHARE)
def test_intervals_are_wilson_s(rows: list[tuple[bool, float]], threshold: float) -> None:
    case = made(rows)
    table = case.at(threshold)
    shares = table.sensitivity, table.specificity, table.ppv, table.npv
    assert case.intervals_at(threshold) == tuple(wilson_interval(*share) for share in shares)


def test_images_of_one_patient_widen_the_intervals() -> None:
    alone = made([(True, 0.9), (True, 0.8), (True, 0.1), (True, 0.2), (False, 0.1), (False, 0.2)])
    grouped = replace(alone, groups=np.array([0, 0, 1, 1, 2, 3]))
    (low, high), (wide_low, wide_high) = (case.intervals_at(0.5)[0] for case in (alone, grouped))
    assert wide_low < low < high < wide_high
    assert alone.intervals_at(0.5)[1] == grouped.intervals_at(0.5)[1]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Hemorrhage", "Normal"), 0),
        (("Normal", "Hemorrhage"), 1),
        (("normal CT", "No bleed", "Subdural"), 2),
        (("Abnormal", "Normal"), 0),
        (("Not bleeding", "Bleeding"), 1),
        (("Normal", "Healthy"), 0),
        (("Nodule", "Control"), 0),
    ],
)
def test_the_finding_is_the_class_not_called_normal(names: tuple[str, ...], expected: int) -> None:
    assert likely_positive(names) == expected


def test_bayes_by_hand() -> None:
    ppv, npv = predictive_values(0.9, 0.8, 0.01)
    assert ppv == pytest.approx(0.009 / (0.009 + 0.198))
    assert npv == pytest.approx(0.792 / (0.792 + 0.001))
    assert predictive_values(0.0, 1.0, 0.5) == (None, 0.5)
    assert predictive_values(1.0, 0.0, 0.5) == (0.5, None)


@given(SHARE, SHARE, st.floats(0.001, 0.9))
def test_bayes_as_odds(sensitivity: float, specificity: float, prevalence: float) -> None:
    assume(0.001 < sensitivity < 0.999 and 0.001 < specificity < 0.999)
    ppv, npv = predictive_values(sensitivity, specificity, prevalence)
    odds = prevalence / (1 - prevalence)
    assert ppv / (1 - ppv) == pytest.approx(odds * sensitivity / (1 - specificity))
    assert (1 - npv) / npv == pytest.approx(odds * (1 - sensitivity) / specificity)


@given(SCORED, SHARE)
def test_at_the_prevalence_of_the_test_set_bayes_gives_its_table(
    rows: list[tuple[bool, float]], threshold: float
) -> None:
    case = made(rows)
    table = case.at(threshold)
    (found, sick), (cleared, healthy) = table.sensitivity, table.specificity
    values = predictive_values(found / sick, cleared / healthy, case.prevalence)
    for value, (hits, n) in zip(values, (table.ppv, table.npv), strict=True):
        assert value == (pytest.approx(hits / n, abs=1e-9) if n else None)


@given(SHARE, SHARE, SHARE)
def test_patients_sum_up_and_are_rounded_fairly(
    sensitivity: float, specificity: float, prevalence: float
) -> None:
    table = expected_outcomes(sensitivity, specificity, prevalence)
    sick, healthy = table.sensitivity[1], table.specificity[1]
    assert sum(table.counts) == 1_000
    assert min(table.counts) >= 0
    assert abs(sick - 1_000 * prevalence) <= 0.5
    assert abs(table.true_positives - sick * sensitivity) <= 0.5
    assert abs(table.true_negatives - healthy * specificity) <= 0.5


def test_patients_by_hand() -> None:
    assert expected_outcomes(0.9, 0.8, 0.05).counts == (45, 5, 190, 760)
    assert expected_outcomes(0.6, 0.8, 0.001).counts == (1, 0, 200, 799)
