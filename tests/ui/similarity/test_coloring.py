"""Colors by patient and by answer where some are not known."""

from dataclasses import replace

import numpy as np
import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.run import TrainingRun, classes_now
from ichdesk.core.similarity import SimilarityMap, read_map
from ichdesk.session.session import Session
from ichdesk.ui.similarity.coloring import ColorBy, Coloring, coloring
from ichdesk.ui.theme import LIGHT
from ichdesk.ui.widgets.point_mark import Shape
from tests.fakes.maps import map_arrays
from tests.fakes.runs import train

KNOWN = 20  # images of each class whose patient is known, two of each patient


@pytest.fixture
def shown(session: Session, store: SampleStore) -> SimilarityMap:
    bins = tuple(
        replace(
            bin_,
            samples=tuple(
                replace(sample, patient=f"secret {k}{i // 2}" if i < KNOWN else None)
                for i, sample in enumerate(bin_.samples)
            ),
        )
        for k, bin_ in enumerate(session.project.classes)
    )
    session.project = replace(session.project, classes=bins)
    train(session)
    return made_map(session.run)


def made_map(run: TrainingRun) -> SimilarityMap:
    found = read_map(run, map_arrays(run), None)
    assert found is not None
    return found


def colored(by: ColorBy, shown: SimilarityMap, session: Session, *gone: int) -> Coloring:
    classes = classes_now(shown.run, session.project)
    removed = np.isin(np.arange(60), gone)
    return coloring(by, shown, removed, classes, LIGHT)


def test_patients_are_numbered_and_told_apart(shown: SimilarityMap, session: Session) -> None:
    kinds, marks = colored(ColorBy.PATIENT, shown, session)
    *patients, unknown, gone = marks
    assert [mark.label for mark in patients] == [f"Patient {n}" for n in range(1, 21)]
    assert {mark.count for mark in patients} == {2}
    assert len({(mark.color, mark.shape) for mark in patients}) == 20
    assert (unknown.label, unknown.count, gone.count) == ("Patient not known", 20, 0)
    assert kinds[0] == kinds[1] != kinds[2]
    assert not any("secret" in mark.label for mark in marks)


def test_removed_images_are_gray_rings_in_every_coloring(
    shown: SimilarityMap, session: Session
) -> None:
    for by in ColorBy:
        kinds, marks = colored(by, shown, session, 3, 40)
        assert kinds[3] == kinds[40] == len(marks) - 1
        assert (marks[-1].shape, marks[-1].count) == (Shape.RING, 2)
        assert sum(mark.count for mark in marks) == 60


def test_answers_that_were_not_kept_are_not_called_untested(
    shown: SimilarityMap, session: Session
) -> None:
    run = shown.run
    run.test_probabilities = None
    _, marks = colored(ColorBy.ANSWER, made_map(run), session)
    assert [(mark.label, mark.count) for mark in marks if mark.count] == [("No answer kept", 60)]
