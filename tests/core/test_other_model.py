"""Labels of a model find their classes, and its answers are counted against them."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, roc_auc_score

from ichdesk.core.errors import UserError
from ichdesk.core.metrics import wilson_interval
from ichdesk.core.other_model import Asked, judge, map_labels
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample

NAMES = ("Hemorrhage", "Normal")
REMEDY = "add --label"


def test_labels_of_the_same_name_need_nothing() -> None:
    mapping = map_labels([" normal", "HEMORRHAGE "], NAMES)
    assert mapping.targets == (1, 0)
    assert mapping.sentences(REMEDY) == []


def test_given_labels_are_added_and_win() -> None:
    given = [("Bleed", "hemorrhage"), ("normal", "Hemorrhage")]
    assert map_labels(["Bleed", "Normal"], NAMES, given).targets == (0, 0)
    assert map_labels(["Bleed", "Normal"], NAMES, given[:1]).targets == (0, 1)


def test_several_labels_of_one_class() -> None:
    given = [("Epidural", "Hemorrhage"), ("Subdural", "Hemorrhage")]
    mapping = map_labels(["Epidural", "Normal", "Subdural"], NAMES, given)
    rows = np.array([[0.3, 0.4, 0.3], [0.1, 0.8, 0.1]], np.float32)
    found = judge(mapping, rows, [0, 0], [None, None])
    assert found.confusion.tolist() == [[1, 1], [0, 0]]


def test_what_is_left_open_is_said() -> None:
    mapping = map_labels(["Normal", "Motion", "Metal", "Bleed"], ("Normal", "Bleed", "Hemorrhage"))
    strange, unknown = mapping.sentences(REMEDY)
    assert strange == (
        "The model's labels “Motion” and “Metal” are no classes of the project and were left out; "
        "add --label."
    )
    assert unknown == (
        "The model has no label for “Hemorrhage”, so all images of this class count as wrong."
    )


@pytest.mark.parametrize("label", ["Class 1", "Normal"])
def test_less_than_two_classes_in_common_is_an_error(label: str) -> None:
    mapping = map_labels([label, "Class 2"], NAMES)
    pattern = f"“Hemorrhage” and “Normal”.*“{label}” and “Class 2”.*; add --label"
    with pytest.raises(UserError, match=pattern):
        mapping.sentences(REMEDY)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([("Blood", "Normal")], "no label “Blood”; its labels are “Bleed” and “Normal”"),
        ([("Bleed", "Stroke")], "no enabled class “Stroke”; its classes are “Hemorrhage” and"),
        ([("Bleed", "Normal"), ("bleed ", "Hemorrhage")], "two classes"),
    ],
)
def test_wrong_pairs(given: list[tuple[str, str]], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        map_labels(["Bleed", "Normal"], NAMES, given)


def test_the_same_pair_twice_is_one() -> None:
    given = [("Bleed", "Hemorrhage"), ("BLEED", "hemorrhage")]
    assert map_labels(["Bleed", "Normal"], NAMES, given).targets == (0, 1)


def test_numbers_are_those_of_others() -> None:
    chance = np.random.default_rng(3)
    rows = chance.dirichlet((1, 1, 1), 40).astype(np.float32)
    truth = chance.integers(0, 3, 40)
    names = ("a", "b", "c")
    found = judge(map_labels(("c", "a", "b"), names), rows, truth.tolist(), [None] * 40)
    ordered = rows[:, [1, 2, 0]]
    called = ordered.argmax(axis=1)
    accuracy = found.evaluation.accuracy
    assert accuracy.value == pytest.approx(accuracy_score(truth, called))
    assert accuracy.interval == pytest.approx(wilson_interval(accuracy.hits or 0, 40))
    assert found.confusion.tolist() == confusion_matrix(truth, called).tolist()
    for index, figures in enumerate(found.evaluation.classes):
        expected = roc_auc_score(truth == index, ordered[:, index])
        assert figures.auc.value == pytest.approx(expected)
        among = truth == index
        assert figures.sensitivity.n == among.sum()
        assert figures.sensitivity.value == pytest.approx((called[among] == index).mean())


def test_a_class_without_a_label_is_counted_but_has_no_curve() -> None:
    mapping = map_labels(["Normal", "Hemorrhage"], (*NAMES, "Motion"))
    rows = np.array([[0.1, 0.9], [0.8, 0.2], [0.7, 0.3]], np.float32)
    found = judge(mapping, rows, [0, 1, 2], [None] * 3)
    assert found.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert (found.evaluation.accuracy.hits, found.evaluation.accuracy.n) == (2, 3)
    motion = found.evaluation.classes[2]
    assert (motion.sensitivity.value, motion.auc.value) == (0.0, None)
    assert motion.auc.reason == "The model has no label for this class."
    assert found.evaluation.classes[0].auc.value == 1.0


def test_intervals_go_by_patient() -> None:
    mapping, truth = map_labels(NAMES, NAMES), [0] * 10 + [1] * 10
    rows = np.array([[0.9, 0.1]] * 20, np.float32)
    alone = judge(mapping, rows, truth, [None] * 20).evaluation
    owned = judge(mapping, rows, truth, ["p"] * 10 + ["q"] * 10).evaluation
    assert (alone.by_patient, owned.by_patient) == (False, True)
    assert alone.accuracy.value == owned.accuracy.value == 0.5
    assert alone.accuracy.interval is not None
    assert owned.accuracy.interval is not None
    assert owned.accuracy.interval[0] < alone.accuracy.interval[0]


def sample(number: int, *, is_test: bool = False) -> Sample:
    return Sample(Path("x"), number, 1, f"{number:064x}", is_test=is_test)


def test_the_images_that_are_asked() -> None:
    off = ClassBin("Off", (sample(9),), enabled=False)
    first, last = ClassBin("A", (sample(0), sample(1))), ClassBin("B", (sample(2),))
    asked = Asked.of(Project((first, off, ClassBin("Empty"), last)))
    assert asked.names == ("A", "B")
    assert asked.places == ((0, 0), (0, 1), (1, 0))
    assert [s.offset for s in asked.samples] == [0, 1, 2]
    assert not asked.is_test_set
    kept = asked.only([False, True, True])
    assert ([s.offset for s in kept.samples], kept.places) == ([1, 2], ((0, 1), (1, 0)))


def test_a_fixed_test_set_is_all_that_is_asked() -> None:
    bins = (
        ClassBin("A", (sample(0), sample(1, is_test=True))),
        ClassBin("B", (sample(2), sample(3))),
    )
    asked = Asked.of(Project(bins))
    assert asked.is_test_set
    assert (asked.names, asked.places) == (("A", "B"), ((0, 1),))
