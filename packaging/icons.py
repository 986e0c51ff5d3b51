"""Render the icon from its drawing in the sizes that desktops ask for."""

import os
import sys
from pathlib import Path

SIZES_PX = (16, 24, 32, 48, 64, 128, 256, 512, 1024)
_WINDOWS_SIZES_PX = (16, 24, 32, 48, 64, 128, 256)
SOURCE = Path(__file__).resolve().parent.parent / "resources" / "icons" / "ichdesk.svg"


def render_icons(folder: Path) -> None:
    """Write `ichdesk-SIZE.png` for every size, and `ichdesk.ico` for Windows."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PIL import Image  # noqa: PLC0415 - present in the build environment only
    from PySide6.QtCore import Qt  # noqa: PLC0415
    from PySide6.QtGui import QGuiApplication, QImage, QPainter  # noqa: PLC0415
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415

    application = QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    drawing = QSvgRenderer(str(SOURCE))
    for size_px in SIZES_PX:
        image = QImage(size_px, size_px, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        drawing.render(painter)
        painter.end()
        if not image.save(str(folder / f"ichdesk-{size_px}.png")):
            raise OSError(f"no icon can be written to {folder}")
    del application
    with Image.open(folder / "ichdesk-256.png") as picture:
        picture.save(folder / "ichdesk.ico", sizes=[(px, px) for px in _WINDOWS_SIZES_PX])


if __name__ == "__main__":
    render_icons(Path(sys.argv[1]))
