"""Make the ct-phantom weights from a seed: `python -m ichdesk.learn.pretrain --out DIR`."""

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from rich.progress import Progress
from safetensors.torch import save as tensors_to_bytes
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.utils.data import DataLoader, Subset

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones.ct_phantom import CtPhantomNet
from ichdesk.learn.devices import resolve_device
from ichdesk.learn.pixels import to_input
from ichdesk.learn.pretrain_data import Batch, TrainingBatches, build_cache, load_cache
from ichdesk.phantom import HEMORRHAGE_TYPES, LEVELS

_TYPES = len(HEMORRHAGE_TYPES)
_AVERAGE_DECAY = 0.998
_CHECKPOINT = "checkpoint.pt"
_COOLDOWN = 0.4


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights, apart from the machine's arithmetic.

    Attributes:
        seed: Decides slices, order, rendering and initial weights.
        slices: Distinct synthetic slices.
        steps: Training steps.
        batch_size: Pictures per step.
        learning_rate: Peak of the one-cycle schedule.
        half: Use bfloat16 where that is safe; faster on processors that have it.
        finish_at: End at this step instead of the last one, with the learning rate falling to
            zero over the last 40 % of the way; 0 for the whole schedule. May be given to a run
            that has begun without it.
    """

    seed: int = 0
    slices: int = 40_000
    steps: int = 6_000
    batch_size: int = 64
    learning_rate: float = 3e-3
    half: bool = False
    finish_at: int = 0

    @property
    def last_step(self) -> int:
        """Where training ends."""
        return self.finish_at or self.steps

    def cooldown(self, step: int) -> float:
        """Factor on the learning rate of the schedule, 1 unless the run is to end early."""
        if not self.finish_at:
            return 1.0
        return min(1.0, (self.finish_at - step) / (_COOLDOWN * self.finish_at))


class ConvNorm(nn.Module):
    """A convolution followed by a BatchNorm, to be folded into one before the weights are saved."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, padding: int = 0
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H', W')."""
        normed: Tensor = self.norm(self.conv(x))
        return normed


class Student(nn.Module):
    """The backbone with what only pretraining needs: norms, and layers that name types and level.

    The pooled planes pass a BatchNorm before the embedding, so that no plane outweighs the others;
    it is folded into the embedding layer in the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.net = CtPhantomNet(ConvNorm)
        self.pooled_norm = nn.BatchNorm1d(self.net.embed.in_features, affine=False)
        self.types = nn.Linear(self.net.embed.out_features, _TYPES + 1)  # and "any"
        self.levels = nn.Linear(self.net.embed.out_features, len(LEVELS))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 3, 224, 224) to logits of maps (N, 7, 28, 28), types (N, 6) and levels (N, 5)."""
        planes = self.net.planes(x.contiguous(memory_format=torch.channels_last))
        means = [plane.float().mean(dim=(2, 3)) for plane in planes]
        maxima = [plane.float().amax(dim=(2, 3)) for plane in planes]
        pooled = self.pooled_norm(torch.cat(means + maxima, dim=1))
        embedding = F.relu(self.net.embed(pooled))
        return planes[-1].float(), self.types(embedding).float(), self.levels(embedding).float()


def loss_of(student: Student, batch: Batch, device: torch.device, *, half: bool) -> Tensor:
    """Sum of map, type and level losses of one batch."""
    x = to_input(batch.pictures, device)
    target_maps = torch.from_numpy(batch.maps).to(device)
    types = torch.from_numpy(batch.types).to(device)
    types = torch.cat([types, types.amax(dim=1, keepdim=True)], dim=1)  # (B, 6), the last is "any"
    with torch.autocast(device.type, torch.bfloat16, enabled=half):
        maps, type_logits, level_logits = student(x)
    level_loss = F.cross_entropy(level_logits, torch.from_numpy(batch.levels).to(device))
    type_loss = F.binary_cross_entropy_with_logits(type_logits, types)
    return map_loss(maps, target_maps) + type_loss + 0.15 * level_loss


def map_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy that weighs lesions up, plus soft Dice over the batch; (B, 7, 28, 28) each."""
    weight = 1 + 4 * target
    entropy = F.binary_cross_entropy_with_logits(logits, target, weight=weight)
    chance = torch.sigmoid(logits)
    overlap = (chance * target).sum(dim=(0, 2, 3))
    total = (chance + target).sum(dim=(0, 2, 3))
    dice = 1 - (2 * overlap + 1) / (total + 1)
    return 4 * entropy + 0.5 * dice.mean()


