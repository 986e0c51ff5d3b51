"""What a report begins and ends with: the result in short, and what the student writes."""

from ichdesk.core.notes import counted
from ichdesk.core.results import NOTE
from ichdesk.report.document import Block, Field, Headline, Paragraph, Section, Tone
from ichdesk.report.source import Findings
from ichdesk.report.words import interval_text, listed, quoted, value_text

_MOST_NAMES = 6
_STALE = (
    "Images or settings have changed since this training; the report describes the training, "
    "not the project as it is now. Train again for an up-to-date report."
)


def summary(found: Findings) -> Section:
    """What was done and what came out."""
    blocks: list[Block] = []
    if found.is_stale:
        blocks.append(Paragraph(_STALE, Tone.WARNING))
    if found.source.remark:
        blocks.append(Paragraph(found.source.remark, Tone.WARNING))
    blocks.append(Paragraph(_what_was_done(found)))
    blocks.append(_headline(found))
    blocks.append(Paragraph(NOTE, Tone.SOFT))
    return Section("summary", "In short", tuple(blocks))


def question(_: Findings) -> Section:
    """For the student, before the results are read."""
    explanation = Paragraph(
        "For you to fill in: on paper, or in the web page, which you can type into and then print.",
        Tone.SOFT,
    )
    fields = (
        Field("Name and course", 1),
        Field("The question, and what a model for it would be used for", 2),
        Field("What I expected before training, and why", 2),
    )
    return Section("question", "The question", (explanation, *fields))


def conclusion(_: Findings) -> Section:
    """For the student, after the limits."""
    fields = (
        Field("What the numbers say, and how sure I am", 3),
        Field("What the errors have in common", 2),
        Field("What I would do next", 2),
        Field("Support, funding, and who helped", 1),
    )
    return Section("conclusion", "What I conclude", fields)


def _what_was_done(found: Findings) -> str:
    names = [quoted(name) for name in found.names]
    classes = f" ({listed(names)})" if len(names) <= _MOST_NAMES else ""
    return (
        f"From {counted(found.trained, 'training image')}, a neural network learned to tell apart "
        f"{len(names)} classes of images{classes}. It was tested on "
        f"{counted(found.tested, 'image')} that it had not learned from."
    )


def _headline(found: Findings) -> Headline:
    accuracy = found.evaluation.accuracy if found.evaluation else None
    if accuracy is None or accuracy.value is None:
        text = "Test accuracy is not known: no image was held out for testing."
        return Headline("–", text)
    return Headline(
        value_text(accuracy),
        f"Test accuracy: {accuracy.hits:,} of {counted(accuracy.n, 'test image')} right. "
        f"The true accuracy lies between {interval_text(accuracy).replace('–', ' and ')} "
        "with 95 % confidence.",
    )
