"""The CLAIM checklist, 2024 update, in short words, with where this report answers each item.

Source: Mongan 2020, doi 10.1148/ryai.2020200029; Tejani 2024, doi 10.1148/ryai.240300.
"""

from collections.abc import Mapping, Sequence

from ichdesk.core.split_facts import BY_TEST_SET
from ichdesk.report.document import Section, Table
from ichdesk.report.source import Findings

KEY = "claim"
TITLE = "Checklist"
YOURS = "for you to fill in"
NOT_DONE = "not done"
NOT_APPLICABLE = "does not apply to a class exercise"
_SOURCE = (
    "Items of the Checklist for Artificial Intelligence in Medical Imaging (CLAIM), 2024 update, "
    "in short words. J. Mongan, L. Moy, C. E. Kahn, Radiology: Artificial Intelligence 2020, doi "
    "10.1148/ryai.2020200029; A. S. Tejani and others, the same journal 2024, doi "
    "10.1148/ryai.240300."
)

ITEMS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Says that it is about AI, and of which kind", ("summary", "model"), ""),
    ("Summary from design to conclusions", ("summary",), ""),
    ("Background, and what the model is meant for", ("question",), YOURS),
    ("Aims and hypotheses", ("question",), YOURS),
    ("Planned ahead (prospective) or in retrospect", ("limits",), ""),
    ("Goal of the study", ("question",), YOURS),
    ("Where the data come from", ("data",), YOURS),
    ("Which images were taken in and which were left out", ("data",), YOURS),
    ("What was done to the images beforehand", ("data",), ""),
    ("Parts of the images that were selected", ("data",), "whole slices were used"),
    ("De-identification", ("data",), ""),
    ("Missing data", ("data",), ""),
    ("How the images were acquired", ("data",), YOURS),
    ("How the truth was determined (reference standard)", ("data",), YOURS),
    ("Why in this way", ("data",), YOURS),
    ("Who said what each image is", ("data",), YOURS),
    ("How the test images were labeled", ("data",), YOURS),
    ("How much readers agree", (), YOURS),
    ("How images came to training and test", ("split",), ""),
    ("Whether by image or by patient", ("split",), ""),
    ("Planned number of test images", ("limits",), "none was planned; see the intervals"),
    ("The model in detail", ("model",), ""),
    ("Software", ("model",), ""),
    ("Weights at the start", ("model",), ""),
    ("How it was trained", ("model",), ""),
    ("How the final model was chosen", ("model",), ""),
    ("Several models together (ensemble)", ("model",), ""),
    ("Measures of performance", ("results",), ""),
    ("Uncertainty", ("results",), ""),
    ("Robustness", (), ""),
    ("Explanation of the answers", (), "not in this report; see “Under the hood” in ICHDesk"),
    ("Test on data of the same source", ("results",), ""),
    ("Test on data from elsewhere", ("limits",), NOT_DONE),
    ("Registration of a trial", (), NOT_APPLICABLE),
    ("How many patients and images; how many left out", ("data",), ""),
    ("Age, sex and disease of the patients", (), "not known: ICHDesk keeps none of it"),
    ("Performance on training and test data", ("results",), ""),
    ("Diagnostic performance with its precision", ("results",), ""),
    ("Analysis of errors", ("errors", "conclusion"), ""),
    ("Limits", ("limits",), ""),
    ("What it means for practice", ("limits", "conclusion"), ""),
    ("Where the full details are", ("model",), ""),
    ("Whether software, model and data are available", ("model",), ""),
    ("Funding and support", ("conclusion",), YOURS),
)
"""Short words, keys of the sections that answer, and a remark; in order, from 1."""

_ROBUSTNESS, _EXTERNAL = 29, 32
_UNCERTAIN = "only as varied by other seeds"


def claim(found: Findings, sections: Sequence[Section]) -> Section:
    """Each item with the numbers and titles of the sections that answer it."""
    titles = {each.key: f"{n}. {each.title}" for n, each in enumerate(sections, start=1)}
    items = list(ITEMS)
    if any(found.source.repeats.values()):
        items[_ROBUSTNESS] = (items[_ROBUSTNESS][0], ("results",), _UNCERTAIN)
    else:
        items[_ROBUSTNESS] = (items[_ROBUSTNESS][0], (), NOT_DONE)
    if found.run.split and found.run.split.by == BY_TEST_SET:
        items[_EXTERNAL] = (items[_EXTERNAL][0], ("limits",), YOURS)
    rows = tuple(
        (f"{number}", words, _where(keys, remark, titles))
        for number, (words, keys, remark) in enumerate(items, start=1)
    )
    head = ("", "What a report should say", "Where it stands here")
    table = Table(_SOURCE, head, rows, (0.06, 0.47, 0.47), dense=True)
    return Section(KEY, TITLE, (table,), own_page=True)


def _where(keys: Sequence[str], remark: str, titles: Mapping[str, str]) -> str:
    places = "; ".join(titles[key] for key in keys)
    if not places:
        return f"{remark[:1].upper()}{remark[1:]}"
    return f"{places} ({remark})" if remark else places
