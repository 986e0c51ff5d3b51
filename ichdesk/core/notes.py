"""Sentences on what was left out of a file, kept to a number that a person can read."""

from ichdesk.core.limits import MAX_NOTES

_SHOWN_CHARACTERS = 80


class Notes:
    """Collects one sentence per left-out thing; after `MAX_NOTES` it only counts."""

    def __init__(self) -> None:
        self._sentences: list[str] = []
        self._count = 0

    def add(self, sentence: str) -> None:
        """Keep a sentence, or count it when there are too many."""
        self._count += 1
        if self._count <= MAX_NOTES:
            self._sentences.append(sentence)

    def sentences(self) -> tuple[str, ...]:
        """All that was kept; the last one says how many more there were."""
        if more := self._count - len(self._sentences):
            return (*self._sentences, f"{more} more were left out for such reasons.")
        return tuple(self._sentences)


def counted(number: int, thing: str) -> str:
    """A number with its noun: "1 image", "2,000 images"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def shown_name(name: str) -> str:
    """A file or entry name in quotes: printable, short, and without the folders of a full path."""
    if name[:1] in {"/", "\\"} or name[1:2] == ":" or ".." in name:
        name = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    name = "".join(c if c.isprintable() else "�" for c in name)
    if len(name) > _SHOWN_CHARACTERS:
        name = f"{name[: _SHOWN_CHARACTERS // 2]}…{name[-_SHOWN_CHARACTERS // 2 :]}"
    return f"“{name}”"


def os_reason(error: OSError) -> str:
    """The system's words for what went wrong with a file, without its path."""
    return (error.strerror or "unknown error").lower()
