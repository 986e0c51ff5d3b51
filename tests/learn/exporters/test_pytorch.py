"""The PyTorch files answer as the app does, with torch alone and no code of ours."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ichdesk.core.resources import resource_path
from ichdesk.core.steps import Step
from ichdesk.imaging.pipeline import checked, slice_pixels
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.learn.exporters import EXPORTERS, Files, Subject
from ichdesk.learn.pixels import to_input
from ichdesk.phantom.slices import phantom_slice

# what else lies beside torch is kept out, as on a computer where only torch was installed
ALONE = """
import runpy, sys
for name in ("ichdesk", "numpy", "PIL", "torchvision", "onnx"):
    sys.modules[name] = None
sys.argv = sys.argv[1:]
sys.path[0] = sys.argv[0].rpartition("/")[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def files(made) -> Files:
    return made("pytorch")[1]


@pytest.fixture(scope="module")
def folder(files, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def model(folder) -> torch.nn.Module:
    return torch.export.load(folder / "model.pt2").module()


def test_pictures_get_the_same_answer(model, pictures, expected):
    for some in (pictures, pictures[:1]):
        answer = model(torch.from_numpy(some))
        np.testing.assert_allclose(answer, expected[: len(some)], rtol=0, atol=1e-4)


@pytest.mark.parametrize("size", [(512, 512), (300, 500), (1, 1)])
def test_any_size_will_do(size, model):
    assert (
        model(torch.zeros(2, *size, 3, dtype=torch.uint8)).sum(dim=1).tolist()
        == [pytest.approx(1.0)] * 2
    )


def test_a_slice_in_hounsfield_units_gets_the_same_answer(folder, subject):
    drawn = phantom_slice(np.random.default_rng(1), types=["epidural"], size_px=512)
    hu = drawn.hu.round().astype(np.float32)[:, :400].copy()
    answer = torch.export.load(folder / "model_hu.pt2").module()(torch.from_numpy(hu)[None])
    seen = slice_pixels(HuImage(hu, (0.5, 0.5), Place()))
    expected = subject.classifier(to_input(seen[None]))
    torch.testing.assert_close(answer, expected, rtol=0, atol=1e-3)


def test_labels_and_card_are_in_the_file(folder, subject):
    texts = {"labels.json": "", "card.json": ""}
    torch.export.load(folder / "model.pt2", extra_files=texts)
    assert json.loads(texts["labels.json"]) == list(subject.model.labels)
    assert json.loads(texts["card.json"]) == subject.card()


def test_the_script_needs_torch_alone(folder, pictures, expected, tmp_path):
    for number, picture in enumerate(pictures[:5]):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    command = [sys.executable, "-c", ALONE, str(folder / "classify.py")]
    paths = [str(tmp_path / f"{number}.png") for number in range(5)]
    out = subprocess.run([*command, *paths], capture_output=True, encoding="utf-8", check=True)
    rows = [line.split("\t") for line in out.stdout.splitlines()]
    said = np.array([float(row[2]) for row in rows]).reshape(5, -1)
    np.testing.assert_allclose(said, expected[:5], rtol=0, atol=1e-4)
    assert rows[0][0] == paths[0]


def test_no_place_on_this_computer_is_in_the_files(files):
    everything = b"".join(files.values())
    for place in (Path(__file__).parents[3], Path(torch.__file__).parents[1], Path.home()):
        assert str(place).encode() not in everything


def test_without_a_step_that_can_be_held_there_is_no_file_for_slices(subject):
    steps = checked((Step("crop_to_head"), Step("window")))
    making = EXPORTERS["pytorch"].make(Subject(replace(subject.model, steps=steps)))
    with pytest.raises(StopIteration) as end:
        while True:
            next(making)
    files: Files = end.value.value
    assert set(files) == {"model.pt2", "classify.py", "read_picture.py", "README.txt"}
    assert "Crop to head" in files["README.txt"].decode()


@pytest.fixture(scope="module")
def read_picture():
    """The function of that name that leaves with a model."""
    source = resource_path("exports/pytorch/read_picture.py")
    names: dict = {"__name__": "read_picture"}
    exec(compile(source.read_text("utf-8"), str(source), "exec"), names)
    return names["read_picture"]


KINDS = {
    "gray": lambda image: image.convert("L"),
    "color": lambda image: image.convert("RGB"),
    "palette": lambda image: image.convert("RGB").quantize(60),
    "gray and transparent": lambda image: image.convert("LA"),
    "transparent": lambda image: image,
}


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_read_as_pillow_reads_them(kind, read_picture, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (31, 53, 4), np.uint8)
    noise = np.sort(noise, axis=1)  # runs of like values, so that all filters are used
    image = KINDS[kind](Image.fromarray(noise))
    image.save(tmp_path / "picture.png", optimize=True)
    black = Image.new("RGBA", image.size, "black")
    wanted = np.asarray(Image.alpha_composite(black, image.convert("RGBA")).convert("RGB"))
    pixels = read_picture(tmp_path / "picture.png").numpy()
    assert np.abs(pixels.astype(int) - wanted).max() <= 1


def test_other_pictures_are_read_by_pillow(read_picture, tmp_path):
    Image.new("RGB", (30, 20), (10, 200, 30)).save(tmp_path / "picture.jpg", quality=100)
    pixels = read_picture(tmp_path / "picture.jpg")
    assert pixels.shape == (20, 30, 3)
    assert abs(int(pixels[0, 0, 1]) - 200) <= 2


def test_deep_pictures_are_refused(read_picture, tmp_path):
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(SystemExit, match="16 bits"):
        read_picture(tmp_path / "deep.png")
