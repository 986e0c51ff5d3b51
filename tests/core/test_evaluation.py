"""Figures against scikit-learn, and what they rest on."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from ichdesk.core.config import TrainConfig
from ichdesk.core.evaluation import Answers, evaluate
from ichdesk.core.evaluation_result import evaluation_result
from ichdesk.core.metrics import confusion_matrix, wilson_interval
from ichdesk.core.run import TrainingRun
from ichdesk.core.samples import Sample

_PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


def _run(patients: str, said: list[list[float]]) -> TrainingRun:
    """Two classes of equal size; a letter per test image says of whom it is, "-" of nobody."""
    half = len(patients) // 2
    samples = tuple(
        Sample(Path(), i, 1, str(i), patient=None if who == "-" else who)
        for i, who in enumerate(patients)
    )
    key = ((1, samples[:half]), (2, samples[half:])), TrainConfig()
    rows = tuple(range(half))
    run = TrainingRun(1, (1, 2), TrainConfig(), key, test=(rows, rows))
    run.test_probabilities = np.array(said, np.float32)
    truth = np.repeat([0, 1], half)
    run.confusion = confusion_matrix(truth, run.test_probabilities.argmax(axis=1), 2)
    return run


@settings(deadline=None)
@given(_PAIRS)
def test_figures_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    truth, predicted = np.array(pairs).T
    found = evaluate(Answers.counted(confusion_matrix(truth, predicted, 4)))
    assert found.accuracy.value == pytest.approx(metrics.accuracy_score(truth, predicted))
    with warnings.catch_warnings():  # it warns of classes without a test image, and so do we
        warnings.simplefilter("ignore")
        expected = metrics.balanced_accuracy_score(truth, predicted)
        scores = metrics.precision_recall_fscore_support(
            truth, predicted, labels=range(4), zero_division=np.nan
        )
    assert found.balanced_accuracy.value == pytest.approx(expected)
    for index, figures in enumerate(found.classes):
        ours = (figures.ppv.value, figures.sensitivity.value, figures.f1.value)
        for value, theirs in zip(ours, (row[index] for row in scores[:3]), strict=True):
            assert value is None if np.isnan(theirs) else value == pytest.approx(theirs)
        assert figures.sensitivity.n == scores[3][index]
        others = metrics.recall_score(truth != index, predicted != index, zero_division=np.nan)
        cleared = metrics.precision_score(truth != index, predicted != index, zero_division=np.nan)
        for figure, theirs in ((figures.specificity, others), (figures.npv, cleared)):
            value = figure.value
            assert value is None if np.isnan(theirs) else value == pytest.approx(theirs)
        for figure in (found.accuracy, found.balanced_accuracy, *figures.named().values()):
            if figure.interval is None or figure.value is None:
                assert figure.value is figure.interval is None
                assert figure.reason.endswith(".")
            else:
                low, high = figure.interval
                assert 0 <= low <= figure.value <= high <= 1
                assert low < high


def test_five_of_five_is_uncertain() -> None:
    found = evaluate(Answers.counted(np.array([[5, 0], [0, 5]])))
    of_class = found.classes[0]
    assert (of_class.sensitivity.hits, of_class.sensitivity.n) == (5, 5)
    assert of_class.sensitivity.interval == wilson_interval(5, 5)
    low, high = found.balanced_accuracy.interval or (0, 0)
    below = 1 - (wilson_interval(5, 5) or (0, 0))[0]
    assert (low, high) == (pytest.approx(1 - below / np.sqrt(2)), 1)
    assert of_class.f1.interval is not None
    assert of_class.f1.interval[0] == pytest.approx(2 * (1 - below) / (2 - below))


def test_intervals_know_which_images_are_of_one_patient() -> None:
    said = [[0.9, 0.1]] * 3 + [[0.2, 0.8]] + [[0.3, 0.7]] * 4
    apart, alike = (evaluate(Answers.of(_run(p, said))) for p in ("abcdefgh", "aabbccdd"))  # type: ignore[arg-type]
    unknown = evaluate(Answers.of(_run("--------", said)))  # type: ignore[arg-type]
    assert alike.by_patient
    assert not apart.by_patient
    assert apart == unknown
    assert alike.accuracy.value == apart.accuracy.value
    assert alike.accuracy.interval[0] < apart.accuracy.interval[0]  # type: ignore[index]
    assert alike.classes[0].auc.interval[0] < apart.classes[0].auc.interval[0]  # type: ignore[index]


def test_without_answers_there_is_no_auc_yet() -> None:
    run = _run("abcd", [[1, 0]] * 4)
    run.test_probabilities = None
    answers = Answers.of(run)
    assert answers is not None
    found = evaluate(answers)
    assert found.accuracy.value == 0.5
    assert "training has ended" in found.classes[0].auc.reason
    run.confusion = None
    assert Answers.of(run) is None


def test_nothing_held_out() -> None:
    found = evaluate(Answers.counted(np.zeros((2, 2), np.int64)))
    assert found.accuracy.reason == found.balanced_accuracy.reason != ""
    assert all(figure.reason for figure in found.classes[1].named().values())


def test_the_result_is_strict_json() -> None:
    said = [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [np.nan, np.nan]]
    result = evaluation_result(_run("aabb", said), ("Bleed", "Normal"))
    result = json.loads(json.dumps(result, allow_nan=False))
    assert set(result) == {"metrics", "roc", "predictions"}
    assert result["predictions"][1] == {
        "class": "Bleed",
        "image": 2,
        "predicted": "Normal",
        "probabilities": [pytest.approx(0.4), pytest.approx(0.6)],
    }
    assert result["predictions"][3]["probabilities"] == [None, None]
    assert [curve["class"] for curve in result["roc"]] == ["Bleed", "Normal"]
    assert result["roc"][0]["thresholds"][0] is None
    assert result["roc"][0]["tpr"][-1] == 1
    accuracy = result["metrics"]["accuracy"]
    assert (accuracy["hits"], accuracy["n"]) == (2, 4)
    assert result["metrics"]["classes"][0]["auc"]["value"] == 1
    assert result["metrics"]["intervals_by_patient"] is True
