"""The Qt binding in this environment is one that Python can live with."""

import sys

from PySide6.QtGui import QColor, QImage, QPainter


def test_calls_that_return_nothing_give_none_back() -> None:
    """PySide6 6.12.0 took a reference to None with every such call, until Python 3.11 aborted."""
    image = QImage(8, 8, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(500):
        painter.setPen(QColor("black"))
    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < 250
