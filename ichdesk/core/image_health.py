"""Checks of a project's images, made of the figures that were measured on their pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from ichdesk.core.data_health import MOST_SHOWN, Check, Shown, State, named, quoted
from ichdesk.core.metrics import Z_95
from ichdesk.core.notes import counted
from ichdesk.core.predictions import Place
from ichdesk.core.samples import ClassBin

Arrays = Mapping[str, npt.NDArray[np.float32]]
Floats = npt.NDArray[np.float64]

FIGURES = ("brightness", "contrast", "black", "white")
"""What is measured of each image: gray levels of what is gray, and shares of the picture."""

_WORDS = {
    "brightness": ("Brightness", 1.0, 0, "gray levels"),
    "contrast": ("Contrast", 1.0, 0, "gray levels"),
    "black": ("Black", 100.0, 0, "% of the picture"),
    "white": ("White", 100.0, 1, "% of the picture"),
}
"""Name, factor, decimals and unit."""
_EXAMPLES = 4  # images of a class that stand for all
_LARGE, _TELLING = 0.8, 2.0  # standard deviations: Cohen 1988; 2 is an AUC of 0.92
_MOST_DIFFERENCE = 99.0
_TELLING_AREA = 0.9  # of a spot outside the head, which should tell nothing at all
_NEARLY_ALWAYS = 0.95  # area under the ROC curve of a spot that gives the class away
_OUTSIDE = 0.1  # share of pictures in which a spot outside the head shows it nonetheless
_LEAST_COLORED = 0.2  # difference of the shares of colored pictures that a model would see


@dataclass(frozen=True, slots=True)
class Difference:
    """How differently two classes are shown, in standard deviations, with its 95 % interval."""

    figure: str
    one: int
    other: int
    d: float
    low: float
    high: float

    @property
    def least(self) -> float:
        """The smallest difference that the interval allows, without sign; 0 if it allows none."""
        return max(0.0, self.low, -self.high)


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Where a single spot tells the classes apart.

    Attributes:
        best: Area under the ROC curve of each spot, for the class it tells best, (16, 16), from
            0.5 up.
        label: That class of each spot, (16, 16).
        is_outside: Whether the spot lies outside the head, (16, 16).
        limit: Area that hardly any spot passes by chance.
    """

    best: Floats
    label: npt.NDArray[np.intp]
    is_outside: npt.NDArray[np.bool_]
    limit: float

    @property
    def telling(self) -> npt.NDArray[np.bool_]:
        """Spots that give a class away: outside the head beyond chance, or nearly always."""
        beyond = self.best > self.limit
        result: npt.NDArray[np.bool_] = beyond & (self.is_outside | (self.best >= _NEARLY_ALWAYS))
        return result

    @staticmethod
    def of(arrays: Arrays) -> "Spots | None":
        """What `spots` and its neighbors say; None before they are there."""
        if "spots" not in arrays:
            return None
        auc = arrays["spots"].astype(np.float64)  # (C, 16, 16)
        away = np.abs(auc - 0.5)
        is_outside = arrays["head"].astype(np.float64) < _OUTSIDE
        limit = 0.5 + float(arrays["spot_limit"][0])
        return Spots(0.5 + away.max(axis=0), away.argmax(axis=0), is_outside, limit)


def image_checks(classes: Sequence[ClassBin], arrays: Arrays) -> tuple[Check, ...]:
    """The checks that can be made of what has been measured so far.

    Args:
        classes: Those that were looked at.
        arrays: As the observer "data-health" documents them; {} at first.
    """
    makers = {
        "unreadable": _unreadable_check,
        "sizes": _sizes_check,
        "figures": _shown_check,
        "spots": _spots_check,
        "outliers": _outliers_check,
        "near": _near_check,
    }
    return tuple(make(classes, arrays) for name, make in makers.items() if name in arrays)


