"""What every export format keeps to; a new one is tested by existing."""

import json
from pathlib import PurePosixPath

import numpy as np
import pytest

from ichdesk.learn.exporters import EXPORTERS, Files, Subject
from ichdesk.learn.features import Image, Vector


def made(subject: Subject, name: str) -> tuple[list[str], Files]:
    """The stages an exporter went through, and its files."""
    stages, making = [], EXPORTERS[name].make(subject)
    while True:
        try:
            stages.append(next(making))
        except StopIteration as end:
            return stages, end.value


@pytest.mark.parametrize("name", EXPORTERS.names())
def test_a_format_makes_files_and_says_what_it_does(name: str, subject: Subject) -> None:
    kind = EXPORTERS[name]
    stages, files = made(subject, name)
    assert kind.title
    assert kind.purpose.endswith(".")
    assert stages
    assert all(stage[0].isupper() and not stage.endswith(".") for stage in stages)
    assert len(files) == 1 if kind.suffix else len(files) > 1
    for file, data in files.items():
        place = PurePosixPath(file)
        assert not place.is_absolute()
        assert ".." not in place.parts
        assert isinstance(data, bytes)
        assert data


@pytest.mark.parametrize("name", EXPORTERS.names())
def test_the_files_say_what_they_are_for(name: str, subject: Subject) -> None:
    everything = b"".join(made(subject, name)[1].values())
    assert b"not for diagnosis" in everything
    own = name == "ichdesk"  # keeps the numbers, from which the sentence is made
    assert (b"tested" if own else b"9 of 10") in everything


@pytest.mark.parametrize("name", EXPORTERS.names())
def test_the_same_model_makes_the_same_answers_afterwards(
    name: str, subject: Subject, pictures: Image, expected: Vector
) -> None:
    """An exporter must not change the model that the app goes on working with."""
    before = {key: tensor.clone() for key, tensor in subject.classifier.state_dict().items()}
    made(subject, name)
    for key, tensor in subject.classifier.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), before[key].numpy())
    assert not any(p.requires_grad for p in subject.classifier.parameters())
    assert json.loads(json.dumps(subject.card()))["labels"] == list(subject.model.labels)
