"""The head itself: its outline, scalp, skull and brain tissue on a grid in millimeters."""

from dataclasses import dataclass, field

import numpy as np

from ichdesk.phantom.fields import Field, blend, length, smooth_field, soft_step

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
    """

    level: str
    pixel_mm: float
    side: int
    mass: float
    shift_mm: float
    atrophy: float
    noise_hu: float


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

    def mark(self, sign: str, weight: Field) -> None:
        """Outline where a sign is, in addition to where it was outlined before."""
        np.maximum(self.signs[sign], weight, out=self.signs[sign])

    @property
    def edge_mm(self) -> float:
        """Width over which edges run from one tissue to the next."""
        return 1.2 * self.plan.pixel_mm


def make_head(rng: np.random.Generator, plan: Plan, size_px: int) -> Head:
    """Lay out the grid of a random head and draw scalp and skull around an empty cavity."""
    image_x, image_y = _image_grid(rng, plan, size_px)
    angle = np.deg2rad(rng.normal(0, 8.0) if rng.random() < 0.85 else rng.uniform(-28, 28))
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    head_x: Field = image_x * cos + image_y * sin
    head_y: Field = image_y * cos - image_x * sin
    half, radius = _outline(rng, plan, size_px, head_x, head_y)
    rho = length(head_x, head_y) + np.float32(1e-3)
    depth: Field = rho / np.maximum(radius, np.float32(1e-3)) - rho
    u, v = head_x / np.float32(half[0]), head_y / np.float32(half[1])
    x, y = _brain_coordinates(rng, plan, u, v)
    head = Head(
        plan=plan, image_x_mm=image_x, image_y_mm=image_y, head_x_mm=head_x, head_y_mm=head_y,
        x_mm=x, y_mm=y, depth_mm=depth, half_mm=half,
        hu=np.full((size_px, size_px), -1000, np.float32),
        cavity=soft_step(depth, 1.2 * plan.pixel_mm), scalp_mm=depth,
    )  # fmt: skip
    head.signs = {name: np.zeros_like(depth) for name in SIGNS}
    _draw_scalp_and_skull(rng, head)
    return head


def _image_grid(rng: np.random.Generator, plan: Plan, size_px: int) -> tuple[Field, Field]:
    """Scanner coordinates in mm around the center of the head."""
    line = (np.arange(size_px, dtype=np.float32) - np.float32((size_px - 1) / 2)) * plan.pixel_mm
    off_x, off_y = rng.normal(-3, 8.0), rng.normal(0, 8.0)
    x, y = np.meshgrid(line - np.float32(off_x), line - np.float32(off_y))
    return x.astype(np.float32), y.astype(np.float32)


def _outline(
    rng: np.random.Generator, plan: Plan, size_px: int, head_x: Field, head_y: Field
) -> tuple[tuple[float, float], Field]:
    """Half axes of the cavity (mm) and its warped radius, which is 1 on the inner table."""
    scale = rng.uniform(0.72, 0.97) if plan.level == "vertex" else rng.uniform(0.95, 1.03)
    half_x, half_y = rng.uniform(59, 71) * scale, rng.uniform(75, 89) * scale
    taper = rng.uniform(0.03, 0.16)
    if plan.level in ("basal", "posterior"):
        half_y *= rng.uniform(0.84, 0.95)
        taper = rng.uniform(0.12, 0.28)
    skew, square = rng.normal(0, 0.03), rng.uniform(0.0, 0.6)
    v = head_y / np.float32(half_y)
    u = (head_x / np.float32(half_x) - np.float32(skew) * v) / (1 + np.float32(taper) * v)
    uu, vv = u * u, v * v
    total = uu + vv + np.float32(1e-6)
    radius = np.sqrt(total - np.float32(square) * uu * vv / total)
    radius *= 1 + np.float32(0.012) * smooth_field(rng, size_px, 4)
    return (half_x, half_y), radius


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


def _draw_scalp_and_skull(rng: np.random.Generator, head: Head) -> None:
    """Skin, fat and muscle, then two tables of bone with marrow between, with soft edges."""
    size, edge = head.size_px, head.edge_mm
    v = head.head_y_mm / np.float32(head.half_mm[1])
    thick = rng.uniform(4.2, 8.5) * (1 + np.float32(0.12) * smooth_field(rng, size, 6))
    thick = thick * (1 + np.float32(rng.uniform(0, 0.35)) * v * v)
    scalp = rng.uniform(1.5, 5.5) * (1 + np.float32(0.25) * smooth_field(rng, size, 5))
    scalp = np.maximum(scalp, 1.0) + _temporalis_mm(rng, head)
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
    blend(head.hu, 8.0, head.cavity)


def _temporalis_mm(rng: np.random.Generator, head: Head) -> Field | float:
    """Extra soft tissue over the temples on the lower levels, in mm."""
    if head.plan.level in ("vertex", "body"):
        return 0.0
    u = head.head_x_mm / np.float32(head.half_mm[0])
    v = head.head_y_mm / np.float32(head.half_mm[1])
    temple = np.clip(1 - (v + np.float32(0.3)) ** 2 * 5, 0, 1) * np.clip(np.abs(u) - 0.4, 0, 0.6)
    extra: Field = np.float32(rng.uniform(0, 14)) * temple
    return extra


def draw_brain(rng: np.random.Generator, head: Head) -> None:
    """Fill the cavity with white matter, a gray cortex folded by sulci, and a rim of fluid."""
    size, plan, edge = head.size_px, head.plan, head.edge_mm
    gap = 3.6 * plan.atrophy**2 * (1 + np.float32(0.5) * smooth_field(rng, size, 6))
    gap = gap + np.float32(rng.uniform(-1.2, 0.4))
    folds = smooth_field(rng, size, int(rng.integers(12, 19)))
    folds += np.float32(0.5) * smooth_field(rng, size, 30)
    distance = np.abs(folds) * np.float32(4.2)  # mm from the nearest fold, roughly
    reach = rng.uniform(9, 17) + (14 if plan.level == "vertex" else 0) + 8 * plan.atrophy
    shallow = soft_step(reach - head.depth_mm, 10.0)
    width = 0.05 + rng.uniform(0.0, 0.35) + 1.1 * plan.atrophy
    if plan.level == "vertex":
        width += rng.uniform(0.1, 0.6)
    effaced = 1 - plan.mass * soft_step(head.x_mm * np.float32(plan.side), 60.0)
    sulcus = soft_step(width * shallow * effaced - distance, rng.uniform(1.4, 2.6) * edge) * shallow
    rim = soft_step(gap - head.depth_mm, 1.5 * edge)
    head.csf["sulcus"] = np.maximum(sulcus, rim) * head.cavity
    white, contrast = rng.uniform(25, 31), rng.uniform(4.0, 9.5)
    cortex = np.maximum(
        soft_step(rng.uniform(3.5, 6.5) - head.depth_mm + gap, 3.0),
        soft_step(rng.uniform(2.0, 3.5) - distance, 3.0) * shallow,
    )
    brain = np.float32(white) + np.float32(contrast) * cortex
    brain += np.float32(rng.uniform(0.4, 1.3)) * smooth_field(rng, size, 9)
    blend(head.hu, brain, head.cavity)
    blend(head.hu, float(rng.uniform(3, 12)), head.csf["sulcus"])
