"""The head itself: its outline, scalp, skull and brain tissue on a grid in millimeters."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ichdesk.phantom.atlas import atlas_cells
from ichdesk.phantom.fields import Field, blend, length, smooth_field, soft_step
from ichdesk.phantom.parts import part

LEVELS = ("vertex", "body", "ventricle", "basal", "posterior")
"""Slice levels from the top of the head to the skull base."""

SIGNS = ("calcification", "edema", "swelling", "surgery")
"""What else is outlined: calcium and metal inside the skull, brain darker than it should be (edema,
infarct), swollen scalp, and traces of surgery (gaps in the bone, trapped air, implants)."""

_BRAIN_HALF_WIDTH_MM = 66.0
_BRAIN_HALF_LENGTH_MM = 82.0


@dataclass(frozen=True)
class Plan:
    """What is decided about a slice before anything is drawn.

    Attributes:
        level: One of `LEVELS`.
        pixel_mm: Size of a pixel.
        side: -1 or 1, the side (sign of x) that carries one-sided lesions.
        mass: 0 to 1, how much room the lesions take.
        shift_mm: How far the midline is pushed along x.
        atrophy: 0 to 1, how wide sulci and ventricles are.
        noise_hu: Standard deviation of the noise in the brain.
        height_mm: Height of the middle of the slice above the plane through both commissures.
        tilt: How much the slice rises per mm towards the back of the head.
    """

    level: str
    pixel_mm: float
    side: int
    mass: float
    shift_mm: float
    atrophy: float
    noise_hu: float
    height_mm: float = 10.0
    tilt: float = 0.1


@dataclass
class Head:
    """A slice being drawn; every field is (H, W) float32.

    Attributes:
        plan: The decisions it follows.
        image_x_mm: Scanner coordinate, right positive, unrotated.
        image_y_mm: Scanner coordinate, down (posterior) positive, unrotated.
        head_x_mm: The same, along the axes of the head.
        head_y_mm: The same, along the axes of the head.
        x_mm: Brain coordinate, bent and scaled to a standard brain of 66 x 82 mm half axes.
        y_mm: Brain coordinate, likewise.
        depth_mm: Depth below the inner table of the skull, negative outside.
        scalp_mm: Depth below the skin, negative outside the head.
        half_mm: Half width and half length of the cavity.
        hu: The picture in Hounsfield units.
        cavity: Weight of the inside of the skull.
        csf: Weight of cerebrospinal fluid by place ("ventricle", "cistern", "sulcus").
        signs: Weight of what is neither fluid nor hemorrhage, by name, see `SIGNS`.
    """

    plan: Plan
    image_x_mm: Field
    image_y_mm: Field
    head_x_mm: Field
    head_y_mm: Field
    x_mm: Field
    y_mm: Field
    depth_mm: Field
    half_mm: tuple[float, float]
    hu: Field
    cavity: Field
    scalp_mm: Field
    csf: dict[str, Field] = field(default_factory=dict)
    signs: dict[str, Field] = field(default_factory=dict)

    @property
    def size_px(self) -> int:
        """Side of the square picture."""
        return int(self.hu.shape[0])

    def z_mm(self, y_mm: float) -> float:
        """Height above the plane through both commissures where the slice meets brain y."""
        return self.plan.height_mm + self.plan.tilt * y_mm

    @cached_property
    def cells(self) -> NDArray[np.intp]:
        """The cell of an atlas sheet that every pixel shows, (H, W)."""
        return atlas_cells(self.x_mm, self.y_mm)

    def mark(self, sign: str, weight: Field) -> None:
        """Outline where a sign is, in addition to where it was outlined before."""
        np.maximum(self.signs[sign], weight, out=self.signs[sign])

    @property
    def edge_mm(self) -> float:
        """Width over which edges run from one tissue to the next."""
        return 1.2 * self.plan.pixel_mm


def make_head(rng: np.random.Generator, plan: Plan, size_px: int) -> Head:
    """Lay out the grid of a random head and draw scalp and skull around an empty cavity."""
    image_x, image_y = _image_grid(part(rng, "place"), plan, size_px)
    angle = _angle(part(rng, "turn"))
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    head_x: Field = image_x * cos + image_y * sin
    head_y: Field = image_y * cos - image_x * sin
    half, u, v = _outline(part(rng, "outline"), plan, head_x, head_y)
    radius = np.maximum(length(u, v), np.float32(1e-3))
    radius *= 1 + np.float32(0.012) * smooth_field(part(rng, "bulges"), size_px, 4)
    rho = length(head_x, head_y) + np.float32(1e-3)
    depth: Field = rho / radius - rho
    x, y = _brain_coordinates(part(rng, "bends"), plan, u, v)
    inward = _inner_table_mm(part(rng, "crests"), plan, x, y, size_px)
    depth -= inward
    head = Head(
        plan=plan, image_x_mm=image_x, image_y_mm=image_y, head_x_mm=head_x, head_y_mm=head_y,
        x_mm=x, y_mm=y, depth_mm=depth, half_mm=half,
        hu=np.full((size_px, size_px), -1000, np.float32),
        cavity=soft_step(depth, 1.2 * plan.pixel_mm), scalp_mm=depth,
    )  # fmt: skip
    head.signs = {name: np.zeros_like(depth) for name in SIGNS}
    _draw_scalp_and_skull(part(rng, "skull"), head, inward)
    return head


def _angle(rng: np.random.Generator) -> float:
    """How far the head is turned in the picture, in radians."""
    return float(np.deg2rad(rng.normal(0, 8.0) if rng.random() < 0.85 else rng.uniform(-28, 28)))


def _image_grid(rng: np.random.Generator, plan: Plan, size_px: int) -> tuple[Field, Field]:
    """Scanner coordinates in mm around the center of the head."""
    line = (np.arange(size_px, dtype=np.float32) - np.float32((size_px - 1) / 2)) * plan.pixel_mm
    spread = 8.0 if rng.random() < 0.8 else 16.0
    off_x, off_y = rng.normal(-3, spread), rng.normal(0, spread)
    x, y = np.meshgrid(line - np.float32(off_x), line - np.float32(off_y))
    return x.astype(np.float32), y.astype(np.float32)


def _outline(
    rng: np.random.Generator, plan: Plan, head_x: Field, head_y: Field
) -> tuple[tuple[float, float], Field, Field]:
    """Half axes of the cavity (mm) and coordinates in which the inner table is the unit circle."""
    scale = rng.uniform(0.72, 0.97) if plan.level == "vertex" else rng.uniform(0.95, 1.03)
    half_x, half_y = rng.uniform(59, 71) * scale, rng.uniform(75, 89) * scale
    taper = rng.uniform(0.0, 0.12)
    if plan.level in ("basal", "posterior"):
        low_front = np.clip((-18 - plan.height_mm + 80 * plan.tilt) / 20, 0, 1)
        base = part(rng, "base")
        half_y *= base.uniform(0.86, 0.97) - 0.14 * low_front  # orbits take the room in front
        taper = base.uniform(0.06, 0.2)
    skew, square = rng.normal(0, 0.03), rng.uniform(0.0, 0.55)
    flat = rng.uniform(0, 0.1) if rng.random() < 0.4 else 0.0
    v = head_y / np.float32(half_y)
    v = v * (1 + np.float32(flat) * np.clip(v, 0, 1))  # a flat back of the head
    u = (head_x / np.float32(half_x) - np.float32(skew) * v) / (1 + np.float32(taper) * v)
    uu, vv = u * u, v * v
    total = uu + vv + np.float32(1e-6)
    rounder = np.sqrt(1 - np.float32(square) * uu * vv / (total * total))
    return (half_x, half_y), u * rounder, v * rounder


def _brain_coordinates(
    rng: np.random.Generator, plan: Plan, u: Field, v: Field
) -> tuple[Field, Field]:
    """Bend the brain: a slow warp, a fine one, and the midline pushed where it is free to move."""
    size_px = u.shape[0]
    bend, ripple = np.float32(rng.uniform(1.0, 2.6)), np.float32(rng.uniform(0.6, 1.3))
    x = u * np.float32(_BRAIN_HALF_WIDTH_MM)
    y = v * np.float32(_BRAIN_HALF_LENGTH_MM)
    push = np.clip(1 - u * u, 0, 1) * np.clip(1 - v * v * np.float32(1.1), 0, 1)
    x = x - np.float32(plan.shift_mm) * push
    x += bend * smooth_field(rng, size_px, 5) + ripple * smooth_field(rng, size_px, 15)
    y += bend * smooth_field(rng, size_px, 5) + ripple * smooth_field(rng, size_px, 15)
    return x, y


def _inner_table_mm(
    rng: np.random.Generator, plan: Plan, x: Field, y: Field, size_px: int
) -> Field:
    """How far bone stands out into the cavity: crests in the midline, now and then hyperostosis."""
    midline = 1 / (1 + (x * np.float32(1 / rng.uniform(3, 9))) ** 2)
    front = np.clip(y * np.float32(-1 / 40) - 1, 0, 1)
    back = np.clip(y * np.float32(1 / 40) - 1, 0, 1)
    low = 1.0 if plan.height_mm < 12 else 0.4
    crest: Field = midline * (
        front * np.float32(rng.uniform(0, 4.5)) + back * np.float32(low * rng.uniform(0, 5))
    )
    if rng.random() < 0.08:
        bumps = np.clip(1 + smooth_field(rng, size_px, 11), 0, 3)
        crest += front * (1 - midline) * bumps * np.float32(rng.uniform(1, 4))
    return crest


def _draw_scalp_and_skull(rng: np.random.Generator, head: Head, inward: Field) -> None:
    """Skin, fat and muscle, then two tables of bone with marrow between, with soft edges."""
    size, edge = head.size_px, head.edge_mm
    v = head.head_y_mm / np.float32(head.half_mm[1])
    thick = rng.uniform(4.2, 8.2) * (1 + np.float32(0.13) * smooth_field(rng, size, 6))
    thick = thick * (1 + np.float32(rng.uniform(-0.1, 0.4)) * v * v)
    temple = np.clip(1 - (v + np.float32(0.1)) ** 2 * 4, 0, 1)
    if head.plan.height_mm < 20:
        thick = thick * (1 - np.float32(part(rng, "temple").uniform(0, 0.45)) * temple)
    thick = np.maximum(thick, 1.8) + inward
    scalp = rng.uniform(1.5, 5.5) * (1 + np.float32(0.25) * smooth_field(rng, size, 5))
    scalp = np.maximum(scalp, 1.0) + _temporalis_mm(part(rng, "muscle"), head)
    skin = head.depth_mm + thick + scalp
    head.scalp_mm = skin
    tissue = np.float32(rng.uniform(-75, 5)) + np.float32(35) * smooth_field(rng, size, 14)
    np.clip(tissue, -110, 55, out=tissue)
    blend(head.hu, tissue, soft_step(skin, edge))
    blend(head.hu, float(rng.uniform(5, 60)), soft_step(0.9 - np.abs(skin - 0.9), edge))
    bone = np.float32(rng.uniform(850, 1500)) + np.float32(120) * smooth_field(rng, size, 20)
    blend(head.hu, bone, soft_step(head.depth_mm + thick, edge))
    marrow = soft_step(thick * np.float32(0.22) - np.abs(head.depth_mm + thick / 2), 2 * edge)
    head.hu -= marrow * np.float32(rng.uniform(100, 600))
    _draw_sutures(part(rng, "sutures"), head, thick)
    blend(head.hu, 8.0, head.cavity)


def _draw_sutures(rng: np.random.Generator, head: Head, thick: Field) -> None:
    """Thin oblique gaps in the vault, mirrored."""
    if rng.random() < 0.5:
        return
    x, y = np.abs(head.x_mm), head.y_mm
    for slope in (rng.uniform(-1.2, -0.5), rng.uniform(0.5, 1.6)):
        across = np.abs(y - np.float32(slope) * x + head.depth_mm * np.float32(rng.normal(0, 0.7)))
        gap = soft_step(np.float32(rng.uniform(0.1, 0.7)) - across, head.edge_mm)
        gap *= soft_step(head.depth_mm + thick - 1, 1.0)
        head.hu -= np.float32(rng.uniform(200, 800)) * gap * (head.hu > 300)


def _temporalis_mm(rng: np.random.Generator, head: Head) -> Field | float:
    """Extra soft tissue over the temples on the lower levels, in mm."""
    if head.plan.level in ("vertex", "body"):
        return 0.0
    u = head.head_x_mm / np.float32(head.half_mm[0])
    v = head.head_y_mm / np.float32(head.half_mm[1])
    temple = np.clip(1 - (v + np.float32(0.3)) ** 2 * 5, 0, 1) * np.clip(np.abs(u) - 0.4, 0, 0.6)
    extra: Field = np.float32(rng.uniform(0, 14)) * temple
    return extra
