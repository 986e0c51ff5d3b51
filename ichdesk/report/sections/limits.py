"""The section on limits, each written from a fact of this training."""

from collections.abc import Iterator

from ichdesk.core.notes import counted
from ichdesk.core.results import untaught_text
from ichdesk.core.split_facts import BY_TEST_SET, copies_text, shared_patients_text
from ichdesk.report.document import Bullets, Section
from ichdesk.report.source import Findings
from ichdesk.report.words import interval_text, isolated, listed, quoted

SMALL_TEST_SET = 100
SMALL_CLASS = 10
UNEVEN = 1.5
WIDE = 0.2
_REMEDY = "hold out whole patients to know more"


def limits(found: Findings) -> Section:
    """What a reader has to bear in mind."""
    points = (*_testing(found), *_splitting(found), *_learning(found), *_always(found))
    return Section("limits", "Limits", (Bullets(points),))


def _testing(found: Findings) -> Iterator[str]:
    accuracy = found.evaluation.accuracy if found.evaluation else None
    if accuracy is None or accuracy.interval is None:
        yield "Nothing is known of how good the model is: no image was held out for testing."
        return
    low, high = accuracy.interval
    if accuracy.n < SMALL_TEST_SET or high - low > WIDE:
        yield (
            f"Few test images: with {accuracy.n:,}, the accuracy is known only as "
            f"{interval_text(accuracy)}, and one more right or wrong answer changes it by "
            f"{1 / accuracy.n:.{2 if accuracy.n < SMALL_TEST_SET else 3}f}."
        )
    if small := [
        f"{quoted(name)} ({len(rows):,})"
        for name, rows in zip(found.names, found.run.test, strict=True)
        if len(rows) < SMALL_CLASS
    ]:
        shown = small[:6] + [f"{len(small) - 6:,} more"] * (len(small) > 6)
        yield f"Classes with fewer than {SMALL_CLASS} test images: {listed(shown)}."
    if any(sample.patient is None for _, samples in found.run.key[0] for sample in samples):
        yield (
            "Not every image says of which patient it is. If several are of one patient, the "
            "truth is less certain than the intervals say."
        )


def _splitting(found: Findings) -> Iterator[str]:
    facts = found.run.split
    if facts is None:
        yield "It is not known how the images were split."
        return
    if text := shared_patients_text(facts, _REMEDY):
        yield text
    if text := copies_text(facts, _REMEDY):
        yield text
    if facts.by != BY_TEST_SET and not any(found.source.repeats.values()):
        yield (
            "One training with one split: with another seed the result would be another. How "
            "much it varies was not tried."
        )


def _learning(found: Findings) -> Iterator[str]:
    sizes = sorted(len(samples) for _, samples in found.run.key[0])
    if sizes[0] and sizes[-1] / sizes[0] >= UNEVEN:
        yield (
            f"Uneven classes: from {sizes[0]:,} to {sizes[-1]:,} images. Accuracy can be high "
            "for a model that hardly ever recognizes the smallest class."
        )
    if text := untaught_text(found.run, [isolated(name) for name in found.names]):
        yield text
    if found.run.unreadable:
        yield f"{counted(len(found.run.unreadable), 'image')} could not be read and took no part."


def _always(found: Findings) -> Iterator[str]:
    if began_as := found.source.began_as:
        yield (
            f"This project began as a class project that comes with ICHDesk, {quoted(began_as)}, "
            "whose images are synthetic drawings. What a model learns from them says nothing "
            "about patients."
        )
    else:
        yield (
            "ICHDesk does not know where the images come from. Images of one scanner or one "
            "hospital make a model that may fail elsewhere."
        )
    yield (
        "Single slices were classified, out of the context of the scan, the clinic and earlier "
        "examinations. The share of findings among them is not that of a ward."
    )
    elsewhere = "the model was not tested on images from elsewhere"
    if found.run.split and found.run.split.by == BY_TEST_SET:
        elsewhere = "ICHDesk does not know whether the fixed test set comes from elsewhere"
    yield (
        f"A teaching set, put together in retrospect; {elsewhere}. The model must not be used to "
        "decide about anybody's care."
    )
