"""What three learning rates, tried on the same data, say about the one of the run."""

import numpy as np

from ichdesk.core.notes import counted
from ichdesk.ui.descent.levels import loss_text
from ichdesk.ui.descent.ways import OWN, Figure, Picture, Way

_SHARE, _NATS = 0.95, 0.05  # a loss is clearly lower by these: relative and absolute
_CRAWL = 0.5  # less than this share of the best fall is hardly a fall
_RISE = 1.1  # times the loss at the start

_TRAIN, _TEST = Figure.TRAIN_LOSS, Figure.TEST_LOSS


def verdict(picture: Picture, tested: int) -> list[str]:
    """Sentences on the three trainings; [] until all are known.

    Args:
        picture: What was found.
        tested: Number of test images.
    """
    if len(picture.ways) < 3:
        return []
    smaller, own, larger = (picture.ways[number] for number in range(3))
    best = min((own, smaller, larger), key=_end)
    if not _is_lower(_end(best), _end(own)):
        best = own
    sentences = [_on_the_best(best, own, picture.of_samples), _on_the_test(best, own, tested)]
    sentences += [_on_smaller(smaller, best), _on_larger(larger, own)]
    return [sentence for sentence in sentences if sentence]


def _end(way: Way) -> float:
    """Training loss at the end; infinite for a way that has none."""
    if way.diverged or not len(curve := way.curve(_TRAIN)):
        return float("inf")
    return float(curve[-1])


def _is_lower(loss: float, other: float) -> bool:
    return loss < _SHARE * other and loss <= other - _NATS


def _on_the_best(best: Way, own: Way, trained: int) -> str:
    epochs = counted(len(own.figures) - 1, "epoch")
    images = f"(n = {trained:,} training images)"
    if best is own:
        return (
            f"Neither other rate ends clearly lower than that of this run, {own.rate_text}: its "
            f"training loss is {loss_text(_end(own))} after {epochs} {images}."
        )
    size = "small" if best.number > OWN else "large"
    return (
        f"The rate of this run, {own.rate_text}, is too {size} for {epochs}: {best.rate_text} ends "
        f"at a training loss of {loss_text(_end(best))} instead of {loss_text(_end(own))} {images}."
    )


def _on_smaller(smaller: Way, best: Way) -> str:
    start, end = float(smaller.curve(_TRAIN)[0]), _end(smaller)
    if best.number != OWN or start - end > _CRAWL * (start - _end(best)):
        return ""
    crawled = f"crawls from {loss_text(start)} to {loss_text(end)}"
    if loss_text(start) == loss_text(end):
        crawled = f"stays at {loss_text(start)}"
    return f"{smaller.rate_text} is too small: the training loss {crawled}."


def _on_larger(larger: Way, own: Way) -> str:
    if larger.diverged:
        return (
            f"{larger.rate_text} is too large: in epoch {larger.diverged} the loss grew beyond all "
            "numbers, and the training ended."
        )
    losses = larger.curve(_TRAIN)
    rise = float(np.max(losses))
    if rise > _RISE * float(losses[0]):
        return (
            f"{larger.rate_text} overshoots: the training loss jumps up to {loss_text(rise)} "
            f"and ends at {loss_text(_end(larger))}."
        )
    if _is_lower(_end(own), _end(larger)):
        end = loss_text(_end(larger))
        return f"{larger.rate_text} is too large: it ends at a training loss of {end}."
    return ""


def _on_the_test(best: Way, own: Way, tested: int) -> str:
    """A lower training loss may be learned by heart."""
    last, before = (way.curve(_TEST) for way in (best, own))
    if best is own or not len(last) or not len(before) or last[-1] <= before[-1]:
        return ""
    return (
        f"But on the {counted(tested, 'test image')} its loss is higher, {loss_text(last[-1])} "
        f"against {loss_text(before[-1])}: it has learned more of the others by heart."
    )
