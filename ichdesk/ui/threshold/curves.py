"""ROC and precision-recall curve side by side, with one operating point on both."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ichdesk.core.operating_point import OneAgainstRest, Outcomes, average_precision
from ichdesk.core.roc import auc, auc_interval, precision_recall_curve, roc_curve
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.threshold.rate_plot import RatePlot
from ichdesk.ui.widgets.caption_label import CaptionLabel

_FEW_IMAGES = 30  # with more, dots hide the steps
_DIAGONAL = np.array([0.0, 1.0])


class Curves(QWidget):
    """The two plots with what they sum up to."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.roc = RatePlot(theme, "1 − specificity", "Sensitivity")
        self.precision_recall = RatePlot(theme, "Sensitivity", "PPV")
        self.roc_caption = CaptionLabel()
        self.precision_recall_caption = CaptionLabel()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID_PX)
        grid.setVerticalSpacing(GRID_PX // 2)
        columns = (
            ("ROC curve", self.roc_caption, self.roc),
            ("Precision-recall curve", self.precision_recall_caption, self.precision_recall),
        )
        for column, (title, caption, plot) in enumerate(columns):
            heading = QLabel(title)
            heading.setFont(ui_font(SMALL_PX, bold=True))
            caption.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(heading, 0, column)
            grid.addWidget(caption, 1, column)
            grid.addWidget(plot, 2, column)
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, 1)

    def show_case(self, case: OneAgainstRest) -> None:
        """Draw the curves."""
        roc = roc_curve(case.scores, case.truth)
        points = roc.fpr, roc.tpr
        few = len(case.truth) <= _FEW_IMAGES
        self.roc.show_curve(points, points if few else None, (_DIAGONAL, _DIAGONAL))
        trade = precision_recall_curve(case.scores, case.truth)
        # between two thresholds precision does not run straight, so the line takes steps
        steps = np.repeat(trade.recall, 2)[1:], np.repeat(trade.precision, 2)[:-1]
        points = trade.recall[:-1], trade.precision[:-1]
        guess = _DIAGONAL, np.full(2, case.prevalence)
        self.precision_recall.show_curve(steps, points if few else None, guess)
        self.roc_caption.say(_auc_text(case))
        mean = average_precision(trade)
        self.precision_recall_caption.say(
            f"Average precision {mean:.2f}; by guessing {case.prevalence:.2f} (dashed)."
        )

    def show_point(self, outcomes: Outcomes) -> None:
        """Move the operating point."""
        (found, sick), (cleared, healthy) = outcomes.sensitivity, outcomes.specificity
        sensitivity = found / sick
        self.roc.show_point((1.0 - cleared / healthy, sensitivity))
        rightly, called = outcomes.ppv
        self.precision_recall.show_point((sensitivity, rightly / called) if called else None)


def _auc_text(case: OneAgainstRest) -> str:
    area = auc(case.scores, case.truth)
    ends = auc_interval(case.scores, case.truth, case.groups)
    sick = int(case.truth.sum())
    if area is None or ends is None:
        return ""
    return (
        f"AUC {area:.2f} (95 % interval {ends[0]:.2f}–{ends[1]:.2f}), "
        f"n = {sick:,} with and {len(case.truth) - sick:,} without."
    )
