"""95 % intervals of proportions whose samples come in groups, such as slices of patients."""

from collections.abc import Sequence
from math import pi, sqrt, tan

import numpy as np
import numpy.typing as npt

from ichdesk.core.metrics import Z_95, wilson_interval

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Groups = npt.NDArray[np.intp]


def patient_groups(patients: Sequence[str | None]) -> Groups | None:
    """A number for the patient of each sample, one of nobody known being its own.

    None if no patient has two samples.
    """
    numbers = dict[str, int]()
    names = (patient or f"image {number}" for number, patient in enumerate(patients))
    groups = np.array([numbers.setdefault(name, len(numbers)) for name in names], np.intp)
    return None if len(numbers) == len(groups) else groups


def grouped_interval(
    hits: Bools, among: Bools, groups: Groups | None
) -> tuple[float, float] | None:
    """95 % interval of the share of `hits` among `among`; None where there are none.

    Wilson's interval with the number of independent samples that tells as much (Korn and Graubard
    1998): by how much the shares of the groups differ, and how few groups there are. It lies
    between the number of samples and that of a sample whose groups all agree within (Kish 1965),
    which also stands where the groups cannot tell, as for 5 of 5.

    Args:
        hits: Shape (samples,).
        among: Which samples count at all, shape (samples,).
        groups: Number of each sample's group, from 0, shape (samples,); None if each is its own.
    """
    n, successes = int(among.sum()), int((hits & among).sum())
    if n == 0 or groups is None:
        return wilson_interval(successes, n)
    sizes, found = (np.bincount(groups, of).astype(np.float64) for of in (among, hits & among))
    share, alike = successes / n, _effective(found[sizes > 0], sizes[sizes > 0])
    return wilson_interval(share * alike, alike)


def t_quantile(freedom: int) -> float:
    """97.5th percentile of Student's t distribution, to 1 %.

    Source: Abramowitz and Stegun 1964, 26.7.5; exact for 1 and 2 degrees of freedom.
    """
    z, v = Z_95, freedom
    if v == 1:
        return tan(0.475 * pi)
    if v == 2:
        return 0.95 * sqrt(2 / (1 - 0.95**2))
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / v + second / v**2 + third / v**3


def _effective(found: Floats, sizes: Floats) -> float:
    n, groups = float(sizes.sum()), sizes.size
    if groups == n:
        return n
    least = n**2 / float(sizes @ sizes)
    share = float(found.sum()) / n
    deviations = found - share * sizes
    variance = float(deviations @ deviations) / n**2 * groups / max(groups - 1, 1)
    if groups == 1 or share in {0.0, 1.0}:
        return least
    if variance == 0:
        return n
    few = t_quantile(int(n) - 1) / t_quantile(groups - 1)
    return min(n, max(least, share * (1 - share) / variance * few**2))
