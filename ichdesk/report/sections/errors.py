"""The section on errors: the pictures behind them, most confident first."""

from collections.abc import Sequence

from ichdesk.core.notes import counted
from ichdesk.core.predictions import Prediction
from ichdesk.core.samples import Sample
from ichdesk.report.document import Block, Paragraph, Picture, Pictures, Section, Tone
from ichdesk.report.source import Findings
from ichdesk.report.words import isolated, percent, quoted

MOST_ERRORS = 24
_GONE = "removed since"


def shown_errors(found: Findings) -> list[tuple[Prediction, Sample | None]]:
    """The most confident errors, each with its image unless that was removed from the project."""
    placed = zip(found.predictions, found.places, strict=True)
    errors = [(p, p.sample if place else None) for p, place in placed if p.is_error]
    return sorted(errors, key=lambda pair: -pair[0].confidence)[:MOST_ERRORS]


def error_lines(found: Findings, error: Prediction, sample: Sample | None) -> tuple[str, ...]:
    """What stands below the picture of an error."""
    truth, said = (found.names[found.run.class_ids.index(each)] for each in error.cell)
    lines = f"is {isolated(truth)}", f"called {isolated(said)}", percent(error.confidence)
    return lines if sample else (*lines, _GONE)


def error_alt(found: Findings, error: Prediction) -> str:
    """The same for who cannot see the picture."""
    truth, said = (found.names[found.run.class_ids.index(each)] for each in error.cell)
    sure = percent(error.confidence)
    return f"Test image of {quoted(truth)} that the model called {quoted(said)} with {sure}"


def errors(found: Findings, pictures: Sequence[Picture]) -> Section:
    """Which test images were called wrong, as the network saw them."""
    return Section("errors", "Errors", tuple(_blocks(found, pictures)))


def _blocks(found: Findings, pictures: Sequence[Picture]) -> list[Block]:
    wrong = sum(prediction.is_error for prediction in found.predictions)
    if not found.tested:
        return [Paragraph("No image was held out for testing, so no error is known.")]
    if not found.predictions:
        text = "The answers to the single images were not kept, so the errors cannot be shown."
        return [Paragraph(text, Tone.SOFT)]
    if not wrong:
        return [Paragraph(_no_error(found.tested))]
    were = "was" if wrong == 1 else "were"
    text = f"{wrong:,} of {counted(found.tested, 'test image')} {were} called wrong."
    more = f" Shown are the {len(pictures)} most confident errors." if wrong > len(pictures) else ""
    caption = (
        "The errors as the network saw them, the most confident first: what the image is, what "
        "the model called it, and how sure it was."
    )
    return [Paragraph(text + more), Pictures(tuple(pictures), caption)]


def _no_error(tested: int) -> str:
    return (
        f"The model called none of {counted(tested, 'test image')} wrong. That does not mean that "
        "it makes no errors: the interval of the accuracy says how many it may make."
    )