def differences(figures: npt.NDArray[np.float32]) -> list[Difference]:
    """Standardized mean differences of all pairs of classes and figures, the surest first.

    Cohen's d with its usual standard error (Hedges and Olkin 1985, 5.14), which counts patients
    where images are grouped by patient.

    Args:
        figures: n, patients, mean and standard deviation, shape (C, F, 4).
    """
    found = []
    for one in range(len(figures)):
        for other in range(one + 1, len(figures)):
            for name, a, b in zip(FIGURES, figures[one], figures[other], strict=True):
                if min(a[1], b[1]) >= 2:
                    found.append(Difference(name, one, other, *_standardized(a, b)))
    return sorted(found, key=lambda difference: (-difference.least, -abs(difference.d)))


def _standardized(
    a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]
) -> tuple[float, float, float]:
    (n, units, mean, sd), (m, others, mean_b, sd_b) = a.tolist(), b.tolist()
    pooled = sqrt(((n - 1) * sd**2 + (m - 1) * sd_b**2) / max(n + m - 2, 1))
    away = mean - mean_b
    if pooled > 1e-9:
        d = max(-_MOST_DIFFERENCE, min(_MOST_DIFFERENCE, away / pooled))
    else:
        d = 0.0 if abs(away) < 1e-9 else float(np.copysign(_MOST_DIFFERENCE, away))
    half = Z_95 * sqrt((units + others) / (units * others) + d**2 / (2 * (units + others)))
    return d, d - half, d + half


# --- one check each --------------------------------------------------------------------------


def _unreadable_check(classes: Sequence[ClassBin], arrays: Arrays) -> Check:
    rows, total = arrays["unreadable"], sum(len(bin_.samples) for bin_ in classes)
    title = "Readable"
    if not len(rows):
        return Check("readable", title, State.FINE, f"All {total:,} images can be read.")
    return Check(
        "readable",
        title,
        State.PROBLEM,
        f"{len(rows):,} of {counted(total, 'image')} cannot be read and take no part in training.",
        "Remove them, or add them again from their source.",
        _listed(classes, rows),
    )


def _sizes_check(classes: Sequence[ClassBin], arrays: Arrays) -> Check:
    sizes, title = arrays["sizes"], "Size and color"  # rows of class, width, height, count
    colors = arrays["colors"]  # (C, 2): looked at, colored
    shares = colors[:, 1] / np.maximum(colors[:, 0], 1)
    kinds = sorted({(int(w), int(h)) for _, w, h, _ in sizes})
    text = _sizes_text(classes, sizes, kinds) + _colors_text(classes, colors)
    looked = shares[colors[:, 0] > 0]
    is_uneven = len(looked) > 1 and float(looked.max() - looked.min()) >= _LEAST_COLORED
    if _same_sizes(sizes) and not is_uneven:
        return Check("sizes", title, State.FINE, text)
    advice = (
        "If one class comes from another scanner or program, the model may learn that instead of "
        "the finding; mix the sources, or prepare all images in the same way."
    )
    return Check("sizes", title, State.LOOK, text, advice)


def _same_sizes(sizes: npt.NDArray[np.float32]) -> bool:
    """Whether the commonest size of every class is that of all others."""
    commonest = set()
    for label in np.unique(sizes[:, 0]):
        own = sizes[sizes[:, 0] == label]
        commonest.add(tuple(own[own[:, 3].argmax(), 1:3].tolist()))
    return len(commonest) < 2


def _sizes_text(
    classes: Sequence[ClassBin], sizes: npt.NDArray[np.float32], kinds: list[tuple[int, int]]
) -> str:
    n = int(sizes[:, 3].sum())
    if len(kinds) == 1:
        width, height = kinds[0]
        return f"All {n:,} images are stored with {width:,} × {height:,} pixels."
    parts = []
    for label, bin_ in enumerate(classes):
        own = sizes[sizes[:, 0] == label]
        if len(own):
            _, width, height, count = own[own[:, 3].argmax()].tolist()
            parts.append(
                f"{quoted(bin_.name)} mostly {width:,.0f} × {height:,.0f} "
                f"({count:,.0f} of {own[:, 3].sum():,.0f})"
            )
    return f"{len(kinds)} sizes in {counted(n, 'image')}: {named(parts)}."


