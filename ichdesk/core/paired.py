"""Two classifiers on the same images: how much better one is, and whether that may be chance."""

from dataclasses import dataclass
from math import sqrt

from ichdesk.core.metrics import mcnemar_exact, wilson_interval


@dataclass(frozen=True, slots=True)
class Paired:
    """How often two classifiers, A and B, are right on the same images.

    Attributes:
        both: Images that both get right.
        only_a: Images that only A gets right; `only_b` only B; `neither` none of them.
    """

    both: int
    only_a: int
    only_b: int
    neither: int

    @property
    def n(self) -> int:
        """All images."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def p(self) -> float:
        """Two-sided p of McNemar's exact test."""
        return mcnemar_exact(self.only_b, self.only_a)

    @property
    def difference(self) -> float | None:
        """Accuracy of B less that of A; None without images."""
        return (self.only_b - self.only_a) / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the difference; None without images.

        Source: method 10 of Newcombe 1998, Stat Med 17:2635-2650: the Wilson intervals of both
        accuracies, put together with the correlation of the answers.
        """
        right_a, right_b = self.both + self.only_a, self.both + self.only_b
        a, b = wilson_interval(right_a, self.n), wilson_interval(right_b, self.n)
        if a is None or b is None:
            return None
        share_a, share_b, phi = right_a / self.n, right_b / self.n, self._correlation
        below = _added(share_b - b[0], a[1] - share_a, phi)
        above = _added(b[1] - share_b, share_a - a[0], phi)
        center = (self.only_b - self.only_a) / self.n
        return max(-1.0, center - below), min(1.0, center + above)

    @property
    def _correlation(self) -> float:
        """Phi of the fourfold table, brought closer to 0 by the continuity correction if > 0."""
        a, b, c, d = self.both, self.only_a, self.only_b, self.neither
        margins = (a + b) * (c + d) * (a + c) * (b + d)
        if not margins:
            return 0.0
        product = float(a * d - b * c)
        if product > 0:
            product = max(0.0, product - self.n / 2)
        return product / sqrt(margins)


def _added(one: float, other: float, correlation: float) -> float:
    """Length of the sum of two errors with this correlation."""
    return sqrt(max(0.0, one**2 - 2 * correlation * one * other + other**2))
