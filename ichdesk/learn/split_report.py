"""What a split does to the test accuracy: patients on both sides, and near copies."""

from collections.abc import Callable
from dataclasses import replace

from ichdesk.core.split import Split
from ichdesk.core.split_facts import MAX_COPIES, NearCopy, SplitFacts
from ichdesk.learn.experiment import DataSet
from ichdesk.learn.near_copies import near_copies


def split_facts(
    data: DataSet, split: Split, rule: str, tick: Callable[[], None] = lambda: None
) -> SplitFacts:
    """Count the patients of a split and find the near copies in it.

    Args:
        data: With its samples and small pictures.
        split: Of this data.
        rule: By which it was made.
        tick: Called while copies are searched; what it raises ends that.
    """
    facts = SplitFacts.of(rule, data.samples, split.train, split.test)
    train, test = (
        [(label, i) for label, positions in enumerate(part) for i in positions]
        for part in (split.train, split.test)
    )
    pairs = near_copies(
        [data.small[label][i] for label, i in test],
        [data.small[label][i] for label, i in train],
        tick,
    )
    listed = tuple(NearCopy(*test[p.test], *train[p.train]) for p in pairs[:MAX_COPIES])
    return replace(facts, copies=listed, copies_total=len(pairs))
