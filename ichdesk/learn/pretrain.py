"""Make the ct-phantom weights from a seed: `python -m ichdesk.learn.pretrain --out DIR`."""

import argparse
import hashlib
import io
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from rich.progress import Progress
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as tensors_to_bytes
from torch import nn
from torch.utils.data import DataLoader, Subset

from ichdesk.core.atomic import replacing
from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason
from ichdesk.learn.pretrain_data import TrainingBatches, build_cache, load_cache
from ichdesk.learn.pretrain_parallel import (
    ALL,
    LostProcessError,
    Share,
    end_with_parent,
    in_step,
    joined,
    leader_first,
)
from ichdesk.learn.pretrain_student import Student, average_into, folded_net, loss_of

_CHECKPOINT = "checkpoint.pt"
_TO_GO_ON_FROM = "average.safetensors"  # the weights with their norms, not folded
_COOLDOWN = 0.4
_SEVERAL = (
    "Several processes share the work, one for each GPU or CPU core, when they are started by "
    "`torchrun --standalone --nproc-per-node=N -m ichdesk.learn.pretrain`; on processor cores that "
    "are busy with other things, too, that is far faster than one process with several threads. "
    "With --resume, torchrun's --max-restarts goes on from the last checkpoint. Where the C "
    "library is glibc, MALLOC_ARENA_MAX=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000 in "
    "the environment keeps memory from being fetched anew at every step."
)


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
        begin_with: SHA-256 of the file with the first weights, which an ended run has left to go on
            from; empty for weights drawn from the seed.
    """

    seed: int = 0
    slices: int = 40_000
    steps: int = 6_000
    batch_size: int = 64
    learning_rate: float = 3e-3
    half: bool = False
    finish_at: int = 0
    begin_with: str = ""

    @property
    def last_step(self) -> int:
        """Where training ends."""
        return self.finish_at or self.steps

    def check(self) -> None:
        """UserError if a setting makes no sense."""
        if min(self.slices, self.steps, self.batch_size) < 1:
            raise UserError("Slices, steps and batch size must be at least 1.")
        if not 0 <= self.finish_at <= self.steps:
            raise UserError("The run can only be finished at one of its steps.")
        if not 0.0 < self.learning_rate < 1.0:
            raise UserError("Learning rate must be between 0 and 1.")
        if not 0 <= self.seed < 2**32:
            raise UserError("Seed must be a whole number from 0 to 4294967295.")

    def cooldown(self, step: int) -> float:
        """Factor on the learning rate of the schedule, 1 unless the run is to end early."""
        if not self.finish_at:
            return 1.0
        return min(1.0, (self.finish_at - step) / (_COOLDOWN * self.finish_at))


def save_weights(net: nn.Module, path: Path) -> str:
    """Write float32 safetensors atomically; returns their SHA-256."""
    tensors = {
        name: tensor.detach().cpu().contiguous() for name, tensor in net.state_dict().items()
    }
    data = tensors_to_bytes(tensors)
    with replacing(path) as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


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

    def begin_with(self, path: Path) -> None:
        """Start from what an ended run has left to go on from; the schedule is this run's own.

        Raises:
            UserError: The file is none of this network, or another than the recipe's.
        """
        try:
            if _digest(path) != self.recipe.begin_with:
                raise UserError(f"{path} has changed since this run began; put the old file back.")
            average = load_tensors(path.read_bytes())
            for net in (self.student, self.average):
                net.load_state_dict(average)
        except (SafetensorError, RuntimeError) as error:
            raise UserError(f"{path} holds no weights to begin with; choose another.") from error

    def save(self, path: Path) -> None:
        """Write a checkpoint; the old one stays until the new one is complete."""
        buffer = io.BytesIO()
        state = {name: getattr(self, name).state_dict() for name in self._PARTS}
        torch.save({"recipe": asdict(self.recipe), "step": self.step, **state}, buffer)
        with replacing(path) as file:
            file.write(buffer.getvalue())

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

    def run(self, data: TrainingBatches, workers: int, share: Share = ALL) -> Iterator[float]:
        """Train from the current step to the end, yielding each step's loss.

        Args:
            data: The batches, or where processes share them, every batch in as many parts.
            workers: How many processes make pictures for this one.
            share: Which part this process takes; the loss is that of its part.
        """
        left = Subset(data, share.parts(self.step, self.recipe.last_step))
        loader = DataLoader(
            left, batch_size=None, num_workers=workers, worker_init_fn=end_with_parent
        )
        net = in_step(self.student.train(), share, self.device)
        for batch in loader:
            loss = loss_of(net, batch, self.device, half=self.recipe.half)
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
    """Where and with how many processes a recipe is carried out; none of it changes the weights.

    Attributes:
        out: Folder of weights and checkpoints.
        cache: Folder of slices.
        workers: Processes that make pictures for this one.
        checkpoint_every: Steps.
        resume: Go on from a checkpoint if there is one.
        begin_with: The file that the recipe's `begin_with` is of.
    """

    out: Path
    cache: Path
    workers: int = 1
    checkpoint_every: int = 250
    resume: bool = False
    begin_with: Path | None = None


def pretrain(
    recipe: Recipe,
    place: Workplace,
    device: torch.device,
    share: Share = ALL,
    *,
    stop_after: int | None = None,
) -> Path | None:
    """Make the weights and return their path; or None if told to stop before the end.

    Args:
        recipe: What decides the weights.
        place: Folders and processes.
        device: Where to train.
        share: This process's part, where several do the same recipe in the same folders.
        stop_after: Leave a checkpoint at this step and return, for tests and long runs in parts.

    Raises:
        UserError: A setting makes no sense, or files of other settings lie in a folder.
    """
    weights, checkpoint = place.out / "weights.safetensors", place.out / _CHECKPOINT
    with Progress(disable=not share.leads) as progress:
        with leader_first(share):
            recipe.check()
            data = _batches(recipe, place, share, progress)
            training = Pretraining(recipe, device)
            if place.resume and checkpoint.exists():
                training.load(checkpoint)
            elif place.begin_with is not None:
                training.begin_with(place.begin_with)
        task = progress.add_task("Training", total=recipe.last_step, completed=training.step)
        for loss in training.run(data, place.workers, share):
            text = f"Training, loss {loss:.3f}"
            progress.update(task, completed=training.step, description=text)
            stop = training.step == stop_after
            if share.leads and (stop or training.step % place.checkpoint_every == 0):
                training.save(checkpoint)
                save_weights(folded_net(training.average), place.out / "latest.safetensors")
                progress.print(f"step {training.step} {text}")
            if stop:
                return None
    if share.leads:
        save_weights(training.average, place.out / _TO_GO_ON_FROM)
        save_weights(folded_net(training.average), weights)
    return weights


def _batches(recipe: Recipe, place: Workplace, share: Share, progress: Progress) -> TrainingBatches:
    """Every batch in as many parts as there are processes, once the slices are all there."""
    part = share.part(recipe.batch_size)
    place.out.mkdir(parents=True, exist_ok=True)
    task = progress.add_task("Synthetic slices", total=recipe.slices)
    makers = place.workers * share.processes  # the other processes have nothing to do yet
    for done in build_cache(place.cache, recipe.seed, recipe.slices, makers):
        progress.update(task, completed=done)
    slices = load_cache(place.cache, recipe.slices)
    return TrainingBatches(slices, recipe.seed, part, recipe.steps * share.processes)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    default = Recipe()
    parser = argparse.ArgumentParser(
        prog="python -m ichdesk.learn.pretrain", description=__doc__, epilog=_SEVERAL
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and checkpoint")
    parser.add_argument("--cache", type=Path, help="folder for slices; default: OUT/slices")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--slices", type=int, default=default.slices)
    parser.add_argument("--steps", type=int, default=default.steps)
    parser.add_argument("--finish-at", type=int, default=0, help="end early, at this step")
    parser.add_argument("--batch-size", type=int, default=default.batch_size)
    parser.add_argument("--learning-rate", type=float, default=default.learning_rate)
    parser.add_argument(
        "--begin-with", type=Path, help=f"{_TO_GO_ON_FROM} of an ended run, for its first weights"
    )
    parser.add_argument("--half", action="store_true", help="bfloat16 where that is safe")
    parser.add_argument("--device", default="auto", help="auto, cuda, mps or cpu")
    parser.add_argument("--workers", type=int, default=1, help="processes that make pictures")
    parser.add_argument("--checkpoint-every", type=int, default=250, help="in steps")
    parser.add_argument("--resume", action="store_true", help="continue from OUT/checkpoint.pt")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 0 if weights were written, 2 with a sentence on stderr if not."""
    options = _parse(arguments)
    cache = options.cache or options.out / "slices"
    place = Workplace(
        options.out, cache, max(0, options.workers), max(1, options.checkpoint_every),
        options.resume, options.begin_with,
    )  # fmt: skip
    share = Share.from_torchrun()
    try:
        first = _digest(options.begin_with) if options.begin_with else ""
        recipe = Recipe(
            options.seed, options.slices, options.steps, options.batch_size, options.learning_rate,
            options.half, options.finish_at, first,
        )  # fmt: skip
        device = share.device(options.device)
        with joined(share, device):
            pretrain(recipe, place, device, share)
    except LostProcessError as error:
        if share.leads:
            sys.stderr.write(f"{error}\n")
        return 2
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        reason = os_reason(error)
        sys.stderr.write(f"A folder cannot be used ({reason}); choose another --out or --cache.\n")
        return 2
    except KeyboardInterrupt:
        if share.leads:
            sys.stderr.write("Interrupted; --resume continues from the last checkpoint.\n")
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