@torch.no_grad()
def average_into(average: Student, student: Student, step: int) -> None:
    """Move the averaged weights a little towards the current ones, faster at the start."""
    decay = min(_AVERAGE_DECAY, (1 + step) / (10 + step))
    for kept, new in zip(average.state_dict().values(), student.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)


@torch.no_grad()
def folded_net(student: Student) -> CtPhantomNet:
    """The backbone with every norm folded into the layer beside it, in eval mode."""
    source, target = student.net.eval(), CtPhantomNet()
    for name, module in source.named_modules():
        if isinstance(module, ConvNorm):
            fused = fuse_conv_bn_eval(module.conv, module.norm)
            target.get_submodule(name).load_state_dict(fused.state_dict())
    target.maps.load_state_dict(source.maps.state_dict())
    norm, embed = student.pooled_norm, source.embed
    mean, variance = norm.get_buffer("running_mean"), norm.get_buffer("running_var")
    scale = torch.rsqrt(variance + norm.eps)
    target.embed.weight.copy_(embed.weight * scale)
    target.embed.bias.copy_(embed.bias - embed.weight @ (mean * scale))
    return target.eval()


def save_weights(net: CtPhantomNet, path: Path) -> str:
    """Write float32 safetensors atomically; returns their SHA-256."""
    tensors = {
        name: tensor.detach().cpu().contiguous() for name, tensor in net.state_dict().items()
    }
    data = tensors_to_bytes(tensors)
    _replace(path, data)
    return hashlib.sha256(data).hexdigest()


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


class Pretraining:
    """The state of a pretraining run: what a checkpoint holds.

    Args:
        recipe: What to do.
        device: Where to do it.
    """

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.step = recipe, device, 0
        self.student = Student().to(memory_format=torch.channels_last).to(device)
        self.average = Student().to(device)
        self.average.load_state_dict(self.student.state_dict())
        self.optimizer = torch.optim.AdamW(self.student.parameters(), weight_decay=0.02)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, recipe.learning_rate, total_steps=recipe.steps, pct_start=0.15
        )

    def save(self, path: Path) -> None:
        """Write a checkpoint; the old one stays until the new one is complete."""
        partial = path.with_name(path.name + ".partial")
        state = {name: getattr(self, name).state_dict() for name in self._PARTS}
        torch.save({"recipe": asdict(self.recipe), "step": self.step, **state}, partial)
        partial.replace(path)

    def load(self, path: Path) -> None:
        """Continue from a checkpoint.

        Raises:
            UserError: It was made by another recipe, or is too old to be finished early.
        """
        state = torch.load(path, map_location=self.device, weights_only=True)
        earlier = Recipe(**{**state["recipe"], "finish_at": self.recipe.finish_at})
        same = state["recipe"].get("finish_at", 0) == self.recipe.finish_at
        if earlier != self.recipe or not (same or self.recipe.cooldown(state["step"]) == 1.0):
            raise UserError(
                f"{path} was made with other settings; use the same ones or another --out."
            )
        self.step = state["step"]
        for name in self._PARTS:
            getattr(self, name).load_state_dict(state[name])

    def run(self, data: TrainingBatches, workers: int) -> Iterator[float]:
        """Train from the current step to the end, yielding each step's loss."""
        left = Subset(data, range(self.step, self.recipe.last_step))
        loader = DataLoader(left, batch_size=None, num_workers=workers, collate_fn=None)
        self.student.train()
        for batch in loader:
            loss = loss_of(self.student, batch, self.device, half=self.recipe.half)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.student.parameters(), 5.0)
            self.optimizer.step()
            self.schedule.step()
            for group in self.optimizer.param_groups:
                group["lr"] *= self.recipe.cooldown(self.step + 1)
            average_into(self.average, self.student, self.step)
            self.step += 1
            yield float(loss.detach())

    _PARTS = ("student", "average", "optimizer", "schedule")


