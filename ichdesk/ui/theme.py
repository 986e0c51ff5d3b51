"""All colors, sizes and the style sheet, light and dark, and the switch between them."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette

GRID_PX = 8
CARD_PADDING_PX = 16
CARD_GAP_PX = 24
RADIUS_PX = 8
TITLE_PX = 18
BODY_PX = 14
SMALL_PX = 12


class Mode(StrEnum):
    """What decides between light and dark."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colors of one theme, as #RRGGBB.

    Attributes:
        canvas: Behind the cards.
        card: Cards and panels; `line` separates, `line_strong` frames fields (3:1 on card).
        text: Body; `text_soft` captions; both at least 4.5:1 on card and canvas.
        accent: Titles of panels, links, text of enabled buttons; at least 4.5:1 on accent_soft.
        accent_soft: Enabled buttons and fields; `accent_edge` scroll bars; `drop` drop areas.
        disabled: Background of disabled buttons; `disabled_text` on it.
        train: Training curve; `test` test curve.
        classes: Class colors by position, told apart by the color blind together with labels.
        tracks: Tint of each class color, behind its bar.
        connector: Curves between cards; `shadow` below cards, drawn with little opacity.
        on_class: Text on a class color.
        heat_low: Lowest cell of the confusion matrix; `heat_high` highest.
        rates: Of an accuracy of 0, 0.5 and 1, from red to green; told apart by the color blind,
            3:1 on card.
    """

    canvas: str
    card: str
    line: str
    line_strong: str
    text: str
    text_soft: str
    accent: str
    accent_soft: str
    accent_hover: str
    accent_edge: str
    on_accent: str
    drop: str
    disabled: str
    disabled_text: str
    error: str
    error_soft: str
    warning: str
    warning_soft: str
    info: str
    info_soft: str
    connector: str
    shadow: str
    train: str
    test: str
    classes: tuple[str, ...]
    tracks: tuple[str, ...]
    on_class: str
    heat_low: str
    heat_high: str
    rates: tuple[str, str, str]

    def class_color(self, index: int) -> str:
        """Color of the class at this position."""
        return self.classes[index % len(self.classes)]

    def class_track(self, index: int) -> str:
        """Tint of the class at this position."""
        return self.tracks[index % len(self.tracks)]


LIGHT = Palette(
    canvas="#E9EAED",
    card="#FFFFFF",
    line="#E0E2E6",
    line_strong="#80868B",
    text="#202124",
    text_soft="#5F6368",
    accent="#1967D2",
    accent_soft="#EBF0FE",
    accent_hover="#DCE7FD",
    accent_edge="#A6C8F5",
    on_accent="#FFFFFF",
    drop="#E3ECFE",
    disabled="#F2F3F4",
    disabled_text="#686D72",
    error="#B3261E",
    error_soft="#FCE8E6",
    warning="#8A5000",
    warning_soft="#FEF3DC",
    info="#1967D2",
    info_soft="#E8F0FE",
    connector="#B4B8BE",
    shadow="#3C4043",
    train="#1967D2",
    test="#CB7600",
    classes=("#A96200", "#BA4C6C", "#00796B", "#7B4FB5", "#3B7D23", "#1B6FB8"),
    tracks=("#FBEBDD", "#F8E7EC", "#DDF1EE", "#EDE6F7", "#E6F2E1", "#E0EDF8"),
    on_class="#FFFFFF",
    heat_low="#E8F0FE",
    heat_high="#4285F4",
    rates=("#B3261E", "#B87A00", "#00857A"),
)

DARK = Palette(
    canvas="#0C0D0F",
    card="#1A1C1F",
    line="#2E3136",
    line_strong="#7B8188",
    text="#E8EAED",
    text_soft="#A9AFB6",
    accent="#8AB4F8",
    accent_soft="#202B3D",
    accent_hover="#2A3A55",
    accent_edge="#3F5F92",
    on_accent="#0C1A2E",
    drop="#1D2A40",
    disabled="#25282C",
    disabled_text="#9197A0",
    error="#F6A9A3",
    error_soft="#3A1C1A",
    warning="#F5C26B",
    warning_soft="#33270F",
    info="#8AB4F8",
    info_soft="#1B2636",
    connector="#4A4F57",
    shadow="#000000",
    train="#8AB4F8",
    test="#F2A33A",
    classes=("#F2A33A", "#EE8CA8", "#4DBDAE", "#B795E8", "#8CC974", "#6FB5F0"),
    tracks=("#3A2A12", "#3A2029", "#14332F", "#2B2239", "#22321B", "#172C3E"),
    on_class="#101113",
    heat_low="#1B2636",
    heat_high="#2C5FB8",
    rates=("#E5484D", "#F2B43A", "#3FD0B4"),
)


class Theme(QObject):
    """The palette in force; follows the system unless told otherwise.

    Create one per application and hand it to widgets that draw themselves.
    """

    changed = Signal()

    def __init__(self, mode: Mode = Mode.SYSTEM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode = mode
        self.palette = self._chosen()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._refresh)

    @property
    def mode(self) -> Mode:
        """What decides between light and dark."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Choose light, dark or the system's scheme."""
        self._mode = mode
        self._refresh()

    def _refresh(self) -> None:
        palette = self._chosen()
        if palette is not self.palette:
            self.palette = palette
            self.changed.emit()

    def _chosen(self) -> Palette:
        if self._mode is Mode.SYSTEM:
            dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        else:
            dark = self._mode is Mode.DARK
        return DARK if dark else LIGHT


def ui_font(size_px: int = BODY_PX, *, bold: bool = False) -> QFont:
    """The interface font with tabular figures."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(size_px)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def qt_palette(palette: Palette) -> QPalette:
    """The colors that Qt's own widgets take."""
    roles = {
        QPalette.ColorRole.Window: palette.canvas,
        QPalette.ColorRole.WindowText: palette.text,
        QPalette.ColorRole.Base: palette.card,
        QPalette.ColorRole.AlternateBase: palette.disabled,
        QPalette.ColorRole.Text: palette.text,
        QPalette.ColorRole.PlaceholderText: palette.text_soft,
        QPalette.ColorRole.Button: palette.card,
        QPalette.ColorRole.ButtonText: palette.text,
        QPalette.ColorRole.ToolTipBase: palette.card,
        QPalette.ColorRole.ToolTipText: palette.text,
        QPalette.ColorRole.Highlight: palette.accent,
        QPalette.ColorRole.HighlightedText: palette.on_accent,
        QPalette.ColorRole.Link: palette.accent,
    }
    qt = QPalette()
    for role, color in roles.items():
        qt.setColor(role, QColor(color))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        qt.setColor(QPalette.ColorGroup.Disabled, role, QColor(palette.disabled_text))
    return qt
