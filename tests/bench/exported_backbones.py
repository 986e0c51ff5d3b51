"""ONNX and PyTorch exports of every backbone: size, seconds, agreement with the app, latency.

Run `python tests/bench/exported_backbones.py ct-phantom resnet18:random tm-import:export.zip ...`.
"""

import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from time import perf_counter, process_time

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch

from ichdesk.core.resources import project_path
from ichdesk.imaging.decode import decode_sample
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.devices import one_cpu_thread
from ichdesk.learn.exporters import EXPORTERS, Files, Subject
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model
from ichdesk.learn.pixels import to_input

ROUNDS = 60
LABELS = ("Hemorrhage", "Normal", "Other")

Pixels = npt.NDArray[np.uint8]
Answer = npt.NDArray[np.float32]


def pictures() -> Pixels:
    """(12, 224, 224, 3) of the class projects, gray and color-coded, and noise."""
    found = [np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)]
    for name, count in (("experiment1.tm", 6), ("experiment5.tm", 5)):
        with zipfile.ZipFile(project_path(name)) as archive:
            names = [entry for entry in archive.namelist() if entry.endswith(".jpg")][::4]
            found += [decode_sample(archive.read(entry)) for entry in names[:count]]
    return np.stack(found)


def subject_on(backbone: str, seen: Pixels) -> Subject:
    """A head whose probabilities are spread out, on a backbone."""
    loaded = load_backbone(backbone)
    head = Head(loaded.dimension, len(LABELS), torch.Generator().manual_seed(1))
    with torch.no_grad():
        head.fit_scaler(loaded.module(to_input(seen)))
        head.output.weight *= 3.0
    return Subject(Model(head, LABELS, backbone, loaded.fingerprint))


def exported(subject: Subject, name: str) -> tuple[Files, float]:
    """Files of a format, and how many seconds of a processor they took."""
    start_s, making = process_time(), EXPORTERS[name].make(subject)
    while True:
        try:
            next(making)
        except StopIteration as end:
            return end.value, process_time() - start_s


def in_onnxruntime(data: bytes) -> Callable[[Pixels], Answer]:
    """The model as a function, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, ["CPUExecutionProvider"])
    return lambda image: session.run(None, {"image": image})[0]


def in_torch(data: bytes) -> Callable[[Pixels], Answer]:
    """The model as a function."""
    module = torch.export.load(io.BytesIO(data)).module()
    return lambda image: module(torch.from_numpy(image)).numpy()


def rows(backbone: str, seen: Pixels) -> Iterator[str]:
    """Of the table: both formats on a backbone."""
    subject = subject_on(backbone, seen)
    with torch.inference_mode():
        expected: Answer = subject.classifier(to_input(seen)).numpy()
    for name, file, load in FORMATS:
        files, took_s = exported(subject, name)
        run = load(files[file])
        answer, large = run(seen), np.zeros((1, 512, 512, 3), np.uint8)
        same = int((answer.argmax(1) == expected.argmax(1)).sum())
        cells = [
            backbone.partition(":/")[0],
            name,
            f"{len(files[file]) / 1e6:.1f}",
            f"{took_s:.1f}",
            f"{np.abs(answer - expected).max():.1e}",
            f"{same} of {len(seen)}",
            *(f"{milliseconds(run, image):.0f}" for image in (seen[:1], large)),
        ]
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    seen = pictures()
    print(f"torch {torch.__version__}, onnxruntime {onnxruntime.__version__}, one thread\n")
    print("| backbone | format | MB | CPU s | difference | same top | ms, 224 px | ms, 512 px |")
    print("|---|---|---|---|---|---|---|---|")
    for backbone in sys.argv[1:]:
        for row in rows(backbone, seen):
            print(row, flush=True)


def milliseconds(run: Callable[[Pixels], Answer], image: Pixels) -> float:
    """The fastest of some rounds; on a busy computer the others say how busy it is."""
    took_s = []
    for _ in range(ROUNDS):
        start_s = perf_counter()
        run(image)
        took_s.append(perf_counter() - start_s)
    return 1000 * min(took_s)


FORMATS = (("onnx", "model.onnx", in_onnxruntime), ("pytorch", "model.pt2", in_torch))

if __name__ == "__main__":
    with one_cpu_thread():
        main()
