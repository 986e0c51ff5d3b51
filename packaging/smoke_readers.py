"""Read exported models as other programs do: `smoke_readers.py PICTURES FORMAT=PATH ...`.

Prints as JSON, for each format that a plain Python can run, the probabilities by file, and of the
other formats how many numbers their weights are. Needs no ICHDesk, but ONNX Runtime, torch, h5py,
pydicom and Pillow.
"""

import io
import json
import math
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Array = Any  # of numpy, which mypy does not know here
Model = Callable[[Array], Array]  # (1, ...) to (1, classes)
Answers = dict[str, list[float]]


def main() -> None:
    """Read what was named."""
    pictures = Path(sys.argv[1])
    named = dict(argument.split("=", 1) for argument in sys.argv[2:])
    made = {name: Path(path) for name, path in named.items()}
    found: dict[str, Any] = dict(answers(made, pictures))
    if "keras" in made:  # nothing of the libraries of the tests runs these two
        counts = {"keras": keras_numbers(made["keras"]), "tfjs": tfjs_numbers(made["tfjs"])}
        found["numbers"] = counts
    print(json.dumps(found))


def answers(made: Mapping[str, Path], pictures: Path) -> dict[str, Answers]:
    """What each format says of the pictures, or of the slices if these are DICOM files."""
    slices = sorted(pictures.rglob("*.dcm"))
    if slices:
        arrays = {path.name: hu for path in slices if (hu := hounsfield(path)) is not None}
        models = {"onnx-hu": _onnx(made, "onnx-hu", "hu"), "pytorch": _torch(made, "model_hu.pt2")}
    else:
        arrays = {path.name: rgb(path) for path in sorted(pictures.iterdir())}
        models = {"onnx": _onnx(made, "onnx", "image"), "pytorch": _torch(made, "model.pt2")}
    return {
        format_name: {name: model(array[None])[0].tolist() for name, array in arrays.items()}
        for format_name, model in models.items()
    }


def rgb(path: Path) -> Array:
    """A picture, (H, W, 3) uint8."""
    from PIL import Image  # noqa: PLC0415 - beside slices nothing needs it

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def hounsfield(path: Path) -> Array | None:
    """A slice in Hounsfield units, (H, W) float32; None if the file is broken."""
    import pydicom  # noqa: PLC0415 - beside pictures nothing needs it

    try:
        dataset = pydicom.dcmread(path)
        stored = dataset.pixel_array
    except (AttributeError, EOFError, ValueError, pydicom.errors.InvalidDicomError):
        return None
    return (stored * dataset.RescaleSlope + dataset.RescaleIntercept).astype(np.float32)


def keras_numbers(path: Path) -> int:
    """How many numbers the weights of a .keras file are; ValueError if one is not finite."""
    import h5py  # noqa: PLC0415 - few read Keras files

    with zipfile.ZipFile(path) as file:
        weights, layers = file.read("model.weights.h5"), json.loads(file.read("config.json"))
    if len(layers["config"]["layers"]) < 10:
        raise ValueError("The .keras file names hardly any layer.")
    counts = []

    def look(_: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            counts.append(thing.size)
            if not np.isfinite(thing[()]).all():
                raise ValueError("The .keras file has a weight that is no number.")

    with h5py.File(io.BytesIO(weights)) as found:
        found.visititems(look)
    return sum(counts)


def tfjs_numbers(path: Path) -> int:
    """How many numbers the index of a TensorFlow.js zip names; ValueError if it has others."""
    with zipfile.ZipFile(path) as file:
        (group,) = json.loads(file.read("model.json"))["weightsManifest"]
        size = len(file.read("weights.bin"))
        labels = json.loads(file.read("metadata.json"))["labels"]
    count = sum(math.prod(weight["shape"]) for weight in group["weights"])
    if size != 4 * count or len(labels) != 2:
        raise ValueError(f"The zip has {size} bytes for {count} numbers, and labels {labels}.")
    return count


def _onnx(made: Mapping[str, Path], name: str, takes: str) -> Model:
    import onnxruntime  # noqa: PLC0415 - what reads other formats does without

    session = onnxruntime.InferenceSession(made[name], providers=["CPUExecutionProvider"])
    return lambda values: session.run(["probabilities"], {takes: values})[0]


def _torch(made: Mapping[str, Path], file: str) -> Model:
    import torch  # noqa: PLC0415 - what reads other formats does without

    model = torch.export.load(made["pytorch"] / file).module()

    def run(values: Array) -> Array:
        with torch.inference_mode():
            return model(torch.from_numpy(values.copy())).numpy()

    return run


if __name__ == "__main__":
    main()
