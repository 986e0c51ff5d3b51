"""What is fuzzed: seeds, a way to change them, and what must hold whatever the bytes are."""

from tests.fuzz import (
    archive_targets,
    model_targets,
    picture_targets,
    window_targets,
    wire_targets,
)
from tests.fuzz.target import held, outcome

__all__ = ["TARGETS", "close", "outcome"]

TARGETS = {
    **archive_targets.TARGETS,
    **picture_targets.TARGETS,
    **model_targets.TARGETS,
    **wire_targets.TARGETS,
    **window_targets.TARGETS,
}


def close() -> None:
    """End what targets have started, such as the processes that decode."""
    held.close()
    picture_targets.decoders.cache_clear()
    window_targets.source_of_report.cache_clear()
