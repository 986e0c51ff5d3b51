"""Which settings can be used."""

import math

import pytest

from ichdesk.core.config import TrainConfig


def test_the_defaults_are_the_originals() -> None:
    config = TrainConfig()
    assert (config.epochs, config.batch_size, config.learning_rate) == (50, 16, 0.001)
    assert config.problem() is None


@pytest.mark.parametrize(
    ("config", "word"),
    [
        (TrainConfig(epochs=0), "Epochs"),
        (TrainConfig(epochs=10_001), "Epochs"),
        (TrainConfig(batch_size=0), "Batch size"),
        (TrainConfig(batch_size=1_025), "Batch size"),
        (TrainConfig(learning_rate=0.0), "Learning rate"),
        (TrainConfig(learning_rate=math.nan), "Learning rate"),
        (TrainConfig(learning_rate=math.inf), "Learning rate"),
        (TrainConfig(seed=2**32), "Seed"),
        (TrainConfig(device="tpu"), "Device"),
        (TrainConfig(head="tail"), "Head"),
    ],
)
def test_problems_name_the_setting(config: TrainConfig, word: str) -> None:
    assert str(config.problem()).startswith(word)
