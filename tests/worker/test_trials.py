"""Another model asked about images: it answers as it does elsewhere, and changes nothing here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ichdesk.archive import SampleStore, save_project
from ichdesk.core.project import Project
from ichdesk.core.run_book import NO_RUNS
from ichdesk.core.samples import ClassBin
from ichdesk.core.steps import DEFAULT_STEPS, steps_text
from ichdesk.learn.model import model_bytes
from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    FeaturesProgressed,
    ModelTried,
    Outcome,
    SaveModel,
    StartTraining,
    TryModel,
)
from ichdesk.worker.handlers import Handlers
from tests.fakes.backbone import NAME
from tests.fakes.projects import finished_run, picture

MakeRequest = Callable[..., StartTraining]


@pytest.fixture
def trained(make_request: MakeRequest, tmp_path: Path) -> tuple[Handlers, StartTraining, Path]:
    """A worker with a model, what that was trained on, and the model as a file."""
    handlers, request, path = Handlers(), make_request((60, 20), (140, 20), epochs=20), tmp_path
    list(handlers.handle(request))
    file = path / "m.ichmodel"
    list(handlers.handle(SaveModel(90, str(file), ("dark", "light"))))
    return handlers, request, file


def test_it_answers_about_every_image(trained: tuple[Handlers, StartTraining, Path]) -> None:
    _, request, file = trained
    ask = TryModel(91, str(file), request.classes, "cpu")
    handlers = Handlers()
    *progress, end = handlers.handle(decode(encode(ask)))
    assert progress
    assert all(isinstance(event, FeaturesProgressed) for event in progress)
    end = decode(encode(end))
    assert isinstance(end, ModelTried)
    assert (end.outcome, end.error, end.labels) == (Outcome.DONE, None, ("dark", "light"))
    assert (end.backbone, end.steps) == (NAME, steps_text(DEFAULT_STEPS))
    said = end.probabilities.argmax(axis=1)
    np.testing.assert_array_equal(said, np.repeat([0, 1], 20))
    assert handlers.model is None


def test_the_model_in_use_stays(
    trained: tuple[Handlers, StartTraining, Path], make_request: MakeRequest
) -> None:
    handlers, request, file = trained
    before = handlers.model
    list(handlers.handle(TryModel(91, str(file), request.classes, "cpu")))
    assert handlers.model is before


@pytest.mark.parametrize("keeps_training", [True, False])
def test_a_project_is_asked_with_the_model_that_it_keeps(
    trained: tuple[Handlers, StartTraining, Path], tmp_path: Path, keeps_training: bool
) -> None:
    handlers, request, file = trained
    path, runs = tmp_path / "other.ichdesk", NO_RUNS
    assert handlers.model is not None
    with SampleStore(tmp_path / "store") as store:
        bins = [ClassBin(name, (store.add(picture(n)),)) for n, name in enumerate(("night", "day"))]
        project = Project(tuple(bins))
        if keeps_training:
            numbered = model_bytes(replace(handlers.model, labels=("0", "1")))
            run = replace(finished_run(project, numbered), split=None)
            runs, _ = runs.add(run, datetime(2026, 11, 22, tzinfo=UTC))
        save_project(project, path, runs=runs)
    *_, end = handlers.handle(TryModel(91, str(path), request.classes, "cpu"))
    assert isinstance(end, ModelTried)
    if keeps_training:
        assert (end.error, end.labels) == (None, ("night", "day"))
        *_, same = handlers.handle(TryModel(92, str(file), request.classes, "cpu"))
        np.testing.assert_array_equal(end.probabilities, same.probabilities)
    else:
        assert end.error == (
            "“other.ichdesk” keeps no trained model; train and save it as .ichdesk."
        )


def test_damage_is_told_in_a_sentence(
    trained: tuple[Handlers, StartTraining, Path], make_request: MakeRequest
) -> None:
    handlers, request, file = trained
    file.write_bytes(file.read_bytes()[:200])
    (end,) = handlers.handle(TryModel(91, str(file), request.classes, "cpu"))
    assert end.outcome is Outcome.FAILED
    assert end.error.endswith(".")
    gone = replace(request.classes[0], samples=make_request((60, 2), junk=True).classes[0].samples)
    *_, end = handlers.handle(TryModel(92, str(file), (gone,), "cpu"))
    assert end.outcome is Outcome.FAILED


def test_it_can_be_stopped(trained: tuple[Handlers, StartTraining, Path]) -> None:
    handlers, request, file = trained
    events = Handlers(handlers._cancelled).handle(TryModel(91, str(file), request.classes, "cpu"))
    next(events)
    handlers.cancel(91)
    assert [event.outcome for event in events if isinstance(event, ModelTried)] == [
        Outcome.CANCELLED
    ]
