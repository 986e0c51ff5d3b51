"""One synthetic head-CT slice: decide, draw the head, draw the hemorrhages, scan."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from ichdesk.phantom.brain import draw_brain
from ichdesk.phantom.fields import Field, Mask
from ichdesk.phantom.head import LEVELS, Head, Plan, make_head
from ichdesk.phantom.headrest import draw_headrest
from ichdesk.phantom.landmarks import draw_landmarks
from ichdesk.phantom.lesions import HEMORRHAGE_TYPES, PAINTERS
from ichdesk.phantom.old_lesions import draw_old_lesions
from ichdesk.phantom.parts import part
from ichdesk.phantom.scanner import scan
from ichdesk.phantom.surgery import draw_surgery

_LEVEL_WEIGHTS = (0.10, 0.19, 0.40, 0.20, 0.11)
_HEIGHTS_MM = {
    "vertex": (44.0, 62.0),
    "body": (23.0, 38.0),
    "ventricle": (1.0, 23.0),
    "basal": (-18.0, 1.0),
    "posterior": (-40.0, -20.0),
}
_LEVELS_WITH_VENTRICLE = ("body", "ventricle", "basal")
_SMALLEST_LESION_MM2 = 14.0
_ATTEMPTS = 8


@dataclass(frozen=True)
class PhantomSlice:
    """A synthetic slice.

    Attributes:
        hu: (H, W) float32, Hounsfield units.
        labels: The hemorrhage types in it; empty is normal.
        masks: For every label, the (H, W) pixels that are this hemorrhage.
        anatomy: (H, W) pixels of "fluid" (ventricles, cisterns, sulci, without the blood) and of
            each of `ichdesk.phantom.SIGNS`.
        level: One of `ichdesk.phantom.LEVELS`.
        shift_mm: How far the midline is pushed to the right of the picture.
        atrophy: 0 to 1, how wide sulci and ventricles are.
        pixel_mm: Size of a pixel.
        height_mm: Height of the middle of the slice above the plane through both commissures.
    """

    hu: Field
    labels: frozenset[str]
    masks: dict[str, Mask]
    anatomy: dict[str, Mask] = field(default_factory=dict)
    level: str = "ventricle"
    shift_mm: float = 0.0
    atrophy: float = 0.0
    pixel_mm: float = 1.0
    height_mm: float = 10.0


def phantom_slice(
    rng: np.random.Generator,
    *,
    types: Collection[str] = (),
    size_px: int = 256,
    level: str | None = None,
    noise_hu: float | None = None,
) -> PhantomSlice:
    """Draw a random slice that shows exactly the given hemorrhage types.

    The same generator state and arguments give the same slice.

    Args:
        rng: Source of all randomness.
        types: Members of `HEMORRHAGE_TYPES`; empty for a slice without hemorrhage.
        size_px: Height and width.
        level: Slice level, one of `LEVELS`; random if None.
        noise_hu: Standard deviation of the noise in the brain; random if None.

    Raises:
        ValueError: An unknown type or level.
    """
    wanted = _checked(types, level)
    for attempt in range(_ATTEMPTS):
        plan = _make_plan(rng, wanted, size_px, level if attempt < _ATTEMPTS // 2 else None)
        if noise_hu is not None:
            plan = Plan(**{**vars(plan), "noise_hu": noise_hu})
        drawn = draw_slice(rng, plan, wanted, size_px)
        smallest = _SMALLEST_LESION_MM2 / plan.pixel_mm**2
        if all(np.count_nonzero(mask) >= smallest for mask in drawn.masks.values()):
            break
    return drawn


def _checked(types: Collection[str], level: str | None) -> tuple[str, ...]:
    """The wanted types in drawing order."""
    unknown = sorted(set(types) - set(HEMORRHAGE_TYPES))
    if unknown:
        known = ", ".join(HEMORRHAGE_TYPES)
        raise ValueError(f"Unknown hemorrhage type {unknown[0]!r}; the known types are {known}.")
    if level is not None and level not in LEVELS:
        raise ValueError(f"Unknown level {level!r}; the known levels are {', '.join(LEVELS)}.")
    order = ("subarachnoid", "intraventricular", "intraparenchymal", "subdural", "epidural")
    return tuple(name for name in order if name in types)


def _make_plan(
    rng: np.random.Generator, wanted: tuple[str, ...], size_px: int, level: str | None
) -> Plan:
    """Choose level, scale, age of the brain and mass effect."""
    drawn_level = str(rng.choice(LEVELS, p=_LEVEL_WEIGHTS))
    without = level is None and "intraventricular" in wanted
    while without and drawn_level not in _LEVELS_WITH_VENTRICLE:
        drawn_level = str(rng.choice(LEVELS, p=_LEVEL_WEIGHTS))
    field_mm = float(np.clip(rng.normal(246, 16 if rng.random() < 0.8 else 32), 205, 320))
    side = int(rng.choice((-1, 1)))
    takes_room = any(t in wanted for t in ("intraparenchymal", "subdural", "epidural"))
    mass = float(rng.random() ** 1.7) if takes_room else 0.0
    shift = -side * mass * rng.uniform(0, 9) + rng.normal(0, 0.6)
    if rng.random() < 0.07:  # swelling, old surgery: a shift that says nothing about blood
        shift += rng.normal(0, 4.0)
    level = level or drawn_level
    return Plan(
        level=level,
        height_mm=_height_mm(rng, level),
        tilt=float(np.clip(rng.normal(0.1, 0.14), -0.15, 0.4)) * (0.3 if level == "body" else 1),
        pixel_mm=field_mm / size_px,
        side=side,
        mass=mass,
        shift_mm=float(shift),
        atrophy=float(rng.beta(1.1, 2.2)),
        noise_hu=float(rng.uniform(0.7, 2.2) if rng.random() < 0.85 else rng.uniform(2.2, 4.5)),
    )


def _height_mm(rng: np.random.Generator, level: str) -> float:
    """A height within the level; in teaching images most ventricles are cut at the thalami."""
    bottom, top = _HEIGHTS_MM[level]
    middling = level == "ventricle" and rng.random() < 0.65
    height = rng.normal(9, 4) if middling else rng.uniform(bottom, top)
    return float(np.clip(height, bottom, top))


def draw_slice(
    rng: np.random.Generator,
    plan: Plan,
    wanted: tuple[str, ...],
    size_px: int,
    *,
    is_plain: bool = False,
) -> PhantomSlice:
    """Draw what was decided.

    Args:
        rng: Source of all other randomness.
        plan: The decisions.
        wanted: Types of hemorrhage in drawing order.
        size_px: Height and width.
        is_plain: Leave out old lesions, injuries and traces of surgery.
    """
    head = make_head(part(rng, "head"), plan, size_px)
    draw_brain(part(rng, "brain"), head)
    draw_landmarks(part(rng, "landmarks"), head)
    if not is_plain:
        draw_old_lesions(rng, head)
    weights = {name: PAINTERS[name](part(rng, name), head) for name in wanted}
    if not is_plain:
        draw_surgery(rng, head)
    draw_headrest(part(rng, "headrest"), head)
    masks = {name: (weight > 0.5) & (head.hu > -200) for name, weight in weights.items()}
    return PhantomSlice(
        hu=scan(part(rng, "scanner"), head),
        labels=frozenset(wanted),
        masks=masks,
        anatomy=_anatomy(head, masks),
        level=plan.level,
        shift_mm=plan.shift_mm,
        atrophy=plan.atrophy,
        pixel_mm=plan.pixel_mm,
        height_mm=plan.height_mm,
    )


def _anatomy(head: Head, masks: dict[str, Mask]) -> dict[str, Mask]:
    fluid = np.max(list(head.csf.values()), axis=0) > 0.5
    for mask in masks.values():
        fluid &= ~mask
    return {"fluid": fluid, **{name: weight > 0.5 for name, weight in head.signs.items()}}
