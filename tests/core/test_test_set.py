"""The fixed test set: put together by hand or from a run, kept through edits, told when spoiled."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.config import TrainConfig
from ichdesk.core.predictions import places, predictions
from ichdesk.core.project import Project
from ichdesk.core.run import RunPhase, TrainingRun, is_current, training_key
from ichdesk.core.samples import ClassBin, Sample, marked
from ichdesk.core.split_facts import SplitFacts
from ichdesk.core.test_set import lock_problem, locked, overlap_text


def images(names: str, patient: str | None = None) -> tuple[Sample, ...]:
    """An image for each letter; equal letters are equal images."""
    return tuple(Sample(Path("x"), 0, 1, letter, patient) for letter in names)


def project_of(*names: str) -> Project:
    return Project(tuple(ClassBin(f"Class {k}", images(each)) for k, each in enumerate(names)))


def finished(project: Project, *test: tuple[int, ...]) -> TrainingRun:
    """A run that held these positions of each class out."""
    bins = project.enabled_classes
    train = tuple(
        tuple(i for i in range(len(b.samples)) if i not in held)
        for b, held in zip(bins, test, strict=True)
    )
    count = sum(map(len, test))
    return TrainingRun(
        1,
        tuple(b.id for b in bins),
        project.config,
        training_key(project),
        RunPhase.DONE,
        train=train,
        test=test,
        test_probabilities=np.full((count, len(bins)), 0.5, np.float32),
        split=SplitFacts(),
        names=tuple(b.name for b in bins),
    )


def fixed(project: Project) -> list[str]:
    """Contents of the fixed test set, class after class."""
    return ["".join(s.sha256 for s in b.samples if s.is_test) for b in project.classes]


def test_marking_leaves_the_others_and_their_order() -> None:
    own = images("abcd")
    half = marked(own, (1, 3))
    assert [s.is_test for s in half] == [False, True, False, True]
    assert [s.sha256 for s in half] == list("abcd")
    assert half[0] is own[0]
    assert marked(half, (3, 1, 0), is_test=False) == own


def test_a_test_set_of_a_disabled_class_is_none() -> None:
    project = project_of("ab", "cd", "ef")
    first = project.classes[0].id
    project = project.mark_samples(first, [0])
    assert project.has_test_set
    assert project.test_count == 1
    assert not project.set_enabled(first, False).has_test_set
    assert project.set_enabled(first, False).test_count == 1
    assert not project.release_test_set().has_test_set


def test_moved_samples_stay_on_their_side() -> None:
    project = project_of("abc", "x")
    bleed, normal = (bin_.id for bin_ in project.classes)
    moved = project.mark_samples(bleed, [1]).move_samples(bleed, [0, 1], normal)
    assert fixed(moved) == ["", "b"]
    assert [s.sha256 for s in moved.classes[1].samples] == ["x", "a", "b"]


def test_training_needs_images_outside_the_test_set() -> None:
    project = project_of("ab", "cd")
    alone = project.mark_samples(project.classes[1].id, [0, 1])
    assert "outside the test set" in (alone.training_problem() or "")
    assert project.mark_samples(project.classes[1].id, [0]).training_problem() is None
    assert "outside" not in (project_of("ab", "").training_problem() or "")


def test_the_model_knows_what_it_was_trained_on() -> None:
    project = project_of("abcd", "wxyz")
    run = finished(project, (1,), (2, 3))
    assert is_current(run, project)
    assert not is_current(run, project.mark_samples(project.classes[0].id, [1]))
    kept = locked(project, run)
    assert is_current(run, kept)
    assert not is_current(run, kept.mark_samples(project.classes[0].id, [0]))
    assert not is_current(run, kept.add_samples(project.classes[0].id, images("e")))
    assert not is_current(run, replace(kept, config=TrainConfig(epochs=7)))


def test_of_a_run_on_a_fixed_test_set_the_model_is_old_once_that_is_released() -> None:
    project = project_of("abcd", "wxyz")
    project = project.mark_samples(project.classes[0].id, [0])
    run = finished(project, (0,), ())
    assert is_current(run, project)
    assert not is_current(run, project.release_test_set())


def test_locking_and_releasing_change_nothing_else() -> None:
    project = project_of("abcd", "wxyz")
    kept = locked(project, finished(project, (1,), (0, 3)))
    assert fixed(kept) == ["b", "wz"]
    assert kept.release_test_set() == project


@given(st.data())
def test_whatever_is_done_meanwhile_the_held_out_images_are_locked(data: st.DataObject) -> None:
    project = project_of("abcdef", "uvwxyz")
    some = st.sets(st.integers(0, 5), min_size=1, max_size=4)
    test = tuple(tuple(sorted(data.draw(some))) for _ in range(2))
    run = finished(project, *test)
    held = {
        b.samples[i].sha256 for b, rows in zip(project.classes, test, strict=True) for i in rows
    }
    ids = [bin_.id for bin_ in project.classes]
    for _ in range(data.draw(st.integers(0, 4))):
        source, target = data.draw(st.permutations(ids))
        size = len(project.class_by_id(source).samples)
        chosen = data.draw(st.sets(st.integers(0, max(0, size - 1)), max_size=2)) if size else set()
        edit = data.draw(st.sampled_from(["remove", "move", "add"]))
        if edit == "remove":
            project = project.remove_samples(source, chosen)
        elif edit == "move":
            project = project.move_samples(source, chosen, target)
        else:
            project = project.add_samples(source, images("new"))
    there = {s.sha256 for b in project.classes for s in b.samples}
    assert sorted("".join(fixed(locked(project, run)))) == sorted(held & there)


def test_test_images_of_a_run_are_found_after_locking() -> None:
    project = project_of("abca", "wxyz")
    run = finished(project, (0, 1), (3,))
    kept = locked(project, run)
    assert places(predictions(run), run, kept) == places(predictions(run), run, project)


def test_why_a_split_cannot_be_locked() -> None:
    project = project_of("ab", "wx")
    run = finished(project, (1,), ())
    assert lock_problem(project, run) == ""
    assert "Train a model first" in lock_problem(project, None)
    run.phase = RunPhase.CANCELLED
    assert "Train a model first" in lock_problem(project, run)
    assert "nothing to lock" in lock_problem(project, finished(project, (), ()))
    assert "release it first" in lock_problem(locked(project, finished(project, (1,), ())), run)


def test_the_same_image_on_both_sides_is_told() -> None:
    project = project_of("abc", "wxy")
    bleed, normal = (bin_.id for bin_ in project.classes)
    added = marked(images("awq"), range(3))
    kept = project.add_samples(bleed, added)
    assert overlap_text(kept, added).startswith("2 of the 3 images are in the classes, too.")
    back = kept.add_samples(normal, images("q"))
    assert overlap_text(back, images("q")).startswith("1 of the 1 image is in the test set, too.")
    assert overlap_text(kept, marked(images("q"), [0])) == ""
    assert overlap_text(project, images("a")) == ""  # nothing is fixed, so nothing is spoiled
    assert overlap_text(kept, ()) == ""


def test_the_same_patient_on_both_sides_is_told() -> None:
    project = Project((ClassBin("A", images("ab", "p1")), ClassBin("B", images("cd", "p2"))))
    added = marked((*images("e", "p2"), *images("f", "p3"), *images("a", "p1")), range(3))
    text = overlap_text(project.add_samples(project.classes[0].id, added), added)
    assert text.startswith(
        "1 of the 3 images is in the classes, too; 1 of the 3 images is of patients who are in "
        "the classes, too. "
    )
    assert text.endswith("so remove them from one side.")


@pytest.mark.parametrize("patient", [None, "p"])
def test_unknown_patients_are_not_taken_for_one(patient: str | None) -> None:
    project = Project((ClassBin("A", images("ab")), ClassBin("B", images("cd"))))
    added = marked(images("e", patient), [0])
    assert overlap_text(project.add_samples(project.classes[0].id, added), added) == ""