@dataclass(frozen=True)
class Workplace:
    """Where and with how many processes a recipe is carried out; none of it changes the weights."""

    out: Path
    cache: Path
    workers: int = 1
    checkpoint_every: int = 250
    resume: bool = False


def pretrain(
    recipe: Recipe, place: Workplace, device: torch.device, *, stop_after: int | None = None
) -> Path | None:
    """Make the weights and return their path; or None if told to stop before the end.

    Args:
        recipe: What decides the weights.
        place: Folders and processes.
        device: Where to train.
        stop_after: Leave a checkpoint at this step and return, for tests and long runs in parts.

    Raises:
        UserError: A checkpoint of other settings lies in the folder.
    """
    place.out.mkdir(parents=True, exist_ok=True)
    checkpoint = place.out / _CHECKPOINT
    with Progress() as progress:
        task = progress.add_task("Synthetic slices", total=recipe.slices)
        for done in build_cache(place.cache, recipe.seed, recipe.slices, place.workers):
            progress.update(task, completed=done)
        slices = load_cache(place.cache, recipe.slices)
        data = TrainingBatches(slices, recipe.seed, recipe.batch_size, recipe.steps)
        training = Pretraining(recipe, device)
        if place.resume and checkpoint.exists():
            training.load(checkpoint)
        task = progress.add_task("Training", total=recipe.last_step, completed=training.step)
        for loss in training.run(data, place.workers):
            text = f"Training, loss {loss:.3f}"
            progress.update(task, completed=training.step, description=text)
            stop = training.step == stop_after
            if stop or training.step % place.checkpoint_every == 0:
                training.save(checkpoint)
                save_weights(folded_net(training.average), place.out / "latest.safetensors")
                progress.print(f"step {training.step} {text}")
            if stop:
                return None
    weights = place.out / "weights.safetensors"
    save_weights(folded_net(training.average), weights)
    return weights


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    default = Recipe()
    parser = argparse.ArgumentParser(prog="python -m ichdesk.learn.pretrain", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and checkpoint")
    parser.add_argument("--cache", type=Path, help="folder for slices; default: OUT/slices")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--slices", type=int, default=default.slices)
    parser.add_argument("--steps", type=int, default=default.steps)
    parser.add_argument("--finish-at", type=int, default=0, help="end early, at this step")
    parser.add_argument("--batch-size", type=int, default=default.batch_size)
    parser.add_argument("--learning-rate", type=float, default=default.learning_rate)
    parser.add_argument("--half", action="store_true", help="bfloat16 where that is safe")
    parser.add_argument("--device", default="auto", help="auto, cuda, mps or cpu")
    parser.add_argument("--workers", type=int, default=1, help="processes that make pictures")
    parser.add_argument("--resume", action="store_true", help="continue from OUT/checkpoint.pt")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 0 if weights were written, 2 with a sentence on stderr if not."""
    options = _parse(arguments)
    recipe = Recipe(
        options.seed, options.slices, options.steps, options.batch_size, options.learning_rate,
        options.half, options.finish_at,
    )  # fmt: skip
    cache = options.cache or options.out / "slices"
    place = Workplace(options.out, cache, options.workers, resume=options.resume)
    try:
        pretrain(recipe, place, resolve_device(options.device))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
