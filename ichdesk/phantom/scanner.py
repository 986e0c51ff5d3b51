"""The scanner: slice thickness, reconstruction kernel, noise, and what motion and bone spoil."""

from functools import lru_cache

import numpy as np
from scipy import fft

from ichdesk.phantom.fields import Field, Mask, smooth_field
from ichdesk.phantom.head import Head
from ichdesk.phantom.parts import part

_METAL_HU = 2000.0
_TISSUE_CEILING_HU = 1800.0


def scan(rng: np.random.Generator, head: Head) -> Field:
    """The picture a scanner makes of the drawn head: (H, W) float32, HU."""
    hu = np.minimum(head.hu, np.float32(_TISSUE_CEILING_HU))
    metal = head.hu > _METAL_HU
    thick, still = part(rng, "thickness"), part(rng, "motion", is_new=True)
    if thick.random() < 0.5:
        hu = _mix_neighbor_slice(thick, hu)
    if still.random() < 0.05:
        hu = _move(still, hu)
    hu = _reconstruct(part(rng, "kernel"), head, hu)
    inside = np.clip(head.scalp_mm * np.float32(0.5) + 1, 0.1, 1)
    spoiled = _harden(part(rng, "hardening"), head)
    if metal.any():
        spoiled += _star(rng, head, metal)
    starved = part(rng, "streaks", is_new=True)
    if head.plan.level in ("basal", "posterior") or starved.random() < 0.06:
        spoiled += _bone_streaks(starved, head)
    if rng.random() < 0.04:
        spoiled += _rings(rng, head)
    hu += spoiled * inside
    if rng.random() < 0.35:
        _cut_circle(rng, hu)
    return hu


def _mix_neighbor_slice(rng: np.random.Generator, hu: Field) -> Field:
    """A thick slice: part of it is the head a little above, smaller or larger."""
    size, share = hu.shape[0], np.float32(rng.uniform(0.1, 0.5))
    scale, lines = 1 + rng.normal(0, 0.012), np.arange(hu.shape[0])
    rows, columns = (
        np.clip(
            np.rint((lines - size / 2) * scale + size / 2 + rng.normal(0, 0.5)), 0, size - 1
        ).astype(np.intp)
        for _ in range(2)
    )
    mixed: Field = hu + share * (hu[rows][:, columns] - hu)
    return mixed


def _move(rng: np.random.Generator, hu: Field) -> Field:
    """Motion: a second contour beside the first, and bone drawn out into bright and dark bands."""
    step = rng.integers(-3, 4, 2)
    ghost = np.roll(hu, step, axis=(0, 1))
    share = np.float32(rng.uniform(0.1, 0.4))
    bone = np.clip(hu - 200, 0, 1000)
    bands = np.roll(bone, 4 * step, axis=(0, 1)) - np.roll(bone, 7 * step, axis=(0, 1))
    hu = hu + share * (ghost - hu)
    hu += np.float32(rng.uniform(0, 0.02)) * bands
    return hu


@lru_cache(maxsize=8)
def _frequencies(size_px: int) -> tuple[Field, Field]:
    """Frequency in cycles per pixel and the share of it along y, squared; (H, H // 2 + 1)."""
    fy, fx = fft.fftfreq(size_px)[:, None], fft.rfftfreq(size_px)[None]
    squared = fx * fx + fy * fy
    upright = fy * fy / np.maximum(squared, 1e-9)
    return np.sqrt(squared).astype(np.float32), upright.astype(np.float32)


def _reconstruct(rng: np.random.Generator, head: Head, hu: Field) -> Field:
    """Apply a soft to sharp kernel, and add noise that this kernel has shaped.

    Filtered back projection weighs frequencies with a ramp, so its noise is band-passed: little at
    low frequencies, a peak, and the roll-off of the kernel.
    """
    frequency, upright = _frequencies(head.size_px)
    sharpness = rng.random()
    cutoff = np.float32(0.25 + 0.27 * sharpness + rng.normal(0, 0.02))
    falling = np.exp(-np.square(frequency / cutoff))
    crisp = np.float32(max(0.0, sharpness - 0.45) * rng.uniform(0, 0.9))
    transfer = falling * (1 + crisp * np.square(frequency * np.float32(3)))
    ramp = falling * (frequency + np.float32(rng.uniform(0.01, 0.06)))
    if head.plan.level in ("basal", "posterior"):  # most is lost across the petrous bones
        ramp *= 1 + np.float32(rng.uniform(0, 1.2)) * upright
    size = (head.size_px, head.size_px)
    chance = part(rng, "grain", is_new=True)
    grain = _irfft(chance.standard_normal((*ramp.shape, 2), dtype=np.float32), ramp, size)
    grain *= np.float32(head.plan.noise_hu) * _noise_profile(rng, head)
    hu = fft.irfft2(fft.rfft2(hu) * transfer, s=size)
    return (hu + grain).astype(np.float32, copy=False)


