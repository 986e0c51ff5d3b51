"""A report as a PDF file."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter

from ichdesk.report.document import Report
from ichdesk.ui.printing import texts
from ichdesk.ui.printing.flow import (
    CONTENT_PX,
    HEIGHT_PX,
    LEFT_PX,
    WIDTH_PX,
    Placed,
    pages,
)
from ichdesk.ui.printing.pieces import report_pieces
from ichdesk.ui.printing.texts import TextBlock

_DOTS_PER_INCH = 600
_FOOT_PX = 44.0  # from the lower edge


def pdf_bytes(report: Report) -> bytes:
    """Print a report on A4; works on any thread once there is a QGuiApplication."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(report.title)
    writer.setCreator("ICHDesk")
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(_DOTS_PER_INCH)
    printed = pages(report_pieces(report))
    painter = QPainter(writer)
    scale = writer.width() / WIDTH_PX
    painter.scale(scale, scale)
    painter.translate(LEFT_PX, 0)
    for number, page in enumerate(printed, start=1):
        if number > 1:
            writer.newPage()
        _print_page(painter, page, report.notice, f"Page {number} of {len(printed)}")
    painter.end()
    buffer.close()
    return bytes(data.data())


def _print_page(painter: QPainter, page: list[Placed], notice: str, number: str) -> None:
    for placed in page:
        placed.piece.paint(painter, placed.y_px)
    y = HEIGHT_PX - _FOOT_PX
    TextBlock(notice, texts.FOOT, CONTENT_PX).paint(painter, 0, y)
    TextBlock(number, texts.FOOT, CONTENT_PX, right=True).paint(painter, 0, y)
