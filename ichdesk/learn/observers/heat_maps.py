"""Observer: where the model looked, and the same with random weights."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the usual name

from ichdesk.core.errors import UserError
from ichdesk.learn.features import Image, Vector
from ichdesk.learn.heat_check import LEVELS, random_head, randomized, rank_correlation
from ichdesk.learn.heat_maps import STEPS, Network, Seen, heat_maps
from ichdesk.learn.observers import OBSERVERS, Observation, Scene
from ichdesk.learn.pixels import to_input

TYPICAL = 32
"""How many training pictures make the average one; four times as many point no better."""
_STEPS_AT_RANDOM = 8  # nobody asks how near the sums of those maps come
_DARK = 10  # of 255; what is darker is the air around the head

Arrays = Mapping[str, Vector]


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is looked at, and what it is compared with, (N, 224, 224, 3) each."""

    pictures: Image
    typical: Image
    classes: tuple[int, ...]

    def steps(self, at_once: int) -> int:
        """How many steps a network takes that sees so many pictures in one."""
        return sum(-(-len(images) // at_once) for images in (self.pictures, self.typical))


@OBSERVERS.register("heat-maps")
def observe(scene: Scene) -> Iterator[Observation]:
    """Heat maps of test images or of pictures of no class; see `ichdesk.learn.heat_maps`.

    Options:
        samples: "label:position" of N samples, with spaces between; "" for the scene's pictures.
        classes: Indices of C classes, with spaces between; "" for all.
        check: "yes" to look again with random weights; see `ichdesk.learn.heat_check`.

    Arrays:
        pictures: (N, 224, 224, 3), 0 to 255, as the network sees them.
        classes: (C,) indices.
        maps: (N, C, h, w) shares in the difference between `scores`, (N, C) logits, and
            `average_scores`, (C,), those of the average training picture.
        random_maps: (L, N, C, h, w), with a new head, with the upper half of the backbone's layers
            new as well, and with all of them new, as far as they are done.
        correlations: (L, N, C), rank correlation of the absolute values of these and of `maps`
            where the picture is not black, for black places are equal in all maps.

    Raises:
        UserError: Nothing is asked for, or the backbone does not show its planes.
    """
    subject = _subject(scene)
    levels = LEVELS if scene.options.get("check") == "yes" else ()
    done, total = 0, subject.steps(_at_once(scene)) * (1 + len(levels))
    arrays: Arrays = {
        "pictures": subject.pictures.astype(np.float32),
        "classes": np.array(subject.classes, np.float32),
    }
    for level in (None, *levels):
        for found in _looks(scene, subject, level):
            done += 1
            arrays = arrays if found is None else _with(arrays, found, level, subject)
            yield Observation(dict(arrays), done, total)


def _subject(scene: Scene) -> _Subject:
    places = [place.split(":") for place in scene.options.get("samples", "").split()]
    pictures = [scene.pixels(int(label), int(position)) for label, position in places]
    if not pictures and not len(scene.images):
        raise UserError("There is no picture to look at; choose one.")
    classes = tuple(map(int, scene.options.get("classes", "").split()))
    return _Subject(
        np.stack(pictures) if pictures else scene.images,
        _typical(scene),
        classes or tuple(range(len(scene.model.labels))),
    )


def _typical(scene: Scene) -> Image:
    """Training pictures, evenly spaced over all of them."""
    places = [(label, i) for label, own in enumerate(scene.split.train) for i in own]
    if not places:
        raise UserError("No image was trained on, so there is nothing to compare with.")
    count = min(TYPICAL, len(places))
    chosen = [places[(2 * k + 1) * len(places) // (2 * count)] for k in range(count)]
    return np.stack([scene.pixels(*place) for place in chosen])


def _looks(scene: Scene, subject: _Subject, level: float | None) -> Iterator[Arrays | None]:
    """Look with the weights as they are, or at a level of randomness; a step at a time.

    Yields:
        None until the last step, which brings maps and scores.
    """
    module, head = scene.extractor.backbone.module, scene.model.head
    generator = torch.Generator().manual_seed(scene.config.seed)
    if level is not None:
        module = randomized(module, level, generator)
    net = Network.of(module, deepcopy(head).to(scene.extractor.device))
    parts: list[Seen] = []
    for batch in _batches(scene, subject.typical):
        parts.append(Seen.of(net.backbone, batch))
        yield None
    typical = reduce(add, parts)
    if level is not None:
        net = Network.of(module, random_head(head, typical.features, generator))
    start, classes = typical.average, list(subject.classes)
    steps = STEPS if level is None else _STEPS_AT_RANDOM
    maps: list[Tensor] = []
    scores: list[Tensor] = []
    for batch in _batches(scene, subject.pictures):
        if maps:
            yield None
        with torch.no_grad():
            planes = net.backbone.planes(batch)
        maps.append(heat_maps(net, planes, start, classes, steps))
        scores.append(net.scores(planes)[:, classes])
    yield {
        "maps": torch.cat(maps).cpu().numpy(),
        "scores": torch.cat(scores).cpu().numpy(),
        "average_scores": net.scores(start)[0, classes].cpu().numpy(),
    }


def _batches(scene: Scene, images: Image) -> Iterator[Tensor]:
    at_once = _at_once(scene)
    for first in range(0, len(images), at_once):
        scene.stop_if_cancelled()
        yield to_input(images[first : first + at_once], scene.extractor.device)


def _at_once(scene: Scene) -> int:
    """Few pictures, of a heavy network one, so that nobody waits long for a word."""
    return scene.extractor.batch // 4


def _with(arrays: Arrays, found: Arrays, level: float | None, subject: _Subject) -> Arrays:
    """The arrays so far and what a network saw."""
    if level is None:
        return {**arrays, **found}
    alike = _correlations(arrays["maps"], found["maps"], subject.pictures)
    new = {"random_maps": found["maps"][None], "correlations": alike[None]}
    return {
        **arrays,
        **{k: np.concatenate([arrays[k], v]) if k in arrays else v for k, v in new.items()},
    }


def _correlations(trained: Vector, random: Vector, pictures: Image) -> Vector:
    """Rank correlations (N, C) of the absolute values of two sets of maps (N, C, h, w)."""
    brightest = torch.from_numpy(pictures.max(axis=3).astype(np.float32))
    seen = F.adaptive_max_pool2d(brightest, trained.shape[2:]).numpy() > _DARK  # (N, h, w)
    rows = [
        [rank_correlation(abs(a[where]), abs(b[where])) for a, b in zip(*own, strict=True)]
        for *own, where in zip(trained, random, seen, strict=True)
    ]
    return np.array(rows, np.float32)
