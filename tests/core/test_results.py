"""Results are strict JSON and honest about what one run or no number can say."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from ichdesk.core.config import TrainConfig
from ichdesk.core.results import (
    repeats_result,
    repeats_text,
    run_result,
    run_summary,
    untaught_text,
    write_json,
    write_text,
)
from ichdesk.core.run import EpochMetrics, TrainingRun

NAMES = ("Hemorrhage", "Normal")


@pytest.fixture
def run() -> TrainingRun:
    run = TrainingRun(1, (1, 2), TrainConfig(), None, train=((1,), (1,)), test=((0,), (0, 2)))
    run.history.append(EpochMetrics(0, None, 1.0, math.nan, math.inf))
    run.confusion = np.array([[1, 0], [0, 2]])
    return run


def test_a_loss_that_is_no_number_is_null(run: TrainingRun, tmp_path: Path) -> None:
    write_json(run_result(run, NAMES, {"open": 0.0, "total": 1.0}), tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text(encoding="utf-8")
    epoch = json.loads(text, parse_constant=pytest.fail)["history"][0]
    assert epoch == {"epoch": 0, "acc": None, "test_acc": 1.0, "loss": None, "test_loss": None}


def test_a_class_that_was_held_out_whole_is_named(run: TrainingRun) -> None:
    assert untaught_text(run, NAMES) is None
    run.train = ((1,), ())
    assert "“Normal” was held out" in (untaught_text(run, NAMES) or "")
    assert "“Normal” was held out" in run_summary(run, NAMES)


def test_one_image_is_not_images(run: TrainingRun) -> None:
    assert "of 1 test image\n" in run_summary(run, NAMES)
    assert "of 2 test images" in run_summary(run, NAMES)


def test_one_run_has_no_deviation() -> None:
    assert repeats_result([0.8])["sd"] is None
    assert repeats_text(repeats_result([0.8])) == "0.800 (1 run)"
    spread = "0.700 ± 0.141 (mean ± standard deviation, 2 runs)"
    assert repeats_text(repeats_result([0.6, 0.8])) == spread


def test_file_names_that_are_no_text_are_escaped(tmp_path: Path) -> None:
    write_text('"bad\udcfe.jpg"', tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8")) == "bad\udcfe.jpg"
