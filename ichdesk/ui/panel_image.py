"""A figure as a picture for a slide: title, remark and figure, drawn at twice the size."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSaveFile, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QRegion

from ichdesk.core.errors import UserError
from ichdesk.ui.panel import Panel
from ichdesk.ui.theme import BODY_PX, CARD_PADDING_PX, GRID_PX, SMALL_PX, Palette, ui_font

_SCALE = 2
_WRAP = Qt.TextFlag.TextWordWrap
_TALL_PX = 10_000


def panel_image(panel: Panel, note: str) -> QImage:
    """Draw a panel with its title and a remark, "" for none."""
    size = QSize(panel.width(), panel.picture_height_px)
    region = QRegion(QRect(QPoint(), size))

    def draw(image: QImage, place: QPoint) -> None:
        panel.render(image, place, region, panel.RenderFlag.DrawChildren)

    return titled_image(panel.title, note, size, panel.theme.palette, draw)


def titled_image(
    title: str,
    note: str,
    figure: QSize,
    palette: Palette,
    draw: Callable[[QImage, QPoint], None],
) -> QImage:
    """A figure of this size below its title and a remark, "" for none.

    `draw` gets the image and the point where the top left corner of the figure is.
    """
    lines = [(title, ui_font(BODY_PX, bold=True), palette.accent)]
    if note:
        lines.append((note, ui_font(SMALL_PX), palette.text_soft))
    width_px = figure.width()
    top_px = sum(_height_px(text, font, width_px) + GRID_PX for text, font, _ in lines)
    size = (width_px + 2 * CARD_PADDING_PX, top_px + figure.height() + 2 * CARD_PADDING_PX)
    image = QImage(size[0] * _SCALE, size[1] * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor(palette.card))
    painter = QPainter(image)
    y_px = CARD_PADDING_PX
    for text, font, color in lines:
        painter.setFont(font)
        painter.setPen(QColor(color))
        height_px = _height_px(text, font, width_px)
        painter.drawText(QRect(CARD_PADDING_PX, y_px, width_px, height_px), _WRAP, text)
        y_px += height_px + GRID_PX
    painter.end()
    draw(image, QPoint(CARD_PADDING_PX, y_px))
    return image


def save_image(image: QImage, path: Path) -> None:
    """Write a PNG by way of a temporary file.

    Raises:
        UserError: The file cannot be written; a former one is untouched.
    """
    file = QSaveFile(str(path))
    opened = file.open(QSaveFile.OpenModeFlag.WriteOnly)
    if not opened or not image.save(file, "PNG") or not file.commit():  # type: ignore[call-overload]
        reason = file.errorString().lower()
        file.cancelWriting()
        raise UserError(
            f"{path.name} could not be saved ({reason}); choose another folder or free some space."
        )


def _height_px(text: str, font: QFont, width_px: int) -> int:
    limit = QRect(0, 0, width_px, _TALL_PX)
    return QFontMetrics(font).boundingRect(limit, _WRAP, text).height()
