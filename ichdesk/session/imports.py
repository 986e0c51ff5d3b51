"""What to say of images that were imported, and how loud."""

from collections.abc import Sequence

from ichdesk.core.notes import counted, shown_name
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


def strangers_text(folders: Sequence[str]) -> str:
    """Why some images did not get into the fixed test set; "" stands for no folder."""
    named = [shown_name(folder) for folder in folders if folder]
    if not named:
        return "The images were not added; drop them on the row of their class in the test set."
    what = f"{named[0]} was" if len(named) == 1 else f"{len(named)} folders were"
    return (
        f"{what} not added to the test set, as no class has that name; rename the folder, or drop "
        "it on the row of its class."
    )


def locked_text(count: int) -> str:
    """What locking the split has done for so many images."""
    if not count:
        return "None of the images that were held out is in the project any more; train again."
    what = "image that was" if count == 1 else "images that were"
    return (
        f"The {count:,} {what} held out are now the fixed test set: no training learns from them, "
        "whatever you add."
    )


def added_level(gathered: Gathered) -> Level:
    """How loud that is to be said."""
    return Level.WARNING if gathered.left_out or gathered.scans.doubtful else Level.INFO
