"""Print our figures beside those of scikit-learn and scipy, on random cases.

Run it with `python tests/bench/figures.py`. Each line says how many cases there were and the
largest difference that was found; tests/core asserts the same.
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy import stats
from sklearn import metrics

from ichdesk.core.calibration import calibration_bins, expected_calibration_error
from ichdesk.core.evaluation import Answers, evaluate
from ichdesk.core.metrics import confusion_matrix, mcnemar_exact, wilson_interval
from ichdesk.core.operating_point import average_precision
from ichdesk.core.proportions import t_quantile
from ichdesk.core.roc import auc, auc_interval, precision_recall_curve, roc_curve

CASES = 500
Pairs = Iterator[tuple[float, float]]
_rng = np.random.default_rng(0)


def answers() -> tuple[np.ndarray, np.ndarray]:
    """Truth and answers of three classes, each with at least one image and one answer."""
    n = int(_rng.integers(9, 200))
    truth = np.concatenate([[0, 1, 2], _rng.integers(0, 3, n)])
    said = np.where(_rng.random(n + 3) < 0.6, truth, _rng.integers(0, 3, n + 3))
    said[:3] = (0, 1, 2)
    return truth, said


def scores() -> tuple[np.ndarray, np.ndarray]:
    """Scores, many of them equal, of positive and negative images."""
    n = int(_rng.integers(4, 200))
    positive = np.concatenate([[True, False], _rng.random(n) < 0.3])
    return np.round(_rng.normal(positive * 1.0), 1), positive


def of_classes(name: str, theirs: Callable[[np.ndarray, np.ndarray], float]) -> Pairs:
    """A figure of the second class against all others."""
    for _ in range(CASES):
        truth, said = answers()
        ours = evaluate(Answers.counted(confusion_matrix(truth, said, 3))).classes[1].named()[name]
        yield ours.value or 0.0, theirs(truth == 1, said == 1)


def accuracies(name: str, theirs: Callable[[np.ndarray, np.ndarray], float]) -> Pairs:
    """A figure of all classes."""
    for _ in range(CASES):
        truth, said = answers()
        found = evaluate(Answers.counted(confusion_matrix(truth, said, 3)))
        yield getattr(found, name).value, theirs(truth, said)


def areas() -> Pairs:
    """Area under the ROC curve."""
    for _ in range(CASES):
        values, positive = scores()
        yield auc(values, positive) or 0.0, metrics.roc_auc_score(positive, values)


def curves() -> Pairs:
    """Area below the drawn ROC curve."""
    for _ in range(CASES):
        values, positive = scores()
        ours = roc_curve(values, positive)
        false, true, _ = metrics.roc_curve(positive, values)
        yield float(np.trapezoid(ours.tpr, ours.fpr)), metrics.auc(false, true)


def precisions() -> Pairs:
    """Average precision."""
    for _ in range(CASES):
        values, positive = scores()
        ours = average_precision(precision_recall_curve(values, positive))
        yield ours, metrics.average_precision_score(positive, values)


def wilson(end: int) -> Pairs:
    """An end of Wilson's interval."""
    for _ in range(CASES):
        n = int(_rng.integers(1, 300))
        k = int(_rng.integers(0, n + 1))
        theirs = stats.binomtest(k, n).proportion_ci(method="wilson")
        yield (wilson_interval(k, n) or (0.0, 0.0))[end], theirs[end]


def mcnemar() -> Pairs:
    """McNemar's exact p."""
    for _ in range(CASES):
        a, b = (int(v) for v in _rng.integers(0, 40, 2))
        yield mcnemar_exact(a, b), stats.binomtest(a, a + b).pvalue if a + b else 1.0


def quantiles() -> Pairs:
    """97.5 % quantile of Student's t."""
    for freedom in range(1, CASES + 1):
        yield t_quantile(freedom), float(stats.t.ppf(0.975, freedom))


def calibration() -> Pairs:
    """Expected calibration error, against ten bins of scipy's `binned_statistic`."""
    for _ in range(CASES):
        sure = _rng.uniform(0.01, 1.0, int(_rng.integers(5, 200)))
        right = _rng.random(len(sure)) < sure
        bins = (np.linspace(0, 1, 11), (0.0, 1.0))
        gaps = stats.binned_statistic(sure, right - sure, "sum", *bins[:1])[0]
        ours = expected_calibration_error(calibration_bins(sure, right))
        yield ours, float(np.abs(gaps).sum() / len(sure))


def covered() -> float:
    """How often DeLong's interval holds the true area of two normal distributions, 40 + 40."""
    held = 0
    true = stats.norm.cdf(1.0 / np.sqrt(2.0))
    for _ in range(4 * CASES):
        positive = np.arange(80) < 40
        interval = auc_interval(_rng.normal(positive * 1.0), positive)
        held += interval is not None and interval[0] <= true <= interval[1]
    return held / (4 * CASES)


def main() -> None:
    """Print the table."""
    rows: list[tuple[str, str, Pairs]] = [
        ("accuracy", "sklearn accuracy_score", accuracies("accuracy", metrics.accuracy_score)),
        (
            "balanced accuracy",
            "sklearn balanced_accuracy_score",
            accuracies("balanced_accuracy", metrics.balanced_accuracy_score),
        ),
        ("sensitivity", "sklearn recall_score", of_classes("sensitivity", metrics.recall_score)),
        (
            "specificity",
            "sklearn recall_score of the rest",
            of_classes("specificity", lambda t, s: metrics.recall_score(~t, ~s)),
        ),
        ("PPV", "sklearn precision_score", of_classes("ppv", metrics.precision_score)),
        (
            "NPV",
            "sklearn precision_score of the rest",
            of_classes("npv", lambda t, s: metrics.precision_score(~t, ~s)),
        ),
        ("F1", "sklearn f1_score", of_classes("f1", metrics.f1_score)),
        ("AUC", "sklearn roc_auc_score", areas()),
        ("ROC curve", "sklearn roc_curve, auc", curves()),
        ("average precision", "sklearn average_precision_score", precisions()),
        ("Wilson, lower end", "scipy binomtest proportion_ci", wilson(0)),
        ("Wilson, upper end", "scipy binomtest proportion_ci", wilson(1)),
        ("McNemar's exact p", "scipy binomtest", mcnemar()),
        ("t quantile (to 1 %)", "scipy t.ppf", quantiles()),
        ("calibration error", "scipy binned_statistic", calibration()),
    ]
    print(f"{'figure':20} {'against':36} {'cases':>6} {'largest difference':>20}")
    for name, against, pairs in rows:
        differences = [abs(ours - theirs) for ours, theirs in pairs]
        print(f"{name:20} {against:36} {len(differences):6} {max(differences):20.1e}")
    print(f"DeLong's 95 % interval holds the true AUC in {covered():.3f} of {4 * CASES} cases")


if __name__ == "__main__":
    main()
