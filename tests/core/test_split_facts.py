"""Patients on both sides are counted, and what is said of a split is true and says what to do."""

from dataclasses import replace
from pathlib import Path

import pytest

from ichdesk.core.samples import Sample, marked
from ichdesk.core.split_facts import (
    BY_PATIENT,
    BY_SLICE,
    BY_TEST_SET,
    NearCopy,
    SplitFacts,
    copies_details,
    copies_text,
    shared_patients_text,
    split_rule,
    split_text,
    untested_text,
)

NAMES = ("Hemorrhage", "Normal")
REMEDY = "add --split patient"


def samples(*patients: str | None) -> tuple[Sample, ...]:
    return tuple(Sample(Path("x"), i, 1, str(i), patient) for i, patient in enumerate(patients))


def test_patients_are_counted_over_all_classes() -> None:
    classes = (samples("a", "a", "b", None), samples("b", "c", None))
    facts = SplitFacts.of(BY_SLICE, classes, ((0, 2, 3), (1,)), ((1,), (0, 2)))
    assert facts == SplitFacts(BY_SLICE, 3, 2, 2, 2)


@pytest.mark.parametrize(
    ("split", "patient", "rule"),
    [
        ("auto", "a", BY_PATIENT),
        ("auto", None, BY_SLICE),
        ("slice", "a", BY_SLICE),
        ("patient", "a", BY_PATIENT),
        ("patient", None, BY_SLICE),
    ],
)
def test_the_rule(split: str, patient: str | None, rule: str) -> None:
    assert split_rule(split, samples(None, patient)) == rule


@pytest.mark.parametrize("split", ["auto", "slice", "patient"])
@pytest.mark.parametrize("patient", [None, "a"])
def test_a_fixed_test_set_leaves_nothing_to_split(split: str, patient: str | None) -> None:
    own = samples(patient, None, None)
    assert split_rule(split, marked(own, [2])) == BY_TEST_SET


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (SplitFacts(), "Split by slice"),
        (SplitFacts(BY_SLICE, 12, 5, 4), "Split by slice: 4 of 13 patients on both sides"),
        (SplitFacts(BY_PATIENT, 14, 3), "Split by patient: 14 patients train, 3 test"),
        (SplitFacts(BY_TEST_SET), "Fixed test set, never trained on"),
        (
            SplitFacts(BY_TEST_SET, 9, 3),
            "Fixed test set, never trained on: 0 of 12 patients on both sides",
        ),
        (
            SplitFacts(BY_PATIENT, 1, 0, without_patient=5),
            "Split by patient: 1 patient train, 0 test; 5 images of unknown patients one by one",
        ),
    ],
)
def test_the_rule_in_a_line(facts: SplitFacts, text: str) -> None:
    assert split_text(facts) == text


def test_patients_on_both_sides() -> None:
    assert shared_patients_text(SplitFacts(BY_SLICE, 9, 9), REMEDY) is None
    assert shared_patients_text(SplitFacts(BY_SLICE, 12, 12, 12), REMEDY) == (
        "12 patients are on both sides of the split, so the test accuracy is likely too good; "
        "add --split patient."
    )
    one = shared_patients_text(SplitFacts(BY_SLICE, 1, 1, 1), REMEDY)
    assert one is not None
    assert one.startswith("1 patient is on both sides")


def test_near_copies() -> None:
    facts = SplitFacts(copies=(NearCopy(0, 4, 0, 16), NearCopy(1, 0, 0, 2)), copies_total=2)
    assert copies_text(SplitFacts(), REMEDY) is None
    text = copies_text(facts, REMEDY) or ""
    assert text.startswith("2 test images are nearly the same as training images")
    assert text.endswith("keep one of each and train again.")
    assert copies_details(facts, NAMES) == (
        "Hemorrhage, image 5 is nearly the same as Hemorrhage, image 17.",
        "Normal, image 1 is nearly the same as Hemorrhage, image 3.",
    )
    assert copies_details(replace(facts, copies_total=9), NAMES)[-1] == "So are 7 more."


def test_neighboring_slices_of_a_patient_call_for_a_split_by_patient() -> None:
    facts = SplitFacts(BY_SLICE, 3, 3, 3, copies=(NearCopy(0, 4, 0, 16),), copies_total=1)
    text = copies_text(facts, REMEDY) or ""
    assert text.startswith("1 test image is nearly the same as a training image")
    assert text.endswith("add --split patient.")


def test_what_spoils_a_fixed_test_set_is_put_right_there() -> None:
    facts = SplitFacts(BY_TEST_SET, 3, 3, 2, copies=(NearCopy(0, 4, 0, 1),), copies_total=1)
    shared, copies = shared_patients_text(facts, REMEDY) or "", copies_text(facts, REMEDY) or ""
    assert "both sides of the fixed test set" in shared
    assert shared.endswith("keep all images of a patient on one side and train again.")
    assert copies.endswith("keep all images of a patient on one side and train again.")
    alone = copies_text(replace(facts, patients_both=0), REMEDY) or ""
    assert alone.endswith("keep one of each and train again.")
    untested = untested_text(facts, NAMES, ((), (2,))) or ""
    assert untested.startswith("The fixed test set has no image of “Hemorrhage”")


def test_classes_that_could_not_be_tested() -> None:
    facts = SplitFacts(BY_PATIENT, 2, 1)
    assert untested_text(facts, NAMES, ((1,), (2,))) is None
    assert untested_text(SplitFacts(), NAMES, ((), (2,))) is None
    assert "“Hemorrhage” could be held out" in (untested_text(facts, NAMES, ((), (2,))) or "")
