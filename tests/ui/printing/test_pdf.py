"""A report on paper: whole pieces on numbered pages, with text that can be selected."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from ichdesk.archive import SampleStore
from ichdesk.report import look
from ichdesk.report.build import build_report
from ichdesk.report.document import Report
from ichdesk.ui.printing.flow import BOTTOM_PX, CONTENT_PX, HEIGHT_PX, TOP_PX, Piece, pages
from ichdesk.ui.printing.pdf import pdf_bytes
from ichdesk.ui.printing.pieces import report_pieces
from ichdesk.ui.printing.texts import BODY, TextBlock
from ichdesk.ui.theme import LIGHT
from tests.fakes.reports import report_source

pytestmark = pytest.mark.usefixtures("qapp")

NAMES = ("<script>", "نزيف داخل الدماغ", "A" * 200, "Blutung 🩸")


@pytest.fixture
def report(tmp_path: Path) -> Report:
    with SampleStore(tmp_path / "samples") as store:
        return build_report(report_source(store, *NAMES))


def pages_in(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_a_report_is_a_pdf_of_several_pages_with_text(report: Report) -> None:
    pdf = pdf_bytes(report)
    assert pdf.startswith(b"%PDF-")
    assert pages_in(pdf) == len(pages(report_pieces(report))) >= 6
    assert b"/ToUnicode" in pdf
    size = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert size
    assert [round(float(side)) for side in size.groups()] == [595, 842]


def test_printing_needs_no_gui_thread(report: Report) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pages_in(pool.submit(pdf_bytes, report).result()) == pages_in(pdf_bytes(report))


@pytest.mark.skipif(shutil.which("gs") is None, reason="needs Ghostscript")
def test_the_text_can_be_read_back(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "r.pdf"
    file.write_bytes(pdf_bytes(report))
    command = ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=txtwrite"]
    told = subprocess.run(
        [*command, "-sOutputFile=-", str(file)], capture_output=True, text=True, check=True
    )
    text = " ".join(told.stdout.replace("\t", " ").split())
    for section in report.sections:
        assert section.title in text
    assert "confidence" in text
    assert "<script>" in text
    count = pages_in(file.read_bytes())
    assert text.count("For teaching, not for diagnosis.") == count + 1
    assert f"Page {count} of {count}" in text


PIECES = st.lists(
    st.builds(
        lambda height, before, keeps, own: Piece(height, lambda *_: None, before, keeps, own),
        st.floats(1, 500),
        st.floats(0, 30),
        st.booleans(),
        st.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=30)
@given(PIECES)
def test_pieces_stay_whole_and_in_order(pieces: list[Piece]) -> None:
    found = pages(pieces)
    assert [placed.piece for page in found for placed in page] == pieces
    for page in found:
        y = TOP_PX
        for placed in page:
            assert placed.y_px >= y - 1e-6
            y = placed.y_px + placed.piece.height_px
        assert y <= HEIGHT_PX - BOTTOM_PX + 1e-6
    assert all(found) or not pieces


def test_a_heading_goes_with_what_it_is_above() -> None:
    room = HEIGHT_PX - TOP_PX - BOTTOM_PX
    filler = Piece(room - 50, lambda *_: None)
    heading = Piece(40, lambda *_: None, keeps_next=True)
    text = Piece(40, lambda *_: None)
    assert [[p.piece for p in page] for page in pages([filler, heading, text])] == [
        [filler],
        [heading, text],
    ]


def test_every_page_of_a_table_has_its_head() -> None:
    head = Piece(30, lambda *_: None, keeps_next=True)
    rows = [Piece(300, lambda *_: None, heading=head) for _ in range(5)]
    assert [[p.piece for p in page] for page in pages([head, *rows])] == [
        [head, *rows[:3]],
        [head, *rows[3:]],
    ]


def test_pieces_paint_inside_the_margins(report: Report) -> None:
    """Nothing of a report lies left or right of its text, however long a name is."""
    margin = 40
    for page in pages(report_pieces(report)):
        image = QImage(round(CONTENT_PX) + 2 * margin, round(HEIGHT_PX), QImage.Format.Format_RGB32)
        image.fill(0xFFFFFF)
        painter = QPainter(image)
        painter.translate(margin, 0)
        for placed in page:
            placed.piece.paint(painter, placed.y_px)
        painter.end()
        for left in (0, image.width() - margin + 4):
            strip = image.copy(left, 0, margin - 4, image.height())
            blank = strip.copy()
            blank.fill(0xFFFFFF)
            assert strip == blank


@settings(max_examples=30)
@given(st.text(max_size=60), st.floats(20, 300))
def test_any_text_fits_its_width(text: str, width: float) -> None:
    block = TextBlock(text, BODY, width)
    assert block.height_px > 0
    assert block.natural_width_px <= width + BODY.size_px  # one letter may be wider than a line


def test_colors_are_those_of_the_light_theme() -> None:
    named = {field.name.upper(): getattr(LIGHT, field.name) for field in fields(LIGHT)}
    shared = {name: value for name, value in vars(look).items() if name in named}
    assert len(shared) >= 12
    assert shared == {name: named[name] for name in shared}
    assert (LIGHT.card, LIGHT.disabled) == (look.PAPER, look.SHADE)
