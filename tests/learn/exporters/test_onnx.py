"""The ONNX files answer in ONNX Runtime as the app does, and hold nothing of this computer."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from PIL import Image

from ichdesk.core.errors import UserError
from ichdesk.core.steps import Step
from ichdesk.imaging.decode import decode_sample
from ichdesk.imaging.pipeline import checked, slice_pixels
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.learn.exporters import EXPORTERS, Subject
from ichdesk.learn.pixels import to_input
from ichdesk.phantom.slices import phantom_slice

Run = Callable[[np.ndarray], np.ndarray]

STEPS = checked((Step("color_code"), Step("equalize", (("strength", 0.5),))))


def runs(data: bytes, takes: str) -> Run:
    """Probabilities by ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, ["CPUExecutionProvider"])
    return lambda values: session.run(["probabilities"], {takes: values})[0]


def made_now(name: str, subject: Subject) -> bytes:
    """The one file that an exporter makes."""
    making = EXPORTERS[name].make(subject)
    with pytest.raises(StopIteration) as end:
        while True:
            next(making)
    (data,) = end.value.value.values()
    return data


def said_by_app(subject: Subject, pixels: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return subject.classifier(to_input(pixels)).numpy()


def assert_same(answer: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(answer, expected, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(answer.argmax(1), expected.argmax(1))


@pytest.fixture(scope="module")
def data(made) -> bytes:
    (data,) = made("onnx")[1].values()
    return data


@pytest.fixture(scope="module")
def hu_data(subject) -> bytes:
    return made_now("onnx-hu", Subject(replace(subject.model, steps=STEPS)))


@pytest.fixture(scope="module")
def run(data) -> Run:
    return runs(data, "image")


@pytest.fixture(scope="module")
def hu() -> np.ndarray:
    drawn = phantom_slice(np.random.default_rng(1), types=["epidural"], size_px=512)
    return drawn.hu.round().astype(np.float32)


def test_all_pictures_get_the_same_answer(run, pictures, expected):
    assert_same(run(pictures), expected)


def test_one_picture_at_a_time_gets_the_same_answer(run, pictures, expected):
    assert_same(np.concatenate([run(picture[None]) for picture in pictures]), expected)


@pytest.mark.parametrize("size", [(512, 512), (500, 300), (100, 180)])
def test_pictures_of_other_sizes_get_the_same_answer(size, run, pictures, subject):
    enlarged = [Image.fromarray(picture).resize(size) for picture in pictures[:8]]
    seen = [decode_sample(png(image)) for image in enlarged]
    answer = run(np.stack([np.asarray(image) for image in enlarged]))
    np.testing.assert_allclose(answer, said_by_app(subject, np.stack(seen)), rtol=0, atol=1e-3)


def png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_the_file_says_what_it_is(data, subject):
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    card = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(card["labels"]) == list(subject.model.labels)
    assert card["notice"] == subject.card()["notice"]
    assert "not for diagnosis" in model.doc_string
    assert {entry.domain: entry.version for entry in model.opset_import} == {"": 18}
    sizes = [size.dim_param for size in model.graph.input[0].type.tensor_type.shape.dim]
    assert sizes == ["batch", "height", "width", ""]


def test_no_place_on_this_computer_is_in_the_files(data, hu_data):
    for place in (Path(__file__).parents[3], Path(torch.__file__).parents[1], Path.home()):
        assert str(place).encode() not in data + hu_data


def test_the_same_model_makes_the_same_bytes(data, subject):
    assert made_now("onnx", subject) == data


@pytest.mark.parametrize("columns", [512, 300])
def test_a_slice_in_hounsfield_units_gets_the_same_answer(columns, hu_data, hu, subject):
    part = np.ascontiguousarray(hu[:, :columns])
    seen = slice_pixels(HuImage(part, (0.5, 0.5), Place()), STEPS)
    answer = runs(hu_data, "hu")(part[None])
    np.testing.assert_allclose(answer, said_by_app(subject, seen[None]), rtol=0, atol=1e-3)


def test_a_step_that_no_file_can_hold_is_told(subject):
    steps = checked((Step("crop_to_head"), Step("window")))
    model = replace(subject.model, steps=steps)
    with pytest.raises(UserError, match=r"Crop to head.*Export to “ONNX”"):
        next(EXPORTERS["onnx-hu"].make(Subject(model)))
