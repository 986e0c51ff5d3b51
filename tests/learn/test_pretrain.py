"""Pretraining: one command, from a seed, that can be interrupted and ends in usable weights."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones.ct_phantom import CtPhantomNet
from ichdesk.learn.pretrain import (
    Pretraining,
    Recipe,
    Workplace,
    main,
    pretrain,
)
from ichdesk.learn.pretrain_data import Slices, TrainingBatches, load_cache
from ichdesk.learn.pretrain_student import Student, folded_net, map_loss

RECIPE = Recipe(seed=3, slices=12, steps=4, batch_size=4)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights made in one go."""
    folder = tmp_path_factory.mktemp("pretrain")
    weights = pretrain(RECIPE, Workplace(folder / "out", folder / "slices", workers=0), CPU)
    assert weights == folder / "out" / "weights.safetensors"
    return weights


def test_interrupted_and_resumed_gives_the_same_weights(finished: Path, tmp_path: Path) -> None:
    cache = finished.parents[1] / "slices"
    place = Workplace(tmp_path, cache, workers=0, resume=True)
    assert pretrain(RECIPE, place, CPU, stop_after=2) is None
    assert not (tmp_path / "weights.safetensors").exists()
    resumed = pretrain(RECIPE, place, CPU)
    assert resumed is not None
    first, second = load_file(finished), load_file(resumed)
    assert first.keys() == second.keys()
    for name in first:
        assert torch.equal(first[name], second[name]), name


def test_weights_fit_the_backbone_and_its_size_limit(finished: Path) -> None:
    CtPhantomNet().load_state_dict(load_file(finished))
    assert finished.stat().st_size < 12e6
    assert not list(finished.parent.glob("*.ichdesk-tmp"))


def test_another_seed_gives_other_weights() -> None:
    first, same, other = (Pretraining(Recipe(seed=s), CPU).student for s in (0, 0, 1))
    assert torch.equal(first.net.maps.weight, same.net.maps.weight)
    assert not torch.equal(first.net.maps.weight, other.net.maps.weight)


def test_checkpoint_of_other_settings_is_refused(finished: Path, tmp_path: Path) -> None:
    place = Workplace(tmp_path, finished.parents[1] / "slices", workers=0, resume=True)
    pretrain(RECIPE, place, CPU, stop_after=1)
    with pytest.raises(UserError, match="made with other settings"):
        pretrain(Recipe(seed=3, slices=12, steps=5, batch_size=4), place, CPU)


@torch.inference_mode()
def test_folding_the_norms_changes_nothing() -> None:
    torch.manual_seed(0)
    student = Student()
    x = torch.rand(4, 3, 224, 224) * 2 - 1
    student.train()(x)  # moves the running statistics away from 0 and 1
    maps, types, signs, _ = student.eval()(x)
    net = folded_net(student)
    planes = net.planes(x)
    torch.testing.assert_close(planes[-1], maps, rtol=1e-3, atol=1e-4)
    _, embedding = net.pool(planes)
    torch.testing.assert_close(net.types(embedding), types, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(net.signs(embedding), signs, rtol=1e-3, atol=1e-4)


def test_map_loss_prefers_the_right_map() -> None:
    target = torch.zeros(2, 10, 28, 28)
    target[0, 2, 5:9, 5:9] = 1
    right, empty = 12 * target - 6, torch.full_like(target, -6)
    wrong = 12 * target.flip(1) - 6
    assert map_loss(right, target) < map_loss(empty, target) < map_loss(wrong, target)


def test_training_lowers_the_loss(finished: Path) -> None:
    recipe = Recipe(seed=0, slices=4, steps=14, batch_size=4)
    slices = load_cache(finished.parents[1] / "slices", 12)
    few = Slices(slices.hu[:4], slices.maps[:4], slices.targets[:4])
    data = TrainingBatches(few, recipe.seed, recipe.batch_size, recipe.steps)
    losses = list(Pretraining(recipe, CPU).run(data, workers=0))
    assert sum(losses[-3:]) < 0.8 * sum(losses[:3])


def test_a_run_can_be_finished_early_but_only_before_its_cooldown(
    finished: Path, tmp_path: Path
) -> None:
    early = replace(RECIPE, finish_at=3)
    place = Workplace(tmp_path, finished.parents[1] / "slices", workers=0, resume=True)
    assert pretrain(RECIPE, place, CPU, stop_after=1) is None
    late = shutil.copytree(tmp_path, tmp_path / "late")
    weights = pretrain(early, place, CPU)
    assert weights is not None
    assert not torch.equal(load_file(weights)["maps.weight"], load_file(finished)["maps.weight"])
    assert torch.load(tmp_path / "checkpoint.pt")["step"] == 1
    pretrain(RECIPE, replace(place, out=late), CPU, stop_after=2)
    with pytest.raises(UserError, match="made with other settings"):
        pretrain(early, replace(place, out=late), CPU)


def test_a_run_goes_on_from_what_another_has_left(finished: Path, tmp_path: Path) -> None:
    left = finished.parent / "average.safetensors"
    digest = hashlib.sha256(left.read_bytes()).hexdigest()
    training = Pretraining(replace(RECIPE, seed=4, begin_with=digest), CPU)
    training.begin_with(left)
    earlier = load_file(finished)
    for net in (training.student, training.average):
        for name, weight in folded_net(net).state_dict().items():
            assert torch.equal(weight, earlier[name]), name
    other = Pretraining(replace(RECIPE, begin_with="0" * 64), CPU)
    with pytest.raises(UserError, match="has changed since"):
        other.begin_with(left)
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"no weights")
    words = ["--out", str(tmp_path / "out"), "--cache", str(finished.parents[1] / "slices")]
    sizes = ["--slices", "12", "--steps", "1", "--batch-size", "4", "--workers", "0"]
    assert main([*words, *sizes, "--device", "cpu", "--begin-with", str(damaged)]) == 2
    assert main([*words, *sizes, "--device", "cpu", "--begin-with", str(left)]) == 0
    assert not torch.equal(
        load_file(tmp_path / "out" / "weights.safetensors")["maps.weight"], earlier["maps.weight"]
    )


def test_cooldown_ends_at_zero() -> None:
    recipe = Recipe(steps=100, finish_at=50)
    assert [recipe.cooldown(step) for step in (0, 30, 40, 50)] == [1.0, 1.0, 0.5, 0.0]
    assert Recipe(steps=100).cooldown(99) == 1.0


@pytest.mark.parametrize(
    "words",
    [
        ["--slices", "0"],
        ["--steps", "0"],
        ["--batch-size", "0"],
        ["--seed", "-1"],
        ["--finish-at", "7000"],
        ["--learning-rate", "nan"],
    ],
)
def test_command_line_refuses_settings_that_make_no_sense(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path / "out"), "--device", "cpu", *words]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_command_line_reports_an_unusable_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert main(["--out", str(tmp_path / "file" / "out"), "--device", "cpu"]) == 2
    assert "choose another --out" in capsys.readouterr().err


def test_a_cache_of_another_size_is_refused(finished: Path) -> None:
    with pytest.raises(UserError, match="another number of slices"):
        load_cache(finished.parents[1] / "slices", 13)


def test_interrupted_by_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ichdesk.learn.pretrain.pretrain", interrupted)
    assert main(["--out", str(tmp_path), "--device", "cpu"]) == 130
    assert "--resume" in capsys.readouterr().err


def test_command_line_reports_an_unusable_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path), "--device", "tpu"]) == 2
    assert "tpu" in capsys.readouterr().err
