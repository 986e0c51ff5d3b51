"""A finished training, written up."""

from collections.abc import Callable

from PIL import Image

from ichdesk.core.errors import UserError
from ichdesk.core.results import NOTE
from ichdesk.core.samples import Sample
from ichdesk.core.steps import Steps
from ichdesk.imaging.decode import jpeg_bytes
from ichdesk.imaging.pipeline import model_pixels
from ichdesk.report.document import Picture, Report
from ichdesk.report.sections.claim import claim
from ichdesk.report.sections.data import data, example_samples, split
from ichdesk.report.sections.errors import error_alt, error_lines, errors, shown_errors
from ichdesk.report.sections.limits import limits
from ichdesk.report.sections.model import model
from ichdesk.report.sections.opening import conclusion, question, summary
from ichdesk.report.sections.results import results
from ichdesk.report.source import Findings, ReportSource
from ichdesk.report.words import isolated, quoted, shown

Progress = Callable[[int, int], None]
_QUALITY = 90


def build_report(source: ReportSource, progress: Progress = lambda _done, _total: None) -> Report:
    """Work out all figures, read the pictures that are shown, and put everything in order.

    Args:
        source: The project and its training.
        progress: Told how many pictures are done, of how many; may raise to stop.
    """
    found = Findings.of(source)
    examples, wrong = example_samples(found), shown_errors(found)
    pictures, steps = list[Picture](), source.run.config.steps
    for name, sample in examples:
        progress(len(pictures), len(examples) + len(wrong))
        alt = f"Training image of {quoted(name)}"
        pictures.append(Picture(_jpeg(sample, steps), (isolated(name),), alt))
    for error, kept in wrong:
        progress(len(pictures), len(examples) + len(wrong))
        jpeg = _jpeg(kept, steps) if kept else b""
        pictures.append(Picture(jpeg, error_lines(found, error, kept), error_alt(found, error)))
    sections = [
        summary(found),
        question(found),
        data(found, pictures[: len(examples)]),
        split(found),
        model(found),
        results(found),
        errors(found, pictures[len(examples) :]),
        limits(found),
        conclusion(found),
    ]
    sections.append(claim(found, sections))
    subtitle = f"Report of {source.day.isoformat()}, made by ICHDesk {source.version}"
    return Report(shown(source.title), subtitle, NOTE, tuple(sections))


def _jpeg(sample: Sample, steps: Steps) -> bytes:
    """What the network sees of a sample and nothing else of its file; b"" if it cannot be read."""
    try:
        pixels = model_pixels(sample.read(), steps)
    except (OSError, UserError):
        return b""
    return jpeg_bytes(Image.fromarray(pixels), _QUALITY)
