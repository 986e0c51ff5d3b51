"""Answers fall into the cells of the matrix, and images are found again after any edit."""

from pathlib import Path

import numpy as np
import pytest

from ichdesk.core.config import TrainConfig
from ichdesk.core.predictions import Place, Prediction, by_cell, places, predictions
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, training_key
from ichdesk.core.samples import ClassBin, Sample


def image(name: str) -> Sample:
    return Sample(Path("x"), 0, 1, name)


def images(names: str) -> tuple[Sample, ...]:
    """An image for each letter; equal letters are equal images."""
    return tuple(image(letter) for letter in names)


def run_of(project: Project, test: tuple[tuple[int, ...], ...], said: list[int]) -> TrainingRun:
    """A run that said these classes of its test images, each a little less surely."""
    bins = project.enabled_classes
    answers = np.full((len(said), len(bins)), 0.1 / max(1, len(bins) - 1), np.float32)
    for row, column in enumerate(said):
        answers[row, column] = 0.9 - row / 100
    ids = tuple(b.id for b in bins)
    run = TrainingRun(1, ids, TrainConfig(), training_key(project), test=test)
    run.test_probabilities = answers
    return run


@pytest.fixture
def project() -> Project:
    return Project((ClassBin("Bleed", images("abcd")), ClassBin("Normal", images("wxyz"))))


@pytest.fixture
def run(project: Project) -> TrainingRun:
    return run_of(project, ((1, 3), (0, 2)), [0, 1, 1, 1])


@pytest.fixture
def found(run: TrainingRun) -> tuple[Prediction, ...]:
    return predictions(run)


def where(found: tuple[Prediction, ...], run: TrainingRun, project: Project) -> list[str]:
    """The class and position of each image, "" for those that are gone."""
    names = {b.id: b.name for b in project.classes}
    spots = places(found, run, project)
    return [f"{names[spot.class_id]} {spot.index}" if spot else "" for spot in spots]


def test_each_answer_has_its_image(
    found: tuple[Prediction, ...], project: Project, run: TrainingRun
) -> None:
    bleed, normal = run.class_ids
    assert [p.sample.sha256 for p in found] == ["b", "d", "w", "y"]
    cells = [(bleed, bleed), (bleed, normal), (normal, normal), (normal, normal)]
    assert [p.cell for p in found] == cells
    assert [p.is_error for p in found] == [False, True, False, False]
    assert found[1].confidence == pytest.approx(0.89)
    assert found[1].of_truth == pytest.approx(0.1)


def test_cells_are_those_of_the_matrix(found: tuple[Prediction, ...], run: TrainingRun) -> None:
    bleed, normal = run.class_ids
    assert by_cell(found) == {(bleed, bleed): 1, (bleed, normal): 1, (normal, normal): 2}


@pytest.mark.parametrize("answers", [None, np.zeros((0, 0), np.float32), np.ones((3, 2))])
def test_without_all_answers_there_are_none(run: TrainingRun, answers) -> None:
    run.test_probabilities = answers
    assert predictions(run) == ()


def test_without_test_images_there_are_none(project: Project) -> None:
    run = run_of(project, ((), ()), [])
    assert predictions(run) == ()


def test_unchanged_they_are_where_they_were(found, run, project: Project) -> None:
    assert where(found, run, project) == ["Bleed 1", "Bleed 3", "Normal 0", "Normal 2"]


def test_others_that_are_removed_shift_them(found, run, project: Project) -> None:
    edited = project.remove_samples(run.class_ids[0], [0, 2])
    assert where(found, run, edited) == ["Bleed 0", "Bleed 1", "Normal 0", "Normal 2"]


def test_removed_they_are_gone(found, run, project: Project) -> None:
    edited = project.remove_samples(run.class_ids[0], [3])
    assert where(found, run, edited) == ["Bleed 1", "", "Normal 0", "Normal 2"]


def test_moved_they_are_at_the_end_of_the_other_class(found, run, project: Project) -> None:
    bleed, normal = run.class_ids
    edited = project.move_samples(bleed, [1], normal)
    assert where(found, run, edited) == ["Normal 4", "Bleed 2", "Normal 0", "Normal 2"]
    back = edited.move_samples(normal, [4], bleed)
    assert where(found, run, back) == ["Bleed 3", "Bleed 2", "Normal 0", "Normal 2"]


def test_moved_to_a_class_that_the_run_does_not_know(found, run, project: Project) -> None:
    edited = project.add_class("Artifact")
    edited = edited.move_samples(run.class_ids[1], [0], edited.classes[-1].id)
    assert where(found, run, edited)[2] == "Artifact 0"


def test_with_its_class_deleted_they_are_gone(found, run, project: Project) -> None:
    edited = project.delete_class(run.class_ids[0])
    assert where(found, run, edited) == ["", "", "Normal 0", "Normal 2"]


def test_new_images_change_nothing(found, run, project: Project) -> None:
    edited = project.add_samples(run.class_ids[0], images("bd"))
    assert where(found, run, edited) == where(found, run, project)


@pytest.mark.parametrize(
    ("removed", "left"),
    [
        (0, ["Bleed 1", "Bleed 3"]),
        (2, ["", "Bleed 3"]),
        (4, ["Bleed 2", ""]),
        (3, ["Bleed 2", "Bleed 3"]),
    ],
)
def test_equal_images_of_a_class_are_told_by_their_order(removed: int, left: list[str]) -> None:
    project = Project((ClassBin("Bleed", images("abaca")), ClassBin("Normal", images("x"))))
    run = run_of(project, ((2, 4), ()), [0, 1])
    edited = project.remove_samples(run.class_ids[0], [removed])
    assert where(predictions(run), run, edited) == left


def test_an_equal_image_of_another_class_is_not_taken_for_it() -> None:
    project = Project((ClassBin("Bleed", images("ab")), ClassBin("Normal", images("ax"))))
    run = run_of(project, ((0,), (0,)), [1, 1])
    edited = project.remove_samples(run.class_ids[0], [0])
    assert where(predictions(run), run, edited) == ["", "Normal 0"]


def test_a_class_in_another_order_still_has_all(found, run, project: Project) -> None:
    turned = Project((ClassBin("Bleed", images("dcba"), id=run.class_ids[0]), project.classes[1]))
    assert places(found, run, turned)[:2] == (
        Place(run.class_ids[0], 2),
        Place(run.class_ids[0], 0),
    )