def _colors_text(classes: Sequence[ClassBin], colors: npt.NDArray[np.float32]) -> str:
    looked, colored = colors.sum(axis=0).tolist()
    if not looked:
        return ""
    if not colored:
        return f" None of {counted(int(looked), 'picture')} looked at is colored."
    parts = [
        f"{quoted(bin_.name)} {row[1]:,.0f} of {row[0]:,.0f}"
        for bin_, row in zip(classes, colors, strict=True)
        if row[0]
    ]
    return f" Colored, of those looked at: {named(parts)}."


def _shown_check(classes: Sequence[ClassBin], arrays: Arrays) -> Check:
    title, figures = "Brightness and window", arrays["figures"]
    found = differences(figures)
    if not found:
        text = "A class has fewer than two images or patients, so nothing can be compared."
        return Check("shown", title, State.UNKNOWN, text, "Add images.")
    text = " ".join(_difference_text(d, classes, figures) for d in found[:1])
    if found[0].least <= _LARGE:
        end = " That is no sign of another window."
        return Check("shown", title, State.FINE, text + end)
    more = sum(d.least > _LARGE for d in found[1:])
    if more:
        text += (
            f" {counted(more, 'more comparison')} {'differs' if more == 1 else 'differ'} as much."
        )
    advice = (
        "Look at both classes side by side: if window or scanner differ, the model may learn that; "
        "show all images through one window. If it is the finding itself, there is nothing to do."
    )
    state = State.PROBLEM if found[0].least > _TELLING else State.LOOK
    examples = _examples(classes, (found[0].one, found[0].other))
    return Check("shown", title, state, text, advice, examples)


def _difference_text(
    found: Difference, classes: Sequence[ClassBin], figures: npt.NDArray[np.float32]
) -> str:
    word, factor, decimals, unit = _WORDS[found.figure]
    column = FIGURES.index(found.figure)
    one, other = figures[found.one, column], figures[found.other, column]
    name, rival = quoted(classes[found.one].name), quoted(classes[found.other].name)
    units = "patients" if one[1] + other[1] < one[0] + other[0] else ""
    n = f"{one[0]:,.0f} and {other[0]:,.0f} images"
    whose = f" of {one[1]:,.0f} and {other[1]:,.0f} {units}" if units else ""
    here, there = (f"{factor * row[2]:.{decimals}f}" for row in (one, other))
    return (
        f"{word} differs most: {here} {unit} in {name}, {there} in {rival}, "
        f"{abs(found.d):.1f} standard deviations (95 % interval {_interval(found)}; {n}{whose})."
    )


def _interval(found: Difference) -> str:
    low, high = (found.low, found.high) if found.d >= 0 else (-found.high, -found.low)
    return f"{low:.1f} to {high:.1f}".replace("-", "−")


def _spots_check(classes: Sequence[ClassBin], arrays: Arrays) -> Check:
    title, spots = "A single telling spot", Spots.of(arrays)
    assert spots is not None
    n, units = (int(number) for number in arrays["spot_n"].tolist())
    whose = counted(n, "image") + (f" of {counted(units, 'patient')}" if units < n else "")
    telling = spots.telling
    if not telling.any():
        text = (
            f"The best of 256 spots tells the classes apart with an area of "
            f"{spots.best.max():.2f} (0.5 is a coin, 1 always; {whose}). None outside the head "
            f"passes {spots.limit:.2f}, the limit of chance, and none gives a class away."
        )
        return Check("spots", title, State.FINE, text)
    at = np.unravel_index(np.where(telling, spots.best, 0).argmax(), spots.best.shape)
    label, best = int(spots.label[at]), float(spots.best[at])
    name = quoted(classes[label].name)
    outside = "outside the head, " if spots.is_outside[at] else ""
    more = int(telling.sum()) - 1
    text = (
        f"The brightness of one spot {outside}{_side(int(at[0]), int(at[1]))}, tells {name} from "
        f"the rest with an area of {best:.2f} (0.5 is a coin, 1 always; the limit of chance is "
        f"{spots.limit:.2f}; {whose})."
    )
    if more:
        text += f" So {'does' if more == 1 else 'do'} {counted(more, 'other spot')}."
    advice = (
        "Look there in both classes: a marker, a letter or a headrest may stand in for the "
        "diagnosis. Crop to the head or take these images out, and train again."
    )
    state = State.PROBLEM if best >= _TELLING_AREA else State.LOOK
    others = [k for k in range(len(classes)) if k != label]
    return Check("spots", title, state, text, advice, _examples(classes, (label, others[0])))


