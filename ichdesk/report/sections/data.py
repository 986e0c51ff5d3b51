"""The sections on images and on how they were divided."""

from collections.abc import Callable, Iterator, Sequence

from ichdesk.core.notes import counted
from ichdesk.core.results import split_warnings
from ichdesk.core.samples import Sample
from ichdesk.core.split_facts import BY_TEST_SET, split_text
from ichdesk.imaging.step_text import steps_words
from ichdesk.report.document import Block, Field, Paragraph, Picture, Pictures, Section, Table, Tone
from ichdesk.report.source import Findings
from ichdesk.report.words import isolated, listed, quoted, shown

MOST_EXAMPLES = 6
_REMEDY = "hold out whole patients to know more"
_IN_HU = "In HU"
_HU_EXPLAINED = " HU: slices in Hounsfield units; the others are ready-made pictures."
_COLUMNS: tuple[tuple[str, Callable[[Sequence[Sample]], int]], ...] = (
    ("Images", len),
    (_IN_HU, lambda samples: sum(sample.is_hu for sample in samples)),
    ("Patients", lambda samples: len({sample.patient for sample in samples} - {None})),
    ("Series", lambda samples: len({sample.series for sample in samples} - {None})),
)
"""Headings and what they count; a column of zeros is left out."""
_KEPT = (
    "ICHDesk keeps no name, identifier or date of a patient: an imported scan keeps its pixels, "
    "its geometry and keys without meaning that tell patients and series apart."
)


def data(found: Findings, examples: Sequence[Picture]) -> Section:
    """What there was to learn from."""
    blocks: list[Block] = [_table(found), Paragraph(" ".join(_about(found)))]
    if examples:
        caption = "What the network sees: one training image of each class."
        blocks.append(Pictures(tuple(examples), caption))
    blocks.append(Paragraph(_KEPT, Tone.SOFT))
    blocks.append(Field("Where the images come from, and who said what each of them shows", 3))
    return Section("data", "Images", tuple(blocks))


def split(found: Findings) -> Section:
    """What was held out, by which rule, and what that hides."""
    run = found.run
    rule = f"{split_text(run.split)}. " if run.split else ""
    chance = f"; the seed {run.config.seed} decided by chance which"
    if run.split and run.split.by == BY_TEST_SET:
        chance = ""
    text = (
        f"{rule}{counted(found.trained, 'image')} for training, {found.tested:,} for testing"
        f"{chance}. The model never learned from a test image. But whoever changes settings until "
        "the test result is good has used these images up, and needs new ones to test with."
    )
    warnings = split_warnings(run, [isolated(name) for name in found.names], _REMEDY)
    told = tuple(Paragraph(sentence, Tone.WARNING) for sentence, _ in warnings)
    return Section("split", "Training and test images", (Paragraph(text), *told))


def example_samples(found: Findings) -> list[tuple[str, Sample]]:
    """The first training image of each class that the project still has, with the class's name."""
    now = {sample.sha256 for bin_ in found.source.project.classes for sample in bin_.samples}
    chosen = []
    for name, (_, samples), rows in zip(
        found.names, found.run.key[0], found.run.train, strict=True
    ):
        kept = (samples[row] for row in rows if samples[row].sha256 in now)
        if sample := next(kept, None):
            chosen.append((name, sample))
    return chosen[:MOST_EXAMPLES]


def _table(found: Findings) -> Table:
    run = found.run
    everything = [sample for _, samples in run.key[0] for sample in samples]
    known = [column for column in _COLUMNS if column[1](everything)]
    head = ("Class", *(name for name, _ in known), "Training", "Test")
    sides = zip(found.names, run.key[0], run.train, run.test, strict=True)
    rows = [
        (shown(name), *(f"{count(samples):,}" for _, count in known), *_sizes(train, test))
        for name, (_, samples), train, test in sides
    ]
    total = (f"{count(everything):,}" for _, count in known)
    rows.append(("All", *total, f"{found.trained:,}", f"{found.tested:,}"))
    widths = (1 - 0.12 * (len(head) - 1), *(0.12,) * (len(head) - 1))
    is_hu = any(name == _IN_HU for name, _ in known)
    caption = f"Images of each class.{_HU_EXPLAINED if is_hu else ''}"
    return Table(caption, head, tuple(rows), widths, numbers_from=1, total=True)


def _sizes(*sides: Sequence[int]) -> Iterator[str]:
    return (f"{len(side):,}" for side in sides)


def _about(found: Findings) -> list[str]:
    run, said = found.run, list[str]()
    sizes = sorted(len(samples) for _, samples in run.key[0])
    if sizes[0] == sizes[-1]:
        said.append("All classes have the same number of images.")
    elif sizes[0]:
        ratio = sizes[-1] / sizes[0]
        said.append(f"The largest class has {ratio:.1f} times as many images as the smallest.")
    if any(sample.is_hu for _, samples in run.key[0] for sample in samples):
        steps = steps_words(run.config.steps)
        said.append(f"Slices in Hounsfield units became pictures by: {steps}.")
    said.append("The network sees every image as a picture of 224\u00a0×\u00a0224 pixels.")
    if run.unreadable:
        many = counted(len(run.unreadable), "image")
        said.append(f"{many} could not be read and took no part.")
    if unused := found.unused_classes:
        names = listed([quoted(bin_.name) for bin_ in unused[:6]])
        said.append(f"{names} took no part in the training (switched off, empty or added later).")
    return said
