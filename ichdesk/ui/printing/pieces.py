"""Blocks of a report as pieces of pages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from ichdesk.report import look
from ichdesk.report.document import (
    COLUMNS,
    Block,
    Bullets,
    Field,
    Figure,
    Headline,
    Paragraph,
    Picture,
    Pictures,
    Report,
    Section,
    Table,
    Tone,
)
from ichdesk.ui.printing import texts
from ichdesk.ui.printing.flow import CONTENT_PX, Piece
from ichdesk.ui.printing.marks import paint_drawing
from ichdesk.ui.printing.tables import table_pieces
from ichdesk.ui.printing.texts import TextBlock, Type

_TYPES = {Tone.PLAIN: texts.BODY, Tone.SOFT: texts.SOFT, Tone.WARNING: texts.WARNING}
_PARAGRAPH_GAP_PX = 8.0
_BLOCK_GAP_PX = 18.0
_BOX_PX = 12.0
_RADIUS_PX = 8.0
_LINE_PX = 26.0  # of writing
_GAP_PX = 12.0


def report_pieces(report: Report) -> Iterator[Piece]:
    """Title and sections."""
    title = TextBlock(report.title, texts.TITLE, CONTENT_PX)
    yield Piece(title.height_px, lambda p, y: title.paint(p, 0, y), keeps_next=True)
    subtitle = TextBlock(report.subtitle, texts.SOFT, CONTENT_PX)
    yield Piece(subtitle.height_px, lambda p, y: subtitle.paint(p, 0, y), before_px=2)
    for number, section in enumerate(report.sections, start=1):
        yield _heading(number, section)
        for block, following in zip_longest(section.blocks, section.blocks[1:]):
            introduces = isinstance(block, Paragraph) and isinstance(following, Pictures)
            for piece in _pieces(block):
                yield replace(piece, keeps_next=piece.keeps_next or introduces)


def _heading(number: int, section: Section) -> Piece:
    text = TextBlock(f"{number}. {section.title}", texts.HEADING, CONTENT_PX)

    def paint(painter: QPainter, y: float) -> None:
        painter.setPen(QPen(QColor(look.LINE), 1))
        painter.drawLine(QPointF(0, y), QPointF(CONTENT_PX, y))
        text.paint(painter, 0, y + 12)

    height = text.height_px + 14
    return Piece(height, paint, before_px=26, keeps_next=True, own_page=section.own_page)


def _pieces(block: Block) -> Iterator[Piece]:
    match block:
        case Paragraph():
            yield _paragraph(block)
        case Bullets():
            yield from map(_bullet, block.points)
        case Headline():
            yield _headline(block)
        case Field():
            yield from _field(block)
        case Table():
            yield from table_pieces(block)
        case Figure():
            yield _figure(block)
        case Pictures():
            yield from _pictures(block)


def _paragraph(paragraph: Paragraph) -> Piece:
    boxed = paragraph.tone is Tone.WARNING
    inset = _BOX_PX if boxed else 0.0
    text = TextBlock(paragraph.text, _TYPES[paragraph.tone], CONTENT_PX - 2 * inset)
    height = text.height_px + 1.4 * inset

    def paint(painter: QPainter, y: float) -> None:
        if boxed:
            _paint_box(painter, y, height, look.WARNING_SOFT)
        text.paint(painter, inset, y + 0.7 * inset)

    return Piece(height, paint, before_px=_PARAGRAPH_GAP_PX)


def _bullet(point: str) -> Piece:
    text = TextBlock(point, texts.BODY, CONTENT_PX - 16)
    dot = TextBlock("•", texts.BODY, 16)

    def paint(painter: QPainter, y: float) -> None:
        dot.paint(painter, 2, y)
        text.paint(painter, 16, y)

    return Piece(text.height_px, paint, before_px=5)


def _headline(headline: Headline) -> Piece:
    number = TextBlock(headline.number, texts.HUGE, CONTENT_PX)
    left = 18 + number.natural_width_px + 18
    text = TextBlock(headline.text, texts.BODY, CONTENT_PX - left - 18)
    inner = max(number.height_px, text.height_px)
    height = inner + 24

    def paint(painter: QPainter, y: float) -> None:
        _paint_box(painter, y, height, look.ACCENT_SOFT)
        number.paint(painter, 18, y + (height - number.height_px) / 2)
        text.paint(painter, left, y + (height - text.height_px) / 2)

    return Piece(height, paint, before_px=12)


def _field(field: Field) -> Iterator[Piece]:
    label = TextBlock(field.label, texts.STRONG, CONTENT_PX)

    def paint(painter: QPainter, y: float) -> None:
        label.paint(painter, 0, y)
        painter.setPen(QPen(QColor(look.LINE_STRONG), 0.75))
        for line in range(1, field.lines + 1):
            at = y + label.height_px + line * _LINE_PX
            painter.drawLine(QPointF(0, at), QPointF(CONTENT_PX, at))

    yield Piece(label.height_px + field.lines * _LINE_PX, paint, before_px=12)


def _figure(figure: Figure) -> Piece:
    caption = TextBlock(figure.caption, texts.SOFT, CONTENT_PX)
    tallest = max(drawing.height_px for drawing in figure.drawings)

    def paint(painter: QPainter, y: float) -> None:
        left = 0.0
        for drawing in figure.drawings:
            paint_drawing(painter, drawing, left, y)
            left += drawing.width_px + 16
        caption.paint(painter, 0, y + tallest + 8)

    return Piece(tallest + 8 + caption.height_px, paint, before_px=_BLOCK_GAP_PX)


def _pictures(block: Pictures) -> Iterator[Piece]:
    starts = range(0, len(block.pictures), COLUMNS)
    for start in starts:
        row = _picture_row(block.pictures[start : start + COLUMNS])
        is_last = start == starts[-1]
        before = _BLOCK_GAP_PX if start == 0 else _GAP_PX
        yield Piece(row.height_px, row.paint, before_px=before, keeps_next=is_last)
    caption = TextBlock(block.caption, texts.SOFT, CONTENT_PX)
    yield Piece(caption.height_px, lambda p, y: caption.paint(p, 0, y), before_px=8)


def _picture_row(pictures: Sequence[Picture]) -> Piece:
    side = (CONTENT_PX - (COLUMNS - 1) * _GAP_PX) / COLUMNS
    legends = [_legend(picture.lines, side) for picture in pictures]
    height = side + 4 + max(sum(text.height_px for text in legend) for legend in legends)

    def paint(painter: QPainter, y: float) -> None:
        for column, (picture, legend) in enumerate(zip(pictures, legends, strict=True)):
            left = column * (side + _GAP_PX)
            _paint_picture(painter, picture, QRectF(left, y, side, side))
            top = y + side + 4
            for text in legend:
                text.paint(painter, left, top)
                top += text.height_px

    return Piece(height, paint)


def _legend(lines: Sequence[str], width: float) -> list[TextBlock]:
    return [TextBlock(line, Type(10.5, leading=1.3), width) for line in lines]


def _paint_picture(painter: QPainter, picture: Picture, area: QRectF) -> None:
    image = QImage.fromData(picture.jpeg) if picture.jpeg else QImage()
    if not image.isNull():
        painter.drawImage(area, image)
        return
    painter.fillRect(area, QColor(look.SHADE))
    painter.setPen(QPen(QColor(look.LINE_STRONG), 0.75, Qt.PenStyle.DashLine))
    painter.drawRect(area)


def _paint_box(painter: QPainter, y: float, height: float, fill: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(QRectF(0, y, CONTENT_PX, height), _RADIUS_PX, _RADIUS_PX)
    painter.setBrush(Qt.BrushStyle.NoBrush)
