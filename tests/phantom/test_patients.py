"""Slices of a synthetic patient show one head, and those of two patients show two."""

from itertools import pairwise

import numpy as np
import pytest

from ichdesk.phantom.lesions import HEMORRHAGE_TYPES
from ichdesk.phantom.parts import PatientRandom, part
from ichdesk.phantom.patients import HIGHEST_MM, LOWEST_MM, Patient, draw_patient, make_patient

SIZE, COUNT = 128, 12


def heads(patient: Patient) -> np.ndarray:
    """Where the head is in each slice, (COUNT, SIZE, SIZE)."""
    return np.array([image.hu > -300 for image, _ in draw_patient(patient, COUNT, SIZE)])


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_a_patient_is_the_same_every_time():
    patient = make_patient((1, 2), SIZE, "subdural")
    assert patient == make_patient((1, 2), SIZE, "subdural")
    for (first, _), (again, _) in zip(
        draw_patient(patient, 3, SIZE), draw_patient(patient, 3, SIZE), strict=True
    ):
        np.testing.assert_array_equal(first.hu, again.hu)


def test_slices_know_whose_they_are_and_where_they_were_cut():
    patient, other = make_patient((1, 2), SIZE), make_patient((1, 3), SIZE)
    images = [image for image, _ in draw_patient(patient, COUNT, SIZE)]
    assert {image.place.patient for image in images} == {patient.patient_key}
    assert {image.place.series for image in images} == {patient.series_key}
    assert len({patient.patient_key, patient.series_key, other.patient_key}) == 3
    heights = [image.place.position_mm for image in images]
    assert (heights[0], heights[-1]) == (LOWEST_MM, HIGHEST_MM)
    assert heights == sorted(heights)
    assert {image.spacing_mm for image in images} == {(patient.plan.pixel_mm,) * 2}
    assert all(np.array_equal(image.hu, np.rint(image.hu)) for image in images)


def test_neighboring_slices_are_more_alike_than_two_patients():
    patients = [heads(make_patient((5, number), SIZE)) for number in range(6)]
    own = np.mean([overlap(a, b) for head in patients for a, b in pairwise(head)])
    others = np.mean([overlap(a[4], b[4]) for a, b in pairwise(patients)])
    assert own > 0.93
    assert others < own - 0.05


def test_every_slice_has_a_noise_of_its_own():
    patient = make_patient((3, 1), SIZE)
    images = [image.hu for image, _ in draw_patient(patient, 40, SIZE)]
    middle = slice(SIZE // 2 - 12, SIZE // 2 + 12)
    assert not any(
        np.array_equal(a[middle, middle], b[middle, middle]) for a, b in pairwise(images)
    )


@pytest.mark.parametrize("kind", HEMORRHAGE_TYPES)
def test_a_bleed_reaches_over_neighboring_slices_only(kind: str):
    for number in range(4):
        patient = make_patient((9, number), SIZE, kind)
        drawn = [slice_ for _, slice_ in draw_patient(patient, 15, SIZE)]
        shown = [index for index, slice_ in enumerate(drawn) if slice_.labels]
        assert 2 <= len(shown) < 8
        assert shown == list(range(shown[0], shown[-1] + 1))
        assert all(drawn[index].labels == {kind} for index in shown)


def test_a_patient_without_a_bleed_has_none():
    assert not any(slice_.labels for _, slice_ in draw_patient(make_patient((4,), SIZE), 5, SIZE))


def test_an_unknown_bleed_is_refused():
    with pytest.raises(ValueError, match="epidural"):
        make_patient((0,), SIZE, "nosebleed")


def test_parts_are_the_same_in_all_slices_or_new_in_each():
    first, second = PatientRandom((1,), 0), PatientRandom((1,), 1)
    assert part(first, "skull").random() == part(second, "skull").random()
    assert part(first, "skull").random() != part(first, "scalp").random()
    new = [part(rng, "noise", is_new=True).random() for rng in (first, second)]
    assert new[0] != new[1]
    single = np.random.default_rng(1)
    assert part(single, "skull") is single
