"""Checks of a project's data before anybody trusts a model: what needs no pixels."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from ichdesk.core.notes import counted
from ichdesk.core.predictions import Place, places_now
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, is_current
from ichdesk.core.samples import ClassBin
from ichdesk.core.split_facts import copies_text, shared_patients_text, split_text

MOST_SHOWN = 200  # images of a check; the others are only counted
_UNEVEN, _VERY_UNEVEN = 3, 10  # times as many images
_FEW_IMAGES = 50  # in a class; below, 7 test images decide
_FEW_PATIENTS = 20  # in a class, where each has several images


class State(Enum):
    """What a check says, in words that are shown."""

    FINE = "Fine"
    LOOK = "Look at it"
    PROBLEM = "Problem"
    UNKNOWN = "Not known"


@dataclass(frozen=True, slots=True)
class Shown:
    """An image that a check is about, and what is said of it."""

    place: Place
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What one look at the data came to.

    Attributes:
        key: Names the check, the same in every project.
        title: What was looked at.
        state: How it came out.
        text: One sentence or two, with numbers.
        advice: What to do; "" where there is nothing.
        images: Those concerned, at most `MOST_SHOWN`.
        is_paired: Whether they come two by two.
    """

    key: str
    title: str
    state: State
    text: str
    advice: str = ""
    images: tuple[Shown, ...] = ()
    is_paired: bool = False


def looked_at(project: Project) -> tuple[ClassBin, ...]:
    """The classes that checks are about: enabled, with images."""
    return tuple(bin_ for bin_ in project.enabled_classes if bin_.samples)


def fact_checks(project: Project, run: TrainingRun | None) -> tuple[Check, ...]:
    """All checks that need no pixels.

    Args:
        project: As it is now.
        run: The last training that ended well, or None.
    """
    classes = looked_at(project)
    if not classes:
        return ()
    fixed = (test_set_check(classes),) if project.has_test_set else ()
    return (
        balance_check(classes),
        copies_check(classes),
        patients_check(classes),
        kinds_check(classes),
        *fixed,
        split_check(project, run),
    )


def balance_check(classes: Sequence[ClassBin]) -> Check:
    """How many images the classes have, and what answering without a look would score."""
    sizes = [len(bin_.samples) for bin_ in classes]
    total, largest = sum(sizes), classes[sizes.index(max(sizes))]
    n, ratio = max(sizes), max(sizes) / min(sizes)
    listed = named(f"{quoted(b.name)} {len(b.samples):,}" for b in classes)
    text = (
        f"{counted(total, 'image')}: {listed}. Always answering {quoted(largest.name)} would be "
        f"right for {percent(n / total)} ({n:,} of {total:,})."
    )
    if len(classes) < 2:
        advice = "A second class with images is needed before anything can be learned."
        return Check("balance", "Class balance", State.LOOK, text, advice)
    state, advice = State.FINE, ""
    if ratio >= _UNEVEN:
        state = State.PROBLEM if ratio >= _VERY_UNEVEN else State.LOOK
        text += f" The largest class has {ratio:.0f} times as many as the smallest."
        advice = (
            "Read the accuracy of each class, not the overall one; add images to the small class "
            "or take some out of the large one."
        )
    elif min(sizes) < _FEW_IMAGES:
        state = State.LOOK
        text += f" The smallest class has fewer than {_FEW_IMAGES}."
        advice = "So few test images swing with luck: train with several seeds, or add images."
    return Check("balance", "Class balance", state, text, advice)


def copies_check(classes: Sequence[ClassBin]) -> Check:
    """Images with the same bytes, within a class or in several."""
    digests = Counter(sample.sha256 for bin_ in classes for sample in bin_.samples)
    found = defaultdict[str, list[Place]](list)
    for bin_ in classes if len(digests) < digests.total() else ():
        for index, sample in enumerate(bin_.samples):
            if digests[sample.sha256] > 1:
                found[sample.sha256].append(Place(bin_.id, index))
    groups = list(found.values())
    across = [g for g in groups if len({place.class_id for place in g}) > 1]
    total, title = sum(len(bin_.samples) for bin_ in classes), "Exact copies"
    if not groups:
        return Check("copies", title, State.FINE, f"No two of {counted(total, 'image')} are equal.")
    extra = sum(len(group) - 1 for group in groups)
    text = f"{extra:,} of {counted(total, 'image')} {_are(extra)} an exact copy of another one"
    state, advice = State.LOOK, "Keep one of each: copies in training and test flatter the result."
    if across:
        state = State.PROBLEM
        text += f"; {counted(len(across), 'image')} {_are(len(across))} in two classes at once"
        advice = "An image has one truth: decide which class is right and take out the other one."
    rows = sorted(groups, key=lambda g: len({place.class_id for place in g}) == 1)
    pairs = _paired((group[0], other) for group in rows for other in group[1:])
    return Check("copies", title, state, f"{text}.", advice, pairs, is_paired=True)


