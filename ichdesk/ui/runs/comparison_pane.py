"""Two runs side by side: results, what differs, curves, matrices, and who changed sides."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QRegion
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ichdesk.core.predictions import Prediction, places
from ichdesk.core.project import Project
from ichdesk.core.results import NOTE
from ichdesk.core.run import TrainingRun, classes_now
from ichdesk.core.run_book import KeptRun
from ichdesk.core.run_comparison import RunComparison
from ichdesk.session.jobs import Post
from ichdesk.ui.panel_image import titled_image
from ichdesk.ui.prediction_grid import Row
from ichdesk.ui.prediction_text import Names
from ichdesk.ui.runs import runs_text as say
from ichdesk.ui.runs.pair_plot import PairLegend, PairPlot
from ichdesk.ui.runs.side_list import SideList
from ichdesk.ui.theme import BODY_PX, CARD_GAP_PX, CARD_PADDING_PX, GRID_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.matrix_view import MatrixView


class ComparisonPane(QWidget):
    """Everything about run A on the left, and the same about run B on the right.

    Args:
        post: Runs a function on the window's thread, from any thread.
    """

    view_requested = Signal(int, int)  # id of the class, position of the sample

    def __init__(self, theme: Theme, post: Post) -> None:
        super().__init__()
        self._theme = theme
        self._facts: RunComparison | None = None
        self._compared: tuple[TrainingRun, TrainingRun] | None = None
        self.titles = QLabel(), QLabel()
        self.lines = _text_label(), _text_label()
        self.differences = _text_label()
        self.difference = _text_label(bold=True)
        self.sides = _text_label()
        self.caution = CaptionLabel()
        self.plots = PairPlot(theme, "Accuracy"), PairPlot(theme, "Loss")
        self.matrices = _Matrix(theme, "A"), _Matrix(theme, "B")
        self.cells = CaptionLabel(), CaptionLabel()
        self.lists = SideList(theme, "A", "B", post), SideList(theme, "B", "A", post)
        for matrix, label in zip(self.matrices, self.cells, strict=True):
            matrix.told.connect(label.say)
        for side_list in self.lists:
            side_list.view_requested.connect(self.view_requested)
        self._lay_out()

    @property
    def facts(self) -> RunComparison | None:
        """What is shown; None before the first two runs."""
        return self._facts

    def show_pair(self, a: KeptRun, b: KeptRun, project: Project) -> None:
        """Show two runs of a project."""
        if self._compared != (a.run, b.run) or self._facts is None:
            self._compared, self._facts = (a.run, b.run), RunComparison.of(a.run, b.run)
            for plot in self.plots:
                plot.show_runs(a.run, b.run)
            self.differences.setText(say.differences_text(a, b))
        for side, kept in enumerate((a, b)):
            self._show_run(side, kept, project)
        self._show_answers(self._facts, (a.run, b.run), project)

    def image(self) -> QImage:
        """All of it with a title."""
        title = " beside ".join(label.text() for label in self.titles)

        size = QSize(self.width(), self.childrenRect().bottom() + 1)

        def draw(image: QImage, place: QPoint) -> None:
            region = QRegion(QRect(QPoint(), size))
            self.render(image, place, region, self.RenderFlag.DrawChildren)

        return titled_image(title, NOTE, size, self._theme.palette, draw)

    def close_pictures(self) -> None:
        """End the threads that decode."""
        for side_list in self.lists:
            side_list.close_pictures()

    def _show_run(self, side: int, kept: KeptRun, project: Project) -> None:
        self.titles[side].setText(f"{'AB'[side]}: {say.upper(kept.title)}")
        self.lines[side].setText(say.run_lines(kept))
        names = tuple(name for _, name in classes_now(kept.run, project))
        if kept.run.confusion is not None:
            self.matrices[side].show_counts(kept.run.confusion, names)

    def _show_answers(
        self, facts: RunComparison, runs: tuple[TrainingRun, TrainingRun], project: Project
    ) -> None:
        self.difference.setText(say.difference_text(facts) if facts.answers else "")
        self.difference.setVisible(bool(facts.answers))
        self.sides.setText(say.sides_text(facts))
        self.caution.say(say.caution_text(facts))
        wrong_in_b = [b for _, b in facts.right_only_in_a]
        wrong_in_a = [a for a, _ in facts.right_only_in_b]
        for side_list, wrong, run in zip(
            self.lists, (wrong_in_b, wrong_in_a), runs[::-1], strict=True
        ):
            rows, n = _rows(wrong, run, project), len(facts.answers)
            side_list.show_rows(rows, n, _names(run, project), run.config.steps)
            side_list.setVisible(bool(facts.answers))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_PADDING_PX,) * 4)
        column.setSpacing(GRID_PX)
        for label in self.titles:
            label.setFont(ui_font(BODY_PX, bold=True))
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        column.addLayout(_pairs(self.titles, self.lines))
        column.addWidget(separator())
        for widget in (self.differences, self.difference, self.sides, self.caution):
            column.addWidget(widget)
        column.addWidget(separator())
        column.addLayout(_pairs(self.lists))
        column.addWidget(separator())
        column.addWidget(PairLegend(self._theme))
        column.addLayout(_pairs(self.plots))
        column.addWidget(separator())
        headings = QLabel("Confusion matrix of A"), QLabel("Confusion matrix of B")
        for heading in headings:
            heading.setFont(ui_font(BODY_PX, bold=True))
        column.addLayout(_pairs(headings, self.matrices, self.cells))
        column.addStretch(1)


class _Matrix(MatrixView):
    """A matrix whose cells say what they hold but open nothing."""

    def __init__(self, theme: Theme, side: str) -> None:
        super().__init__(theme)
        self.setAccessibleName(f"Confusion matrix of {side}; arrow keys choose a cell")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer, which stays an arrow."""
        super().mouseMoveEvent(event)
        self.unsetCursor()


def _pairs(*rows: tuple[QWidget, QWidget]) -> QGridLayout:
    """Rows of two, equally wide."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(CARD_GAP_PX)
    grid.setVerticalSpacing(GRID_PX // 2)
    for number, pair in enumerate(rows):
        for side, widget in enumerate(pair):
            grid.addWidget(widget, number, side, Qt.AlignmentFlag.AlignTop)
    for side in (0, 1):
        grid.setColumnStretch(side, 1)
        grid.setColumnMinimumWidth(side, 1)
    return grid


def _text_label(*, bold: bool = False) -> QLabel:
    label = QLabel()
    label.setFont(ui_font(BODY_PX, bold=bold))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return label


def _rows(wrong: list[Prediction], run: TrainingRun, project: Project) -> tuple[Row, ...]:
    """The most confident error first."""
    if not wrong:
        return ()
    ordered = tuple(sorted(wrong, key=lambda answer: -answer.confidence))
    now = places(ordered, run, project)
    return tuple(Row(answer, place) for answer, place in zip(ordered, now, strict=True))


def _names(run: TrainingRun, project: Project) -> Names:
    then = zip(run.class_ids, classes_now(run, project), strict=True)
    return {b.id: b.name for b in project.classes} | {k: name for k, (_, name) in then}
