"""Synthetic patients: one head, cut at several heights by one scanner.

Outline, scalp, skull, brain, calcium, place on the table and headrest are those of the patient, and
so are kernel and noise level of the scanner; every slice has its own grain of noise. A hemorrhage
reaches over neighboring slices and is largest in its middle.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ichdesk.imaging.slices import HuImage, Place
from ichdesk.phantom.head import Plan
from ichdesk.phantom.lesions import HEMORRHAGE_TYPES
from ichdesk.phantom.parts import PatientRandom
from ichdesk.phantom.slices import PhantomSlice, draw_slice

LOWEST_MM, HIGHEST_MM = 0.0, 56.0
"""Heights of the lowest and the highest slice above the plane through both commissures."""

_LEVELS = ((41.0, "vertex"), (23.0, "body"), (0.0, "ventricle"))


@dataclass(frozen=True, slots=True)
class Bleed:
    """A hemorrhage of a patient: its type, the height of its middle, and how far it reaches."""

    kind: str
    middle_mm: float
    reach_mm: float


@dataclass(frozen=True, slots=True)
class Patient:
    """A synthetic patient.

    Attributes:
        seed: Decides, with the plan, everything that the slices show.
        plan: What all slices share; height and level are those of the lowest one.
        bleed: None for a patient without hemorrhage.
    """

    seed: tuple[int, ...]
    plan: Plan
    bleed: Bleed | None = None

    @property
    def patient_key(self) -> str:
        """Same for all samples of the patient."""
        return synthetic_key("patient", str(self.seed))

    @property
    def series_key(self) -> str:
        """Same for all slices of the scan."""
        return synthetic_key("series", str(self.seed))


def synthetic_key(kind: str, whose: str) -> str:
    """A key of the kind "patient" or "series", as scans have it, of nobody."""
    return hashlib.sha256(f"synthetic {kind} {whose}".encode()).hexdigest()[:32]


def make_patient(seed: tuple[int, ...], size_px: int, bleed: str | None = None) -> Patient:
    """Decide about a patient.

    Args:
        seed: Source of all randomness.
        size_px: Height and width of the slices.
        bleed: A member of `HEMORRHAGE_TYPES`; None for no hemorrhage.

    Raises:
        ValueError: An unknown type.
    """
    if bleed is not None and bleed not in HEMORRHAGE_TYPES:
        known = ", ".join(HEMORRHAGE_TYPES)
        raise ValueError(f"Unknown hemorrhage type {bleed!r}; the known types are {known}.")
    rng = np.random.default_rng(seed)
    field_mm = float(np.clip(rng.normal(240, 14), 210, 280))
    plan = Plan(
        level="ventricle",
        height_mm=LOWEST_MM,
        tilt=float(np.clip(rng.normal(0.1, 0.1), -0.1, 0.3)),
        pixel_mm=field_mm / size_px,
        side=int(rng.choice((-1, 1))),
        mass=float(rng.uniform(0.1, 0.8)) if bleed else 0.0,
        shift_mm=float(rng.normal(0, 0.6)),
        atrophy=float(rng.beta(1.1, 2.2)),
        noise_hu=float(rng.uniform(1.0, 2.6)),
    )
    return Patient(seed, plan, _make_bleed(rng, bleed) if bleed else None)


def _make_bleed(rng: np.random.Generator, kind: str) -> Bleed:
    """A hemorrhage within one level, because its shape is drawn after the level."""
    middle_mm = float(rng.uniform(8, 14) if rng.random() < 0.6 else rng.uniform(30, 34))
    return Bleed(kind, middle_mm, float(rng.uniform(6, 9)))


def draw_patient(
    patient: Patient, count: int, size_px: int
) -> Iterator[tuple[HuImage, PhantomSlice]]:
    """Cut a patient's head at `count` heights, from the lowest to the highest.

    Yields:
        A slice as a scan has it, with keys, spacing and position, in whole Hounsfield units; and
        the same slice with all that is known about it.
    """
    heights = np.linspace(LOWEST_MM, HIGHEST_MM, count)
    for number, height_mm in enumerate(heights):
        plan, types = _cut(patient, float(height_mm))
        rng = PatientRandom(patient.seed, number)
        drawn = draw_slice(rng, plan, types, size_px, is_plain=True)
        place = Place(patient.series_key, patient.patient_key, float(height_mm), number)
        spacing = (plan.pixel_mm, plan.pixel_mm)
        yield HuImage(np.rint(drawn.hu), spacing, place), drawn


def _cut(patient: Patient, height_mm: float) -> tuple[Plan, tuple[str, ...]]:
    """The plan at a height, and the types of hemorrhage that the slice meets."""
    level = next(name for bottom, name in _LEVELS if height_mm >= bottom)
    plan, bleed = replace(patient.plan, level=level, height_mm=height_mm), patient.bleed
    if bleed is None:
        return plan, ()
    near = 1 - ((height_mm - bleed.middle_mm) / bleed.reach_mm) ** 2
    if near <= 0:
        return replace(plan, mass=0.0), ()
    mass = plan.mass * near
    shift_mm = plan.shift_mm - plan.side * 6 * mass**2
    return replace(plan, mass=mass, shift_mm=shift_mm), (bleed.kind,)
