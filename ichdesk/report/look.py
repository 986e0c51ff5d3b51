"""Colors of a report, those of the light theme; it is read on paper, in any program."""

TEXT = "#202124"
TEXT_SOFT = "#5F6368"
LINE = "#E0E2E6"
LINE_STRONG = "#80868B"
SHADE = "#F2F3F4"
ACCENT = "#1967D2"
ACCENT_SOFT = "#EBF0FE"
WARNING = "#8A5000"
WARNING_SOFT = "#FEF3DC"
TRAIN = "#1967D2"
TEST = "#CB7600"
CLASSES = ("#A96200", "#BA4C6C", "#00796B", "#7B4FB5", "#3B7D23", "#1B6FB8")
HEAT_LOW = "#E8F0FE"
HEAT_HIGH = "#4285F4"
PAPER = "#FFFFFF"


def between(low: str, high: str, share: float) -> str:
    """The color that lies this share, 0 to 1, of the way from one color to another."""
    pairs = [(int(low[i : i + 2], 16), int(high[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