def _side(row: int, column: int) -> str:
    """Where a spot of 16 x 16 is, in words."""
    up = ("at the top ", "", "at the bottom ")[3 * row // 16]
    across = ("left", "in the middle", "right")[3 * column // 16]
    return f"{up}{across}" if up or across == "in the middle" else f"at the {across}"


def _outliers_check(classes: Sequence[ClassBin], arrays: Arrays) -> Check:
    title, rows = "Outliers", arrays["outliers"]  # class, position, score, whether in class only
    n = int(arrays["outlier_n"][0])
    if n < int(arrays["outlier_n"][1]):
        text = f"{counted(n, 'image')} are too few to say which of them is unusual."
        return Check("outliers", title, State.UNKNOWN, text, "Add images.")
    if not len(rows):
        text = f"None of {counted(n, 'image')} is twice as far from the nearest others as usual."
        return Check("outliers", title, State.FINE, text)
    remarks = [
        f"{row[2]:.1f} × the usual{', in its class' if row[3] else ''}" for row in rows[:MOST_SHOWN]
    ]
    text = (
        f"{len(rows):,} of {counted(n, 'image')} {'is' if len(rows) == 1 else 'are'} at least "
        "twice as far from the nearest others as usual, in what the network sees of them."
    )
    advice = (
        "Look at each: another body part, a scout view, a wrong label or an artifact does not "
        "belong here; a rare finding does."
    )
    return Check("outliers", title, State.LOOK, text, advice, _listed(classes, rows, remarks))


def _near_check(classes: Sequence[ClassBin], arrays: Arrays) -> Check:
    """Of `near`: class, position, class, position, whether both are of one patient."""
    title, rows = "Near copies", arrays["near"]
    n, total, neighbors = (int(number) for number in arrays["near_n"].tolist())
    left_out = (
        f" {counted(neighbors, 'image')} that resemble another slice of the same patient and "
        "class are not counted."
        if neighbors
        else ""
    )
    if not total:
        text = f"No two of {counted(n, 'image')} are nearly the same.{left_out}"
        return Check("near", title, State.FINE, text)
    crossing = sum(int(row[0] != row[2]) for row in rows)
    text = (
        f"{total:,} of {counted(n, 'image')} {'is' if total == 1 else 'are'} nearly the same as "
        f"another one: saved again, resized, brightened or moved a little.{left_out}"
    )
    if crossing:
        text += f" {counted(crossing, 'pair')} {'lies' if crossing == 1 else 'lie'} in two classes."
    is_problem = any(row[0] != row[2] and not row[4] for row in rows)
    advice = (
        "Two labels for one picture cannot both be right: decide for one, and remove the other."
        if is_problem
        else "Keep one of each, or hold out whole patients, or the test knows its answers."
    )
    places = [(int(row[c]), int(row[c + 1])) for row in rows for c in (0, 2)]
    shown = tuple(Shown(_place(classes, *place)) for place in places[:MOST_SHOWN])
    state = State.PROBLEM if is_problem else State.LOOK
    return Check("near", title, state, text, advice, shown, is_paired=True)


def _examples(classes: Sequence[ClassBin], labels: tuple[int, int]) -> tuple[Shown, ...]:
    """Some images of two classes, evenly spread and in turns, to look at side by side."""
    shown = []
    for part in range(_EXAMPLES):
        for label in labels:
            n = len(classes[label].samples)
            if part < n:
                position = part * n // min(n, _EXAMPLES)
                shown.append(Shown(_place(classes, label, position), "example"))
    return tuple(shown)


def _listed(
    classes: Sequence[ClassBin], rows: npt.NDArray[np.float32], remarks: Sequence[str] = ()
) -> tuple[Shown, ...]:
    said = [*remarks, *[""] * len(rows)]
    pairs = zip(rows[:MOST_SHOWN], said, strict=False)
    return tuple(Shown(_place(classes, int(r[0]), int(r[1])), remark) for r, remark in pairs)


def _place(classes: Sequence[ClassBin], label: int, position: int) -> Place:
    return Place(classes[label].id, position)
