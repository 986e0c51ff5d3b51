"""What every export format keeps to; a new one is tested by existing."""

import json
from pathlib import PurePosixPath

import numpy as np
import pytest
import torch

from ichdesk.learn.exporters import EXPORTERS, Subject
from ichdesk.learn.features import Image, Vector
from ichdesk.learn.pixels import to_input


@pytest.mark.parametrize("name", EXPORTERS.names())
def test_a_format_makes_files_and_says_what_it_does(name: str, made) -> None:
    kind = EXPORTERS[name]
    stages, files = made(name)
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
def test_the_files_say_what_they_are_for(name: str, made) -> None:
    everything = b"".join(made(name)[1].values())
    assert b"not for diagnosis" in everything
    own = name == "ichdesk"  # keeps the numbers, from which the sentence is made
    assert (b"tested" if own else b"9 of 10") in everything


@pytest.mark.parametrize("name", EXPORTERS.names())
def test_the_same_model_makes_the_same_answers_afterwards(
    name: str, subject: Subject, untouched, made, pictures: Image, expected: Vector
) -> None:
    """An exporter must not change the model that the app goes on working with."""
    made(name)
    for key, tensor in subject.classifier.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), untouched[key].numpy())
    with torch.inference_mode():
        answer = subject.classifier(to_input(pictures))
    np.testing.assert_array_equal(answer.numpy(), expected)
    assert not any(p.requires_grad for p in subject.classifier.parameters())
    assert json.loads(json.dumps(subject.card()))["labels"] == list(subject.model.labels)
