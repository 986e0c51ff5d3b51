"""Weights from a file that torch has saved, checked against the network that they are for."""

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason

_MOST_BYTES = 2**30
_WRAPPINGS = ("state_dict", "model_state_dict", "model")
_PREFIXES = ("module.", "model.")
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")  # as published in 2017
_HEADS = ("fc.", "classifier.")  # layers after the features
_COUNTER = "num_batches_tracked"  # older files lack it, and nothing here reads it


def read_state(path: Path, wanted: Mapping[str, Tensor], title: str) -> dict[str, Tensor]:
    """Read the weights of a network; nothing in the file is executed.

    Args:
        path: A state dict, as `torch.save` writes it, also inside {"state_dict": …} and with
            names that begin with "module.".
        wanted: Name and shape of every weight; that of the network's own state dict.
        title: Names the network in messages.

    Returns:
        The wanted weights in float32.

    Raises:
        UserError: The file is missing or damaged, or its weights are of another network.
    """
    found = {_current_name(name): tensor for name, tensor in _tensors(path).items()}
    state = {}
    for name, like in wanted.items():
        if name.endswith(_COUNTER):
            state[name] = torch.tensor(0)
            continue
        if name not in found or found[name].shape != like.shape:
            raise _of_another_network(path, title)
        state[name] = found[name].to(like.dtype)
    known = (*wanted, *_HEADS)
    if any(not name.startswith(known) for name in found):
        raise _of_another_network(path, title)
    if not all(tensor.isfinite().all() for tensor in state.values()):
        raise _damaged(path)
    return state


def _tensors(path: Path) -> dict[str, Tensor]:
    """Everything in the file that has a name and is a tensor."""
    if not path.is_file():  # a folder, or a device that would be read for ever
        raise UserError(f"{path.name} was not found; choose the file again.")
    try:
        is_too_large = path.stat().st_size > _MOST_BYTES
        content: object = None
        if not is_too_large:
            content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise UserError(
            f"{path.name} could not be read ({os_reason(error)}); choose another file."
        ) from error
    except Exception as error:  # torch raises anything on files that are none of its own
        raise _damaged(path) from error
    if is_too_large:
        raise UserError(f"{path.name} is too large for weights; choose another file.")
    for key in _WRAPPINGS:
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict):
        raise _damaged(path)
    named = {k: v for k, v in content.items() if isinstance(k, str) and isinstance(v, Tensor)}
    if not named:
        raise _damaged(path)
    return _without_prefix(named)


def _without_prefix(named: dict[str, Tensor]) -> dict[str, Tensor]:
    """Names without what a wrapper such as DataParallel has put before all of them."""
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in named):
            named = {name.removeprefix(prefix): tensor for name, tensor in named.items()}
    return named


def _current_name(name: str) -> str:
    return _OLD_DENSENET.sub(r"\1\2", name)


def _of_another_network(path: Path, title: str) -> UserError:
    return UserError(f"{path.name} holds weights of another network than {title}; choose its own.")


def _damaged(path: Path) -> UserError:
    return UserError(
        f"{path.name} holds no weights that can be read, or is damaged; choose a state dict that "
        "torch has saved."
    )