def _irfft(parts: Field, shape: Field, size: tuple[int, int]) -> Field:
    """Noise of unit variance whose spectrum has the given shape."""
    spectrum = parts.view(np.complex64)[..., 0] * shape
    noise: Field = fft.irfft2(spectrum, s=size)
    return noise / max(float(noise.std()), 1e-12)


def _noise_profile(rng: np.random.Generator, head: Head) -> Field:
    """Relative noise: most in the middle of the head, where the rays have lost most."""
    middle = np.clip(head.depth_mm * np.float32(1 / 55), 0, 1)
    rise = np.float32(rng.uniform(0, 0.5))
    profile: Field = (1 - rise / 2 + rise * middle) * np.clip(head.scalp_mm * 0.5 + 1, 0.12, 1)
    return profile.astype(np.float32, copy=False)


def _harden(rng: np.random.Generator, head: Head) -> Field:
    """Beam hardening: brain looks denser close to the bone; slow shading; a dark petrous bar."""
    reach = np.float32(rng.uniform(3, 14))
    near = 1 / (1 + np.square(np.maximum(head.depth_mm, 0) / reach))
    shade = np.float32(rng.uniform(-1, 8) * rng.random() ** 0.5) * near
    shade += np.float32(rng.uniform(0, 1.3)) * smooth_field(rng, head.size_px, 3)
    shade += np.float32(rng.normal(0, 1.5))
    if head.plan.level == "posterior" or (head.plan.level == "basal" and rng.random() < 0.4):
        across = head.head_y_mm - np.float32(rng.uniform(0, 18))
        across += np.float32(rng.normal(0, 0.1)) * head.head_x_mm
        bar = np.clip(1 - np.abs(head.head_x_mm) / 34, 0, 1) / (1 + np.square(across / 4))
        shade -= np.float32(rng.uniform(0, 14)) * bar
    return (shade * head.cavity).astype(np.float32, copy=False)


def _star(rng: np.random.Generator, head: Head, metal: Mask) -> Field:
    """Bright and dark rays away from the middle of the metal, in opposite pairs."""
    rows, columns = np.nonzero(metal)
    pick = int(rng.integers(len(rows)))
    dx = head.image_x_mm - head.image_x_mm[rows[pick], columns[pick]]
    dy = head.image_y_mm - head.image_y_mm[rows[pick], columns[pick]]
    angle = np.arctan2(dy, dx)
    table = rng.standard_normal(64).astype(np.float32)
    rays = table[(np.mod(angle, np.pi) * np.float32(64 / np.pi)).astype(np.intp) % 64]
    at_skin = head.depth_mm[rows[pick], columns[pick]] < -2
    amount = np.float32(rng.uniform(3, 18 if at_skin else 60) * min(1.0, len(rows) / 12))
    fade = 1 + (dx * dx + dy * dy) * np.float32(1 / rng.uniform(10, 25) ** 2)
    star: Field = amount * rays / fade
    return star


def _bone_streaks(rng: np.random.Generator, head: Head) -> Field:
    """Photon starvation: fine lines across the head, strongest between dense bones."""
    rows = rng.standard_normal(head.size_px).astype(np.float32)
    rows[1:] += rows[:-1]
    strength = rng.uniform(0, 1.1) * rng.random() ** 1.5
    where = np.abs(smooth_field(rng, head.size_px, 4))
    tilt = np.rint(np.linspace(0, rng.normal(0, 6), head.size_px)).astype(np.intp)
    lines = rows[(np.arange(head.size_px)[:, None] + tilt) % head.size_px]
    streaks: Field = lines * where * np.float32(strength)
    return streaks


def _rings(rng: np.random.Generator, head: Head) -> Field:
    """Faint circles around the middle of the picture, from detectors that answer differently."""
    radius = _radius_px(head.size_px)
    table = np.zeros(head.size_px, np.float32)
    table[rng.integers(0, head.size_px // 3, 6)] = rng.normal(0, 2.5, 6)
    rings: Field = table[radius.astype(np.intp)]
    return rings


@lru_cache(maxsize=8)
def _radius_px(size_px: int) -> Field:
    line = np.arange(size_px, dtype=np.float32) - np.float32((size_px - 1) / 2)
    radius: Field = np.hypot(line[:, None], line[None])
    return radius


def _cut_circle(rng: np.random.Generator, hu: Field) -> None:
    """Only the circle inside the picture is measured; what lies outside of it is black."""
    hu[_radius_px(hu.shape[0]) > hu.shape[0] * rng.uniform(0.495, 0.51)] = -1024
