"""What to say of images that were imported, and how loud."""

from collections.abc import Sequence

from ichdesk.core.notes import counted
from ichdesk.imaging.gathered import Gathered, scans_sentences
from ichdesk.session.state import Level


def left_out_text(what: str, left_out: Sequence[str]) -> str:
    """Says that something was done, but not with everything."""
    count = len(left_out)
    return f"{what}, but {count} {'thing was' if count == 1 else 'things were'} left out."


def added_text(added: int, gathered: Gathered) -> str:
    """What is worth saying about an import that went well; "" for a few ready-made pictures."""
    what = f"Added {counted(added, 'image')}"
    first = left_out_text(what, gathered.left_out) if gathered.left_out else f"{what}."
    found = scans_sentences(gathered.scans)
    return " ".join([first, *found]) if found or gathered.left_out else ""


def added_level(gathered: Gathered) -> Level:
    """How loud that is to be said."""
    return Level.WARNING if gathered.left_out or gathered.scans.doubtful else Level.INFO
