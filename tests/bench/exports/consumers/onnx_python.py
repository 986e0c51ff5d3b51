"""ONNX Runtime in Python, by its own defaults: MODEL PICTURES."""

import sys

import onnxruntime
from answers import answer

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
answer(
    f"onnxruntime {onnxruntime.__version__}",
    lambda pictures: session.run(["probabilities"], {"image": pictures})[0],
)
