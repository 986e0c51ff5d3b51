"""Keras on TensorFlow: MODEL PICTURES."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow
from answers import answer

model = keras.models.load_model(sys.argv[1])
answer(
    f"Keras {keras.__version__}, TensorFlow {tensorflow.__version__}",
    model.predict_on_batch,
)
