"""One pretraining run in several processes that `torchrun` starts: who does what, and together."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import parent_process
from pathlib import Path

import torch
from torch import distributed, nn
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from ichdesk.core.errors import UserError
from ichdesk.learn.devices import resolve_device

_PATIENCE = timedelta(days=1)  # the others wait while the first process makes the slices

_LOOPBACK = Path("/sys/class/net/lo")


@dataclass(frozen=True)
class Share:
    """One process's part of a run; by default all of it.

    Attributes:
        rank: Which of the processes this is; the first, 0, writes the files and the messages.
        processes: How many there are, on all machines together.
        local_rank: Which of the processes of this machine this is.
    """

    rank: int = 0
    processes: int = 1
    local_rank: int = 0

    @classmethod
    def from_torchrun(cls) -> "Share":
        """What `torchrun` has told this process; all of the run if it was started without."""
        names = (("RANK", "0"), ("WORLD_SIZE", "1"), ("LOCAL_RANK", "0"))
        return cls(*(int(os.environ.get(name, default)) for name, default in names))

    @property
    def leads(self) -> bool:
        """Whether this process writes."""
        return self.rank == 0

    @property
    def alone(self) -> bool:
        """Whether there is no other process."""
        return self.processes == 1

    def part(self, batch_size: int) -> int:
        """How many pictures of every batch this process takes.

        Raises:
            UserError: The processes cannot share a batch evenly.
        """
        if batch_size % self.processes:
            raise UserError(
                f"A batch of {batch_size} cannot be shared evenly by {self.processes} processes; "
                "choose a --batch-size that is a multiple of their number."
            )
        return batch_size // self.processes

    def parts(self, first: int, end: int) -> range:
        """Where this process's parts of the batches `first` to `end` - 1 are among all parts."""
        return range(first * self.processes + self.rank, end * self.processes, self.processes)

    def device(self, name: str) -> torch.device:
        """This process's device; on a computer with several GPUs each process has its own.

        Raises:
            UserError: This computer does not have it, or not for so many processes.
        """
        device = resolve_device(name)
        if device.type == "mps" and not self.alone:
            if name != "auto":
                raise UserError("Several processes cannot share this GPU; use --device cpu.")
            return torch.device("cpu")
        if device.type != "cuda" or self.alone:
            return device
        if self.local_rank >= torch.cuda.device_count():
            raise UserError(
                f"There are more processes than GPUs ({torch.cuda.device_count()}); "
                "start fewer processes or use --device cpu."
            )
        return torch.device("cuda", self.local_rank)


ALL = Share()


class LostProcessError(Exception):
    """Another process of the run has ended before its time."""


@contextmanager
def joined(share: Share, device: torch.device) -> Iterator[None]:
    """Meet the other processes of the run, and part from them when all is done.

    After an error they are not parted from in order, since they may never come to it; `torchrun`
    ends them when this process ends.
    """
    if share.alone:
        yield
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    nccl = device.type == "cuda" and distributed.is_nccl_available()
    distributed.init_process_group(
        "nccl" if nccl else "gloo",
        store=_meeting_place(share),
        rank=share.rank,
        world_size=share.processes,
        timeout=_PATIENCE,
        device_id=device if nccl else None,
    )
    try:
        yield
    except RuntimeError as error:
        if not _tells_of_a_lost_process(error):
            raise
        raise LostProcessError(
            "A process of this run has ended; --resume continues from the last checkpoint."
        ) from error
    distributed.destroy_process_group()


def _meeting_place(share: Share) -> Store:
    """The store in which the processes find each other.

    On one machine they need no network, and after `torchrun --max-restarts` has started them again
    they find nothing of their predecessors, whose addresses `torchrun` leaves in its store.
    """
    store: Store
    store, *_ = next(rendezvous("env://", share.rank, share.processes, timeout=_PATIENCE))
    if os.environ.get("LOCAL_WORLD_SIZE") != str(share.processes):
        return store
    if _LOOPBACK.exists():
        os.environ.setdefault("GLOO_SOCKET_IFNAME", _LOOPBACK.name)
    start = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    return PrefixStore(f"start-{start}", store)


@contextmanager
def leader_first(share: Share) -> Iterator[None]:
    """Let the first process go through the block before the others do.

    What it makes there the others find made, and what it finds wrong ends the run before they
    could say the same.
    """
    if not (share.alone or share.leads):
        distributed.barrier()
    yield
    if not share.alone and share.leads:
        distributed.barrier()


def in_step(student: nn.Module, share: Share, device: torch.device) -> nn.Module:
    """A network whose backward pass leaves the mean of all processes' gradients in the student.

    What is not a mean over pictures depends on how many processes share a batch, so that their
    weights are as good as one process's but not the same: the Dice loss is that of the parts, and
    so, on the CPU, are the BatchNorms, the first part's running statistics being everybody's. On
    GPUs, where PyTorch can, the BatchNorms see the whole batch.
    """
    if share.alone:
        return student
    if device.type == "cuda":
        student = nn.SyncBatchNorm.convert_sync_batchnorm(student)  # type: ignore[no-untyped-call]
        return nn.parallel.DistributedDataParallel(student, device_ids=[device])
    return nn.parallel.DistributedDataParallel(student)


def end_with_parent(_worker: int) -> None:
    """Have a process that makes pictures end when the one it makes them for is killed.

    It would wait forever for its pictures to be fetched, and keep the slices in memory.
    """
    threading.Thread(target=_wait_for_end_of_parent, daemon=True).start()


def _wait_for_end_of_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _tells_of_a_lost_process(error: RuntimeError) -> bool:
    """Whether this is about the other processes; gloo has no error class of its own."""
    return isinstance(error, distributed.DistError) or "gloo" in str(error).lower()