def patients_check(classes: Sequence[ClassBin]) -> Check:
    """Of how many patients the images are, and who has images in several classes."""
    title, total = "Patients", sum(len(bin_.samples) for bin_ in classes)
    own = [Counter(s.patient for s in bin_.samples if s.patient) for bin_ in classes]
    known = sum(sum(patients.values()) for patients in own)
    everybody = Counter(patient for patients in own for patient in patients)
    if not known:
        text = (
            f"None of {counted(total, 'image')} says of whom it is, so slices of one patient can "
            "be both in training and in the test."
        )
        advice = "Import the scans themselves (DICOM), or one slice of each patient only."
        return Check("patients", title, State.UNKNOWN, text, advice)
    pairs = zip(classes, own, strict=True)
    listed = named(f"{quoted(b.name)} {len(patients):,}" for b, patients in pairs)
    shared = sum(n > 1 for n in everybody.values())
    text = (
        f"{counted(len(everybody), 'patient')}, {known / len(everybody):.1f} images of each on "
        f"average: {listed}. "
    )
    text += f"{shared or 'None'} {_have(shared)} images in more than one class."
    if known < total:
        text += f" {counted(total - known, 'image')} {_do(total - known)} not say of whom."
    few = min(map(len, own)) < _FEW_PATIENTS and known > 1.5 * len(everybody)
    if few or known < total:
        advice = (
            "Count patients, not images: split by patient, and add patients rather than slices."
        )
        return Check("patients", title, State.LOOK, text, advice)
    return Check("patients", title, State.FINE, text)


def kinds_check(classes: Sequence[ClassBin]) -> Check:
    """Whether slices in Hounsfield units and ready-made pictures are mixed."""
    title, total = "Kinds of image", sum(len(bin_.samples) for bin_ in classes)
    slices = [sum(sample.is_hu for sample in bin_.samples) for bin_ in classes]
    if sum(slices) in {0, total}:
        kind = "slices in Hounsfield units" if sum(slices) else "ready-made pictures"
        return Check("kinds", title, State.FINE, f"All {total:,} images are {kind}.")
    pairs = list(zip(classes, slices, strict=True))
    listed = named(f"{quoted(b.name)} {n:,} of {len(b.samples):,}" for b, n in pairs)
    shares = [n / len(bin_.samples) for bin_, n in pairs]
    is_telling = max(shares) - min(shares) > 0.5
    return Check(
        "kinds",
        title,
        State.PROBLEM if is_telling else State.LOOK,
        f"Slices in Hounsfield units are mixed with ready-made pictures: {listed} are such slices.",
        "Window and size differ between the kinds, and a model sees that; import all images the "
        "same way.",
    )


def test_set_check(classes: Sequence[ClassBin]) -> Check:
    """Copies and patients on both sides of the fixed test set."""
    title = "Fixed test set"
    sides: tuple[dict[str, Place], dict[str, Place]] = ({}, {})
    patients: tuple[set[str], set[str]] = (set(), set())
    tested = 0
    for bin_ in classes:
        for index, sample in enumerate(bin_.samples):
            tested += sample.is_test
            sides[sample.is_test].setdefault(sample.sha256, Place(bin_.id, index))
            if sample.patient:
                patients[sample.is_test].add(sample.patient)
    copies = [digest for digest in sides[True] if digest in sides[False]]
    both = len(patients[True] & patients[False])
    text = (
        f"{counted(tested, 'test image')}; {counted(len(copies), 'image')} and "
        f"{counted(both, 'patient')} are on both sides."
    )
    if not copies and not both:
        return Check("test set", title, State.FINE, text)
    advice = (
        "Take the copies out, and move all images of a patient to one side: the test knows them."
    )
    pairs = _paired(((sides[True][d], sides[False][d]) for d in copies), ("test", "training"))
    return Check("test set", title, State.PROBLEM, text, advice, pairs, is_paired=True)


def split_check(project: Project, run: TrainingRun | None) -> Check:
    """What the split of the last training hides."""
    title = "Training and test"
    if run is None or run.split is None or not any(run.test):
        text = "Nothing was trained and tested yet."
        advice = "Train once: then patients and near copies on both sides are counted here."
        return Check("split", title, State.UNKNOWN, text, advice)
    facts, tested = run.split, sum(map(len, run.test))
    remedy = "choose Split: By patient and train again"
    warnings = [shared_patients_text(facts, remedy), copies_text(facts, remedy)]
    said = [warning for warning in warnings if warning]
    text = f"{split_text(facts)}; {counted(tested, 'test image')}."
    if not is_current(run, project):
        text += " Images or settings have changed since."
    if not said:
        return Check("split", title, State.FINE, f"{text} No near copies on both sides.")
    pairs = _split_pairs(project, run)
    return Check("split", title, State.PROBLEM, text, " ".join(said), pairs, is_paired=True)


def named(parts: Iterable[str], most: int = 8) -> str:
    """A list in words; what is too long ends in how many more there are."""
    every = list(parts)
    if len(every) > most:
        every = [*every[:most], f"{len(every) - most} more"]
    return ", ".join(every)


def percent(share: float) -> str:
    """Whole percent: "97 %"."""
    return f"{100 * share:.0f} %"


def quoted(name: str) -> str:
    """A name as it stands in a sentence, on one line."""
    return f"“{' '.join(name.split())}”"


def _split_pairs(project: Project, run: TrainingRun) -> tuple[Shown, ...]:
    """The near copies of a run's split, where they are now."""
    assert run.split is not None
    now, ids, pairs = places_now(run, project), run.class_ids, list[tuple[Place, Place]]()
    for copy in run.split.copies:
        one = now.get((ids[copy.label], copy.position))
        other = now.get((ids[copy.of_label], copy.of_position))
        if one and other:
            pairs.append((one, other))
    return _paired(pairs, ("test", "training"))


def _paired(
    pairs: Iterable[tuple[Place, Place]], remarks: tuple[str, str] = ("", "")
) -> tuple[Shown, ...]:
    shown = [Shown(place, r) for pair in pairs for place, r in zip(pair, remarks, strict=True)]
    return tuple(shown[:MOST_SHOWN])


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _have(number: int) -> str:
    return "has" if number < 2 else "have"


def _do(number: int) -> str:
    return "does" if number == 1 else "do"
