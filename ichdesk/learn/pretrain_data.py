"""Training pictures for the ct-phantom backbone: cached synthetic slices, shown in random ways."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from ichdesk.core.atomic import replacing
from ichdesk.core.errors import UserError
from ichdesk.learn.pretrain_show import show
from ichdesk.phantom import HEMORRHAGE_TYPES, LEVELS, SIGNS, phantom_slice

SIDE_PX = 224
MAP_PX = 28
MAPS = (*HEMORRHAGE_TYPES, "fluid", *SIGNS)
_SHARD = 256
_NORMAL_SHARE = 0.38
_TYPE_WEIGHTS = (0.28, 0.20, 0.26, 0.09, 0.17)
_SHIFT_UNIT_MM, _ATROPHY_UNIT = 4.0, 0.5
_RENDER_STREAM, _ORDER_STREAM = 1, 2

Generator = np.random.Generator
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Batch:
    """One training step's data.

    Attributes:
        pictures: (B, 224, 224, 3) uint8.
        maps: (B, 10, 28, 28) float32, share of each map cell that belongs to each of `MAPS`.
        types: (B, 5) float32, 1 where the hemorrhage type is present.
        levels: (B,) int64, index into `ichdesk.phantom.LEVELS`.
        measures: (B, 2) float32, midline shift to either side and atrophy, both about 0 to 2.
    """

    pictures: Picture
    maps: NDArray[np.float32]
    types: NDArray[np.float32]
    levels: NDArray[np.int64]
    measures: NDArray[np.float32]


def draw_types(rng: Generator) -> tuple[str, ...]:
    """No hemorrhage, or one to three types."""
    if rng.random() < _NORMAL_SHARE:
        return ()
    count = int(rng.choice((1, 2, 3), p=(0.68, 0.24, 0.08)))
    return tuple(rng.choice(HEMORRHAGE_TYPES, size=count, replace=False, p=_TYPE_WEIGHTS))


def make_example(seed: int, index: int) -> tuple[NDArray[np.int16], Picture, NDArray[np.float32]]:
    """Slice `index` of a seed: HU (224, 224), maps (10, 28, 28) in 1/255, targets (8,)."""
    rng = np.random.default_rng((seed, index))
    drawn = phantom_slice(rng, types=draw_types(rng), size_px=SIDE_PX)
    maps = np.zeros((len(MAPS), MAP_PX, MAP_PX), np.uint8)
    cell = SIDE_PX // MAP_PX
    for name, mask in {**drawn.masks, **drawn.anatomy}.items():
        share = mask.reshape(MAP_PX, cell, MAP_PX, cell).mean(axis=(1, 3))
        maps[MAPS.index(name)] = np.rint(share * 255)
    present = [name in drawn.labels for name in HEMORRHAGE_TYPES]
    measures = (min(abs(drawn.shift_mm) / _SHIFT_UNIT_MM, 3.0), drawn.atrophy / _ATROPHY_UNIT)
    targets = np.array([*present, LEVELS.index(drawn.level), *measures], np.float32)
    return np.clip(np.rint(drawn.hu), -1024, 3071).astype(np.int16), maps, targets


def _shard_path(folder: Path, shard: int) -> Path:
    return folder / f"slices-{shard:05d}.npz"


def _write_shard(folder: Path, seed: int, shard: int, count: int) -> None:
    """Make one shard; it appears under its name only when it is complete."""
    examples = [make_example(seed, shard * _SHARD + i) for i in range(count)]
    hu, maps, targets = (np.stack(part) for part in zip(*examples, strict=True))
    with replacing(_shard_path(folder, shard)) as file:
        np.savez(file, hu=hu, maps=maps, targets=targets)


def build_cache(folder: Path, seed: int, count: int, processes: int) -> Iterator[int]:
    """Make the slices that are missing on disk, yielding how many are there so far.

    A folder belongs to one seed and count; shards from an interrupted call are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [min(_SHARD, count - start) for start in range(0, count, _SHARD)]
    missing = [i for i in range(len(sizes)) if not _shard_path(folder, i).exists()]
    done = sum(size for i, size in enumerate(sizes) if i not in set(missing))
    yield done
    if processes <= 1:
        for shard in missing:
            _write_shard(folder, seed, shard, sizes[shard])
            done += sizes[shard]
            yield done
        return
    context = get_context("spawn")
    with _one_thread_each(), ProcessPoolExecutor(processes, mp_context=context) as pool:
        jobs = [(pool.submit(_write_shard, folder, seed, s, sizes[s]), sizes[s]) for s in missing]
        for job, size in jobs:
            job.result()
            done += size
            yield done


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Start child processes whose BLAS keeps to one thread; together they would spin otherwise."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass(frozen=True)
class Slices:
    """All cached slices in memory: hu (N, 224, 224), maps (N, 10, 28, 28), targets (N, 8)."""

    hu: NDArray[np.int16]
    maps: Picture
    targets: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.hu)


def load_cache(folder: Path, count: int) -> Slices:
    """Read the `count` slices of a folder that `build_cache` has filled.

    Raises:
        UserError: The folder was filled with another number of slices.
    """
    hu = np.empty((count, SIDE_PX, SIDE_PX), np.int16)
    maps = np.empty((count, len(MAPS), MAP_PX, MAP_PX), np.uint8)
    targets = np.empty((count, len(HEMORRHAGE_TYPES) + 3), np.float32)
    for start in range(0, count, _SHARD):
        with np.load(_shard_path(folder, start // _SHARD)) as shard:
            part = slice(start, start + len(shard["targets"]))
            if len(shard["targets"]) != min(_SHARD, count - start):
                raise UserError(f"{folder} holds another number of slices; use another --cache.")
            hu[part], maps[part] = shard["hu"], shard["maps"]
            targets[part] = shard["targets"]
    return Slices(hu, maps, targets)


class TrainingBatches(Dataset[Batch]):
    """Batch `step` as a function of the seed and the step alone, whoever asks and when.

    Args:
        slices: The cached slices; every pass over them is shuffled anew and shown differently.
        seed: Seed of order and rendering.
        batch_size: B.
        steps: How many batches there are.
    """

    def __init__(self, slices: Slices, seed: int, batch_size: int, steps: int) -> None:
        self._slices = slices
        self._seed = seed
        self._batch_size = batch_size
        self._steps = steps

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> Batch:
        positions = range(step * self._batch_size, (step + 1) * self._batch_size)
        examples = [self._example(position) for position in positions]
        indices = [index for index, _, _ in examples]
        maps = [self._slices.maps[i][..., :: -1 if flip else 1] for i, _, flip in examples]
        targets = self._slices.targets[indices]
        return Batch(
            pictures=np.stack([picture for _, picture, _ in examples]),
            maps=np.stack(maps).astype(np.float32) / np.float32(255),
            types=targets[:, :-3],
            levels=targets[:, -3].astype(np.int64),
            measures=targets[:, -2:],
        )

    def _example(self, position: int) -> tuple[int, Picture, bool]:
        count = len(self._slices)
        if getattr(self, "_pass", None) != position // count:
            self._pass = position // count
            order_rng = np.random.default_rng((self._seed, _ORDER_STREAM, self._pass))
            self._order = order_rng.permutation(count)
        index = int(self._order[position % count])
        rng = np.random.default_rng((self._seed, _RENDER_STREAM, position))
        flip = bool(rng.random() < 0.5)
        hu = self._slices.hu[index].astype(np.float32)
        return index, show(rng, np.ascontiguousarray(hu[:, ::-1]) if flip else hu), flip
