"""Keras 3 on TensorFlow: features by MobileNetV2 once per picture, then two layers on them."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from job import ALPHA, BATCH, EPOCHS, HIDDEN, RATES, SIDE_PX, Job, Watch, read_job, tell

_BATCH_OF_FEATURES = 32  # as `predict` has it


def backbone() -> keras.Model:
    """MobileNetV2 with random weights, which compute as fast as any."""
    keras.utils.set_random_seed(0)
    shape = (SIDE_PX, SIDE_PX, 3)
    return keras.applications.MobileNetV2(
        shape, alpha=ALPHA, include_top=False, weights=None, pooling="avg"
    )


def pictures(paths: list[str], threads: int) -> tf.data.Dataset:
    """Batches of decoded pictures (N, 224, 224, 3) in [-1, 1], made ahead by threads."""

    def decoded(path: tf.Tensor) -> tf.Tensor:
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
        image = tf.ensure_shape(image, (SIDE_PX, SIDE_PX, 3))
        return tf.cast(image, tf.float32) / 127.5 - 1.0

    options = tf.data.Options()
    options.threading.private_threadpool_size = threads
    data = tf.data.Dataset.from_tensor_slices(paths).map(decoded, num_parallel_calls=threads)
    return data.batch(_BATCH_OF_FEATURES).prefetch(tf.data.AUTOTUNE).with_options(options)


def confusion(split: tuple[np.ndarray, ...], classes: int, rate: float) -> np.ndarray:
    """Train the two layers on (x, y) and count the answers to (test x, test y)."""
    x, y, test_x, test_y = split
    head = keras.Sequential(
        [
            keras.layers.Input((x.shape[1],)),
            keras.layers.Dense(HIDDEN, "relu"),
            keras.layers.Dense(classes, "softmax", use_bias=False),
        ]
    )
    optimizer = keras.optimizers.Adam(rate)
    head.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    head.fit(x, y, BATCH, EPOCHS, verbose=0, validation_data=(test_x, test_y))
    answers = head.predict(test_x, verbose=0).argmax(1)
    return tf.math.confusion_matrix(test_y, answers, classes).numpy()


def measured(job: Job) -> dict[str, float]:
    """Figures of both trainings."""
    net, classes = backbone(), len(job.classes)
    net.predict(np.zeros((_BATCH_OF_FEATURES, SIDE_PX, SIDE_PX, 3), np.float32), verbose=0)
    watch = Watch()
    train, test = job.split(0)
    labels = np.array([number for _, number in train + test])
    features = net.predict(pictures([str(p) for p, _ in train + test], job.threads), verbose=0)
    features_s, features_cpu_s = watch.look()
    n = len(train)
    split = features[:n], labels[:n], features[n:], labels[n:]
    matrix = confusion(split, classes, RATES[0])
    head_s, head_cpu_s = watch.look()
    confusion(split, classes, RATES[1])
    second_s, second_cpu_s = watch.look()
    return {
        "features_s": features_s,
        "first_s": features_s + head_s,
        "first_cpu_s": features_cpu_s + head_cpu_s,
        "second_s": second_s,
        "second_cpu_s": second_cpu_s,
        "tested": int(matrix.sum()),
    }


def main() -> None:
    """Measure and print one JSON object."""
    job = read_job()
    tf.config.threading.set_intra_op_parallelism_threads(job.threads)
    tf.config.threading.set_inter_op_parallelism_threads(job.threads)
    tell(measured(job))


if __name__ == "__main__":
    main()
