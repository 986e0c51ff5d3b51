"""What is not text is told from what is behind it, at least 3:1 (WCAG 2.1, 1.4.11)."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QCheckBox, QRadioButton, QStyleFactory, QWidget
from pytestqt.qtbot import QtBot

from ichdesk.ui.style import apply_style, indicator_palette
from ichdesk.ui.theme import DARK, LIGHT, Mode, Palette, Theme
from ichdesk.ui.widgets.knob_slider import KnobSlider
from tests.ui.contrast import contrast

ENOUGH = 3.0
INDICATOR_PX = 16
THEMES = pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])


class EvenSlider(KnobSlider):
    def _share_of(self, count: int) -> float:
        return count / self.maximum()


def on_card(widget: QWidget, palette: Palette) -> QImage:
    """The widget without a background of its own, on a card."""
    widget.adjustSize()
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    image.fill(QColor(palette.card))
    painter = QPainter(image)
    widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
    painter.end()
    return image


def strongest(image: QImage, palette: Palette, columns: range) -> float:
    """The best contrast that any pixel has with the card."""
    return max(
        contrast(image.pixelColor(x, y), palette.card)
        for x in columns
        for y in range(image.height())
    )


@THEMES
@pytest.mark.parametrize("kind", [QRadioButton, QCheckBox])
def test_what_is_not_chosen_is_seen(
    qtbot: QtBot, kind: type[QRadioButton | QCheckBox], mode: Mode
) -> None:
    palette = Theme(mode).palette
    style, button = QStyleFactory.create("Fusion"), kind("Text")
    qtbot.addWidget(button)
    button.setStyle(style)
    button.setPalette(indicator_palette(palette))
    image = on_card(button, palette)
    assert strongest(image, palette, range(INDICATOR_PX)) >= ENOUGH
    corner = [image.pixelColor(x, 0) for x in (0, image.width() - 1)]
    assert corner == [QColor(palette.card)] * 2  # its own "window" is painted nowhere
    button.setStyle(None)


@THEMES
def test_a_slider_shows_how_far_it_goes(qtbot: QtBot, mode: Mode) -> None:
    theme = Theme(mode)
    slider = EvenSlider(theme)
    qtbot.addWidget(slider)
    slider.setRange(0, 10)
    image = on_card(slider, theme.palette)
    width = image.width()
    assert strongest(image, theme.palette, range(width // 4)) >= ENOUGH  # the knob
    assert strongest(image, theme.palette, range(width // 2, width)) >= ENOUGH


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_frames_and_the_ring_of_what_has_the_focus_are_seen(palette: Palette) -> None:
    pairs = {
        "field": (palette.line_strong, palette.card),
        "field that has the focus": (palette.accent, palette.card),
        "button that has the focus": (palette.accent, palette.accent_soft),
        "button on the canvas": (palette.accent, palette.canvas),
        "default button that has the focus": (palette.text, palette.card),
        "knob that has the focus": (palette.text, palette.card),
        "drop area": (palette.accent, palette.drop),
    }
    assert not {what: contrast(*pair) for what, pair in pairs.items() if contrast(*pair) < ENOUGH}


class Recorder:
    """In place of the application, which other tests share."""

    def __init__(self) -> None:
        self.palettes: dict[str, QPalette] = {}

    def setPalette(self, palette: QPalette, name: str = "") -> None:  # noqa: N802 - Qt's
        self.palettes[name] = palette

    def setStyle(self, _name: str) -> None: ...  # noqa: N802

    def setFont(self, _font: object) -> None: ...  # noqa: N802

    def setStyleSheet(self, _text: str) -> None: ...  # noqa: N802


def test_both_themes_bring_the_outline_of_their_own(qtbot: QtBot) -> None:
    app, theme = Recorder(), Theme(Mode.LIGHT)
    apply_style(app, theme)  # type: ignore[arg-type]
    for mode, palette in ((Mode.LIGHT, LIGHT), (Mode.DARK, DARK)):
        theme.set_mode(mode)
        for name in ("QRadioButton", "QCheckBox"):
            assert app.palettes[name] == indicator_palette(palette)
