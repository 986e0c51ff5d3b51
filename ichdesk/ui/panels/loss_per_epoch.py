"""Panel: mean cross-entropy after every epoch."""

from ichdesk.core.run import EpochMetrics
from ichdesk.ui.epoch_panel import EpochPanel
from ichdesk.ui.panel import PANELS


@PANELS.register("loss_per_epoch")
class LossPerEpochPanel(EpochPanel):
    """Training and test loss, on an axis from 0."""

    title = "Loss per epoch"
    order = 40
    help_text = (
        "Loss measures how wrong and how sure the model is: a confident mistake costs a lot, a "
        "hesitant one little, and 0 is perfect. Training pushes the loss on the training images "
        "down. When the test loss turns upward while the other still falls, more epochs do harm."
    )
    empty_text = "Train a model to see how its loss falls from epoch to epoch."
    quantity = "Loss"
    labels = ("loss", "test loss")
    fixed_range = None

    @staticmethod
    def values(metrics: EpochMetrics) -> tuple[float | None, float | None]:
        """Loss on the training and on the test images."""
        return metrics.loss, metrics.test_loss
