"""Panel: share of correct predictions after every epoch."""

from ichdesk.core.run import EpochMetrics
from ichdesk.ui.epoch_panel import EpochPanel
from ichdesk.ui.panel import PANELS


@PANELS.register("accuracy_per_epoch")
class AccuracyPerEpochPanel(EpochPanel):
    """Training and test accuracy, on an axis from 0 to 1."""

    title = "Accuracy per epoch"
    order = 30
    help_text = (
        "After each epoch (one pass through the training images) the model is asked about every "
        "image. “acc” is the share of training images it gets right, “test” the share of images "
        "it never learned from. If acc climbs while test stays behind, the model is memorizing "
        "its images instead of learning what a bleed looks like."
    )
    empty_text = "Train a model to see how its accuracy grows from epoch to epoch."
    quantity = "Accuracy"
    labels = ("acc", "test")
    fixed_range = (0.0, 1.0)

    @staticmethod
    def values(metrics: EpochMetrics) -> tuple[float | None, float | None]:
        """Accuracy on the training and on the test images."""
        return metrics.acc, metrics.test_acc
