"""Where the backbone runs: CUDA, Apple's MPS or the CPU."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from ichdesk.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Device:
    """A usable device: its name in the settings and one for people."""

    name: str
    label: str


def available_devices() -> list[Device]:
    """Usable devices, best first; the CPU is always the last."""
    devices = []
    if torch.cuda.is_available():
        devices.append(Device("cuda", torch.cuda.get_device_name()))
    if torch.backends.mps.is_available():
        devices.append(Device("mps", "Apple GPU (Metal)"))
    threads = torch.get_num_threads()
    devices.append(Device("cpu", f"CPU, {threads} thread{'s' if threads > 1 else ''}"))
    return devices


def resolve_device(name: str) -> torch.device:
    """The device that a setting stands for; "auto" is the best one.

    Raises:
        UserError: This computer does not have it.
    """
    names = [device.name for device in available_devices()]
    if name == "auto":
        return torch.device(names[0])
    if name not in names:
        usable = ", ".join(["auto", *names])
        raise UserError(f"This computer cannot train on “{name}”; choose one of: {usable}.")
    return torch.device(name)


@contextmanager
def one_cpu_thread() -> Iterator[None]:
    """Keep torch to one thread of the CPU.

    A step of the head, or a backbone on one image, takes so little time that sharing it among
    threads gains nothing on an idle computer; on a busy one every step waits for the slowest
    thread (measured: 100 s instead of 1.7 s). It also makes the sums, and so the results,
    independent of the number of cores.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
