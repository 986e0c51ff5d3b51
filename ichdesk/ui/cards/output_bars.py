"""One bar per class: how sure the model is, in the color of the class."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ichdesk.ui.theme import BODY_PX, GRID_PX, SMALL_PX, Theme, ui_font

BAR_PX = 24
_ROW_PX = 32
_MAX_LABEL_SHARE = 0.45
_CORNER_PX = 4


@dataclass(frozen=True, slots=True)
class Output:
    """One class: its position in the project, its name, and its probability if there is one."""

    position: int
    name: str
    probability: float | None


def percent_text(probability: float) -> str:
    """Percent without decimals that claims neither 0 nor 100 where it is not so."""
    percent = probability * 100
    if 0 < percent < 1:
        return "<1 %"
    if 99 < percent < 100:
        return ">99 %"
    return f"{percent:.0f} %"


def winner(outputs: tuple[Output, ...]) -> Output | None:
    """The class with the highest probability, or None without probabilities."""
    known = [output for output in outputs if output.probability is not None]
    return max(known, key=lambda output: output.probability or 0.0, default=None)


class OutputBars(QWidget):
    """Bars with labels at the left and percents inside, or beside a bar that is too short."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._outputs: tuple[Output, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Output")
        theme.changed.connect(self.update)

    def show_outputs(self, outputs: tuple[Output, ...]) -> None:
        """Show these classes, in order."""
        if outputs == self._outputs:
            return
        if len(outputs) != len(self._outputs):
            self.setFixedHeight(_ROW_PX * len(outputs))
        self._outputs = outputs
        said = (
            f"{o.name} {percent_text(o.probability)}" for o in outputs if o.probability is not None
        )
        self.setAccessibleDescription(", ".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        """A row for each class."""
        return QSize(240, _ROW_PX * len(self._outputs))

    def event(self, event: QEvent) -> bool:
        """Tell the whole name and the percent in a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            row = event.pos().y() // _ROW_PX
            if 0 <= row < len(self._outputs):
                QToolTip.showText(event.globalPos(), _sentence(self._outputs[row]), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, output in enumerate(self._outputs):
            self._paint_row(painter, row * _ROW_PX, output)
        painter.end()

    def _paint_row(self, painter: QPainter, y_px: float, output: Output) -> None:
        palette = self._theme.palette
        color = QColor(palette.class_color(output.position))
        label_px, font = self._label_px(), ui_font(BODY_PX, bold=True)
        painter.setFont(font)
        painter.setPen(color)
        width_px = label_px - GRID_PX
        name = QFontMetricsF(font).elidedText(output.name, Qt.TextElideMode.ElideRight, width_px)
        box = QRectF(0, y_px, width_px, _ROW_PX)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
        gap_px = (_ROW_PX - BAR_PX) / 2
        track = QRectF(label_px, y_px + gap_px, self.width() - label_px, BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.class_track(output.position)))
        painter.drawRoundedRect(track, _CORNER_PX, _CORNER_PX)
        if output.probability is not None:
            self._paint_bar(painter, track, color, output.probability)

    def _label_px(self) -> float:
        """Width of the column of labels: as wide as the widest, within reason."""
        metrics = QFontMetricsF(ui_font(BODY_PX, bold=True))
        widest = max(metrics.horizontalAdvance(output.name) for output in self._outputs)
        return min(widest + 2 * GRID_PX, self.width() * _MAX_LABEL_SHARE)

    def _paint_bar(
        self, painter: QPainter, track: QRectF, color: QColor, probability: float
    ) -> None:
        palette = self._theme.palette
        bar = QRectF(track)
        bar.setWidth(track.width() * min(1.0, max(0.0, probability)))
        painter.save()
        painter.setClipRect(bar)
        painter.setBrush(color)
        painter.drawRoundedRect(track, _CORNER_PX, _CORNER_PX)
        painter.restore()
        font = ui_font(SMALL_PX, bold=True)
        painter.setFont(font)
        text = percent_text(probability)
        text_px = QFontMetricsF(font).horizontalAdvance(text)
        inside = bar.width() >= text_px + 2 * GRID_PX
        painter.setPen(QPen(QColor(palette.on_class if inside else palette.text)))
        left_px = bar.right() - text_px - GRID_PX if inside else bar.right() + GRID_PX
        box = QRectF(QPointF(left_px, track.top()), track.bottomRight())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)


def _sentence(output: Output) -> str:
    if output.probability is None:
        return output.name
    return f"{output.name}: {percent_text(output.probability)}"
