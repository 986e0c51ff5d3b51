"""Selection and focus mark a picture and leave it to be seen."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from ichdesk.ui.picture_cell import paint_focus, paint_selection
from ichdesk.ui.theme import DARK, LIGHT, Palette


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_selected_picture_with_the_focus_is_not_covered(qtbot, palette: Palette) -> None:
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    paint_selection(painter, QRect(0, 0, 64, 64), palette)
    paint_focus(painter, QRect(0, 0, 64, 64), palette)
    painter.end()
    assert image.pixelColor(32, 32) == QColor("#000000")
    assert image.pixelColor(1, 32) == QColor(palette.accent)
