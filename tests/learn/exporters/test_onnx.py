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


def runs(data: bytes, takes: str) -> Run:
    """Probabilities by ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, ["CPUExecutionProvider"])
    return lambda values: session.run(["probabilities"], {takes: values})[0]


def said_by_app(subject: Subject, pixels: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return subject.classifier(to_input(pixels)).numpy()


def assert_same(answer: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(answer, expected, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(answer.argmax(1), expected.argmax(1))


@pytest.fixture(scope="module")
def data(made) -> bytes:
    return next(iter(made("onnx")[1].values()))


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


@pytest.mark.parametrize("name", ["onnx", "onnx-hu"])
def test_no_place_on_this_computer_is_in_the_file(name, made):
    (data,) = made(name)[1].values()
    for place in (Path(__file__).parents[3], Path(torch.__file__).parents[1], Path.home()):
        assert str(place).encode() not in data


def test_the_same_model_makes_the_same_bytes(data, subject):
    making = EXPORTERS["onnx"].make(subject)
    with pytest.raises(StopIteration) as end:
        while True:
            next(making)
    assert next(iter(end.value.value.values())) == data


@pytest.mark.parametrize("columns", [512, 300])
def test_a_slice_gets_the_same_answer(columns, made, hu, subject):
    part = np.ascontiguousarray(hu[:, :columns])
    (data,) = made("onnx-hu")[1].values()
    seen = slice_pixels(HuImage(part, (0.5, 0.5), Place()))
    expected = said_by_app(subject, seen[None])
    np.testing.assert_allclose(runs(data, "hu")(part[None]), expected, rtol=0, atol=1e-3)


def test_image_steps_are_in_the_file(hu, subject):
    steps = checked((Step("color_code"), Step("equalize", (("strength", 0.5),))))
    making = EXPORTERS["onnx-hu"].make(Subject(replace(subject.model, steps=steps)))
    with pytest.raises(StopIteration) as end:
        while True:
            next(making)
    (data,) = end.value.value.values()
    expected = said_by_app(subject, slice_pixels(HuImage(hu, (0.5, 0.5), Place()), steps)[None])
    np.testing.assert_allclose(runs(data, "hu")(hu[None]), expected, rtol=0, atol=1e-3)


def test_a_step_that_no_file_can_hold_is_told(subject):
    steps = checked((Step("crop_to_head"), Step("window")))
    model = replace(subject.model, steps=steps)
    with pytest.raises(UserError, match="Crop to head.*Export to “ONNX”"):
        next(EXPORTERS["onnx-hu"].make(Subject(model)))
