"""Icons of QtAwesome's Material Design font, drawn here: importing QtAwesome takes 0.2 s."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPixmap

ICON_PX = 20
_FILE = "materialdesignicons6-webfont"
_RATIOS = (1, 2, 3)  # device pixels per pixel that a screen may have


def icon(name: str, color: str, disabled: str | None = None, size_px: int = ICON_PX) -> QIcon:
    """An icon by its Material Design name, such as "trash-can-outline".

    Args:
        name: As in the charmap of QtAwesome, with or without "mdi6."; KeyError if there is none.
        color: As #RRGGBB, from the theme's palette.
        disabled: Color where the control is disabled; None for the same.
        size_px: Side of the square it is shown in.
    """
    return _icon(name.removeprefix("mdi6."), color, disabled or color, size_px)


@cache
def _icon(name: str, color: str, disabled: str, size_px: int) -> QIcon:
    result = QIcon()
    for ratio in _RATIOS:
        drawn = glyph(name, color, size_px, ratio)
        result.addPixmap(drawn, QIcon.Mode.Normal)
        if disabled != color:
            drawn = glyph(name, disabled, size_px, ratio)
        result.addPixmap(drawn, QIcon.Mode.Disabled)
    return result


def glyph(name: str, color: str, size_px: int, ratio: float = 1.0) -> QPixmap:
    """An icon as a picture of `size_px` for a screen with `ratio` device pixels per pixel."""
    family, codes = _font()
    side_px = round(size_px * ratio)
    pixmap = QPixmap(side_px, side_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    font = QFont(family)
    font.setPixelSize(side_px)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setFont(font)
    painter.setPen(QColor(color))
    character = chr(int(codes[name], 16))
    painter.drawText(QRectF(0, 0, side_px, side_px), Qt.AlignmentFlag.AlignCenter, character)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@cache
def _font() -> tuple[str, dict[str, str]]:
    """Its family, and the code point of each icon by name, in hexadecimal digits."""
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("qtawesome")
    folder = Path(spec.origin).parent / "fonts"
    font_id = QFontDatabase.addApplicationFont(str(next(folder.glob(f"{_FILE}-*.ttf"))))
    codes = json.loads(next(folder.glob(f"{_FILE}-charmap-*.json")).read_text("utf-8"))
    return QFontDatabase.applicationFontFamilies(font_id)[0], codes
