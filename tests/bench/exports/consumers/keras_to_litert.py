"""An exported Keras model to LiteRT, as docs/EXPORTS.md says: MODEL OUT."""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

model = keras.models.load_model(sys.argv[1])
sized = keras.Model(model.get_layer("clipped").input, model.output)  # (1, 224, 224, 3), 0 to 255
Path(sys.argv[2]).write_bytes(tf.lite.TFLiteConverter.from_keras_model(sized).convert())
