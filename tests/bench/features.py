"""Images per second of the embedded backbone and of MobileNetV2 0.35, in turns, in one process."""

import json
import statistics
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import torch

from ichdesk.archive import SampleStore, open_project
from ichdesk.imaging.decode import decode_sample
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.backbones.mobilenet_v2 import MobileNetV2, fold_norms
from ichdesk.learn.pixels import to_input

BATCH = 32
ROUNDS = 15


def seconds(module: torch.nn.Module, images: torch.Tensor) -> float:
    """Duration of one batch."""
    start_s = perf_counter()
    module(images)
    return perf_counter() - start_s


@torch.inference_mode()
def main() -> None:
    """Print the medians as JSON."""
    with SampleStore() as store:
        samples = open_project(Path(sys.argv[1]), store).project.classes[0].samples[:BATCH]
        pixels = np.stack([decode_sample(sample.read()) for sample in samples])
    images = to_input(pixels, torch.device("cpu"))
    mobilenet = MobileNetV2().eval()
    fold_norms(mobilenet)  # as fast as it gets: norms in the weights, channels last
    modules = {
        "ct_phantom": load_backbone("ct-phantom").module,
        "mobilenet_v2": mobilenet.to(memory_format=torch.channels_last),
    }
    times: dict[str, list[float]] = {name: [] for name in modules}
    for turn in range(ROUNDS + 3):
        for name, module in modules.items():
            duration = seconds(module, images)
            if turn >= 3:  # the first turns are warm-up
                times[name].append(duration)
    print(json.dumps({name: BATCH / statistics.median(t) for name, t in times.items()}))


if __name__ == "__main__":
    main()
