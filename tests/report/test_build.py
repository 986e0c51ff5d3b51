"""What a report says is what the core found out, and what it cannot say it admits."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from ichdesk.archive import SampleStore
from ichdesk.core.evaluation import Answers, evaluate
from ichdesk.core.luck import Repeat
from ichdesk.core.project import Project
from ichdesk.core.run_book import RunBook
from ichdesk.core.samples import ClassBin
from ichdesk.core.split_facts import BY_TEST_SET, SplitFacts
from ichdesk.report.build import build_report
from ichdesk.report.document import (
    Bullets,
    Field,
    Figure,
    Headline,
    Paragraph,
    Pictures,
    Report,
    Section,
    Table,
    Tone,
)
from ichdesk.report.sections.claim import ITEMS
from ichdesk.report.sections.errors import MOST_ERRORS
from ichdesk.report.sections.model import backbone_words
from ichdesk.report.source import ReportSource
from ichdesk.report.words import stacked
from tests.fakes.reports import DAY, HELD_OUT, finished

MakeSource = Callable[..., ReportSource]
KEYS = (
    *("summary", "question", "data", "split", "model"),
    *("results", "errors", "limits", "conclusion", "claim"),
)


def section(report: Report, key: str) -> Section:
    return next(each for each in report.sections if each.key == key)


def blocks(report: Report, key: str, kind: type) -> list:
    return [block for block in section(report, key).blocks if isinstance(block, kind)]


def said(report: Report, key: str) -> str:
    """All running text of a section."""
    found = section(report, key).blocks
    texts = [block.text for block in found if isinstance(block, Paragraph | Headline)]
    texts += [point for block in found if isinstance(block, Bullets) for point in block.points]
    texts += [block.caption for block in found if isinstance(block, Figure | Pictures | Table)]
    return "\n".join(texts)


def test_every_section_is_there(make_source: MakeSource) -> None:
    report = build_report(make_source("Hemorrhage", "Normal"))
    assert tuple(each.key for each in report.sections) == KEYS
    assert all(each.blocks for each in report.sections)
    assert report.title == "Class of 2026"
    assert "2026-03-14" in report.subtitle
    assert report.notice == "For teaching, not for diagnosis."


@pytest.mark.parametrize("slices", [False, True])
def test_numbers_are_those_of_the_core(make_source: MakeSource, slices: bool) -> None:
    source = make_source("Hemorrhage", "Normal", "Tumor", slices=slices)
    report, answers = build_report(source), Answers.of(source.run)
    assert answers is not None
    found = evaluate(answers)
    headline = blocks(report, "summary", Headline)[0]
    assert headline.number == f"{found.accuracy.value:.2f}"
    assert f"{found.accuracy.hits} of {found.accuracy.n} test images" in headline.text
    overall, per_class = blocks(report, "results", Table)
    low, high = found.accuracy.interval or (0, 0)
    assert overall.rows[0][1:] == (
        f"{found.accuracy.value:.2f}",
        f"{found.accuracy.hits} of {found.accuracy.n}",
        f"{low:.2f}–{high:.2f}",
    )
    for row, figures in zip(per_class.rows, found.classes, strict=True):
        assert row[1:] == tuple(stacked(figure) for figure in figures.named().values())


def test_images_are_counted_by_class_and_by_side(make_source: MakeSource) -> None:
    table = blocks(build_report(make_source("A", "B", slices=True)), "data", Table)[0]
    assert table.head == ("Class", "Images", "In HU", "Patients", "Series", "Training", "Test")
    assert table.rows[0] == ("A", "8", "8", "4", "8", "4", "4")
    assert table.rows[-1] == ("All", "16", "16", "8", "16", "8", "8")
    plain = blocks(build_report(make_source("A", "B")), "data", Table)[0]
    assert plain.head == ("Class", "Images", "Training", "Test")


def test_the_checklist_has_all_items_and_every_section_answers_one(
    make_source: MakeSource,
) -> None:
    report = build_report(make_source("A", "B"))
    assert len(ITEMS) == 44
    assert {key for _, keys, _ in ITEMS for key in keys} == set(KEYS) - {"claim"}
    table = blocks(report, "claim", Table)[0]
    assert [row[0] for row in table.rows] == [str(n) for n in range(1, 45)]
    assert all(row[2] for row in table.rows)
    titles = [f"{n}. {each.title}" for n, each in enumerate(report.sections[:-1], start=1)]
    assert all(any(title in row[2] for row in table.rows) for title in titles)
    assert table.rows[29][2] == "Not done"


def test_other_seeds_are_reported_where_they_were_tried(make_source: MakeSource) -> None:
    source = make_source("A", "B")
    repeats = {False: tuple(Repeat(seed, 5 + seed % 3, 8) for seed in range(6))}
    report = build_report(replace(source, repeats=repeats))
    assert "New split each time: 0.750 ± 0.112" in said(report, "results")
    assert "How much it varies was not tried" not in said(report, "limits")
    assert "Results" in blocks(report, "claim", Table)[0].rows[29][2]
    assert "How much it varies was not tried" in said(build_report(source), "limits")


def test_a_report_says_if_the_project_has_changed_since(make_source: MakeSource) -> None:
    source = make_source("A", "B")
    config = replace(source.project.config, epochs=9)
    changed = replace(source, project=source.project.with_config(config))
    assert "have changed since this training" in said(build_report(changed), "summary")
    assert "have changed" not in said(build_report(source), "summary")
    remark = "The last training was canceled; this report is of the one before it."
    assert remark in said(build_report(replace(source, remark=remark)), "summary")


def test_errors_come_by_confidence_with_their_pictures(make_source: MakeSource) -> None:
    report = build_report(make_source(*(f"Class {n}" for n in range(30))))
    pictures = blocks(report, "errors", Pictures)[0].pictures
    assert len(pictures) == MOST_ERRORS
    shares = [int(picture.lines[2].removesuffix(" %")) for picture in pictures]
    assert shares == sorted(shares, reverse=True)
    assert all(Image.open(io.BytesIO(p.jpeg)).size == (224, 224) for p in pictures)
    assert f"30 of {30 * HELD_OUT} test images were called wrong" in said(report, "errors")


def test_an_image_that_was_removed_is_not_shown(make_source: MakeSource) -> None:
    source = make_source("A", "B")
    project = source.project
    for bin_ in project.classes:
        project = project.remove_samples(bin_.id, range(8))
    report = build_report(replace(source, project=project))
    pictures = blocks(report, "errors", Pictures)[0].pictures
    assert [picture.jpeg for picture in pictures] == [b"", b""]
    assert all(picture.lines[-1] == "removed since" for picture in pictures)
    assert blocks(report, "data", Pictures) == []


def test_pictures_hold_nothing_of_the_files_that_they_come_from(
    store: SampleStore,
) -> None:
    secret, samples = b"MR JOHN DOE 1931", []
    for shade in range(16):
        out, exif = io.BytesIO(), Image.Exif()
        exif[0x010E] = secret.decode()
        Image.new("RGB", (300, 200), (shade, 9, 9)).save(out, "JPEG", comment=secret, exif=exif)
        assert secret in out.getvalue()
        samples.append(store.add(out.getvalue()))
    project = Project((ClassBin("A", tuple(samples[:8])), ClassBin("B", tuple(samples[8:]))))
    day = replace(_source(project), title="t")
    report = build_report(day)
    found = [p for each in report.sections for b in each.blocks if isinstance(b, Pictures)
             for p in b.pictures]  # fmt: skip
    assert len(found) == 4
    assert all(picture.jpeg and secret not in picture.jpeg for picture in found)


def test_without_test_images_the_report_says_so(make_source: MakeSource) -> None:
    source = make_source("A", "B")
    run = source.run
    run.test, run.test_probabilities = ((), ()), np.zeros((0, 2), np.float32)
    run.confusion, run.split = np.zeros((2, 2), np.int64), SplitFacts()
    report = build_report(source)
    assert blocks(report, "summary", Headline)[0].number == "–"
    assert "No image was held out" in said(report, "results")
    assert "no error is known" in said(report, "errors")
    assert "Nothing is known of how good the model is" in said(report, "limits")
    assert len(blocks(report, "results", Figure)) == 1


def test_answers_that_were_not_kept_leave_the_counts(make_source: MakeSource) -> None:
    source = make_source("A", "B")
    source.run.test_probabilities = None
    report = build_report(source)
    assert "were not kept" in said(report, "errors")
    assert "were not kept" in said(report, "results")
    assert blocks(report, "summary", Headline)[0].number == "0.75"


def test_a_fixed_test_set_is_not_called_chance(make_source: MakeSource) -> None:
    source = make_source("A", "B")
    source.run.split = replace(source.run.split or SplitFacts(), by=BY_TEST_SET)
    report = build_report(source)
    assert "by chance" not in said(report, "split")
    settings = dict(blocks(report, "model", Table)[0].rows)
    assert "fixed test set" in settings["Held out"]
    assert "does not know whether the fixed test set" in said(report, "limits")
    assert blocks(report, "claim", Table)[0].rows[32][2].endswith("(for you to fill in)")


def test_what_the_user_says_of_a_training_is_in_the_report(make_source: MakeSource) -> None:
    source = make_source("A", "B")
    assert "This training" not in dict(blocks(build_report(source), "model", Table)[0].rows)
    ended = datetime(2026, 3, 13, 9, 5, tzinfo=UTC)
    kept = next(iter(RunBook.of(source.run, ended)))
    kept = replace(kept, name="Bone window", note="Wider window,\nsame seed")
    settings = dict(blocks(build_report(replace(source, kept=kept)), "model", Table)[0].rows)
    assert settings["This training"] == "Run 1, “Bone window”, 2026-03-13 09:05 UTC"
    assert settings["Note"] == "Wider window, same seed"
    assert kept.data in settings["Images"]


def test_what_spoils_the_split_is_a_warning(make_source: MakeSource) -> None:
    report = build_report(make_source("A", "B"))
    warnings = [p for p in blocks(report, "split", Paragraph) if p.tone is Tone.WARNING]
    assert len(warnings) == 2
    assert "1 patient is on both sides" in said(report, "limits")
    assert "2 test images are nearly the same" in said(report, "limits")


def test_many_classes_get_a_table_of_confusions(make_source: MakeSource) -> None:
    report = build_report(make_source(*(f"Class {n}" for n in range(12))))
    confusions = blocks(report, "results", Table)[1]
    assert confusions.head == ("What the image is", "What the model said", "Test images")
    assert confusions.rows[0] == ("Class 0", "Class 1", f"1 of {HELD_OUT}")
    assert len(confusions.rows) == 12


@pytest.mark.parametrize(
    ("spec", "network", "origin"),
    [
        ("ct-phantom", "CT phantom", "synthetic"),
        ("resnet18:random", "resnet18", "Random"),
        ("resnet18:/home/jane/secret/w.pth", "resnet18", "“w.pth”"),
        ("tm-import:C:\\Users\\jane\\model.zip", "MobileNet", "“model”"),
        ("densenet121", "densenet121", "ImageNet"),
    ],
)
def test_a_backbone_is_told_without_its_folder(spec: str, network: str, origin: str) -> None:
    words = backbone_words(spec)
    assert network in words[0]
    assert origin in words[1]
    assert "jane" not in " ".join(words)


def test_there_is_room_to_write(make_source: MakeSource) -> None:
    report = build_report(make_source("A", "B"))
    labels = [f.label for key in KEYS for f in blocks(report, key, Field)]
    assert any("expected" in label for label in labels)
    assert any("Where the images come from" in label for label in labels)


def _source(project: Project) -> ReportSource:
    return ReportSource(project, finished(project), "", DAY, "1")
