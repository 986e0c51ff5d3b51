"""Pretraining in two processes: the same steps as in one, and the same end after a kill."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.func import functional_call

from ichdesk.core.errors import UserError
from ichdesk.learn.devices import one_cpu_thread
from ichdesk.learn.pretrain import Recipe, Workplace, pretrain
from ichdesk.learn.pretrain_data import Batch, TrainingBatches, build_cache, load_cache
from ichdesk.learn.pretrain_parallel import ALL, Share
from ichdesk.learn.pretrain_student import loss_of

RECIPE = Recipe(seed=3, slices=12, steps=6, batch_size=4)
WORDS = ["--seed=3", "--slices=12", "--steps=6", "--batch-size=4", "--device=cpu", "--workers=0"]
CPU = torch.device("cpu")
TIMEOUT_S = 300


@contextmanager
def torchrun(out: Path, cache: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Pretraining in two processes, allowed to begin again once, with a checkpoint every step."""
    launcher = ["torch.distributed.run", "--standalone", "--nproc-per-node=2", "--max-restarts=1"]
    module = ["-m", "ichdesk.learn.pretrain", "--out", str(out), "--cache", str(cache)]
    command = [sys.executable, "-m", *launcher, *module, *WORDS, "--checkpoint-every", "1", *words]
    with (
        (out / "said.txt").open("w") as said,
        subprocess.Popen(
            command, env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=said, stderr=said, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def said(out: Path) -> str:
    """What the processes have printed."""
    return (out / "said.txt").read_text()


def steps_and_losses(out: Path) -> list[tuple[int, float]]:
    found = re.findall(r"^step (\d+) .*loss ([\d.]+)", said(out), re.MULTILINE)
    return [(int(step), float(loss)) for step, loss in found]


def weights(out: Path) -> dict[str, Tensor]:
    return load_file(out / "weights.safetensors")


def part_of(batch: Batch, part: slice) -> Batch:
    return Batch(*(getattr(batch, field.name)[part] for field in fields(batch)))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def second_of(launcher: subprocess.Popen[str]) -> psutil.Process:
    """The process of rank 1."""
    children = psutil.Process(launcher.pid).children()
    return next(child for child in children if child.environ().get("RANK") == "1")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slices")
    assert list(build_cache(folder, RECIPE.seed, RECIPE.slices, 0))[-1] == RECIPE.slices
    return folder


@pytest.fixture(scope="module")
def finished(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run in two processes that nothing has interrupted."""
    out = tmp_path_factory.mktemp("finished")
    with torchrun(out, cache) as process:
        assert process.wait(TIMEOUT_S) == 0, said(out)
    return out


def test_two_processes_learn_and_only_the_first_speaks(finished: Path) -> None:
    steps, losses = zip(*steps_and_losses(finished), strict=True)
    assert steps == tuple(range(1, RECIPE.steps + 1))
    assert sum(losses[-2:]) < sum(losses[:2])
    assert "Warning" not in said(finished)
    assert all(bool(weight.isfinite().all()) for weight in weights(finished).values())


def test_two_processes_take_the_mean_of_their_gradients(
    finished: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process that computes the two halves of every batch apart ends with the same weights."""

    def mean_of_halves(
        student: nn.Module, batch: Batch, device: torch.device, half: bool
    ) -> Tensor:
        first = loss_of(student, part_of(batch, slice(0, 2)), device, half=half)
        own = {name: buffer.clone() for name, buffer in student.named_buffers()}
        other = lambda x: functional_call(student, own, (x,))  # noqa: E731
        return (first + loss_of(other, part_of(batch, slice(2, 4)), device, half=half)) / 2

    monkeypatch.setattr("ichdesk.learn.pretrain.loss_of", mean_of_halves)
    with one_cpu_thread():
        pretrain(RECIPE, Workplace(tmp_path, cache, workers=0), CPU)
    torch.testing.assert_close(weights(tmp_path), weights(finished), rtol=1e-4, atol=1e-5)


def test_a_killed_process_is_started_again_and_goes_on(
    finished: Path, cache: Path, tmp_path: Path
) -> None:
    with torchrun(tmp_path, cache, "--resume", "--workers=1") as process:
        checkpoint = tmp_path / "checkpoint.pt"
        wait_until(lambda: checkpoint.exists() or process.poll() is not None)
        second = second_of(process)
        its_own = second.children()
        second.kill()
        assert process.wait(TIMEOUT_S) == 0, said(tmp_path)
        assert its_own
        assert not psutil.wait_procs(its_own, TIMEOUT_S)[1]
    assert "exitcode: -9" in said(tmp_path).lower()
    steps = [step for step, _ in steps_and_losses(tmp_path)]
    assert steps.count(1) <= 1  # the second start was no second beginning
    assert steps[-1] == RECIPE.steps
    first, second = weights(finished), weights(tmp_path)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_parts_of_a_batch_are_the_batch(cache: Path) -> None:
    slices = load_cache(cache, RECIPE.slices)
    whole = TrainingBatches(slices, 3, 4, 8)
    parts = TrainingBatches(slices, 3, 2, 16)
    indices = zip(*(Share(rank, 2).parts(5, 8) for rank in (0, 1)), strict=True)
    for step, (first, second) in zip(range(5, 8), indices, strict=True):
        pictures = np.concatenate([parts[first].pictures, parts[second].pictures])
        np.testing.assert_array_equal(pictures, whole[step].pictures)


def test_a_batch_that_cannot_be_shared_is_refused(cache: Path, tmp_path: Path) -> None:
    recipe, place = replace(RECIPE, batch_size=5), Workplace(tmp_path / "out", cache)
    with pytest.raises(UserError, match=r"batch of 5 .* by 2 processes"):
        pretrain(recipe, place, CPU, Share(0, 2))
    assert not place.out.exists()


def test_one_process_of_torchrun_does_what_a_plain_one_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Share.from_torchrun() == ALL
    for name, value in {"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    assert Share.from_torchrun() == ALL
    for name, value in {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    assert Share.from_torchrun() == Share(rank=5, processes=8, local_rank=1)


@pytest.mark.parametrize(("rank", "expected"), [(0, "cuda:0"), (1, "cuda:1"), (2, None)])
def test_every_process_has_its_own_gpu(
    rank: int, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ichdesk.learn.pretrain_parallel.resolve_device", lambda _: torch.device("cuda")
    )
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    share = Share(rank + 8, 16, rank)
    if expected:
        assert share.device("auto") == torch.device(expected)
        return
    with pytest.raises(UserError, match=r"GPUs \(2\)"):
        share.device("auto")
