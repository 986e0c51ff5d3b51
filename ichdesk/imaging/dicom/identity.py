"""Who is in a scan: kept only as salted hashes, and to see which names must not be shown."""

import re
import secrets
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_WORDS = re.compile(r"[^\W_]+")
_SHORTEST_WORD = 2
_SHORTEST_PART = 5  # of a name written without spaces, or of a number


class Pseudonyms:
    """Keys in place of identifiers, the same for the same identifier under one salt.

    Args:
        salt: Up to 64 secret bytes; fresh ones if not given. Without them nobody can find out
            whose key it is by trying all numbers.
    """

    def __init__(self, salt: bytes | None = None) -> None:
        self._salt = secrets.token_bytes(32) if salt is None else salt
        self._words: set[str] = set()
        self._parts: set[str] = set()

    def key(self, kind: str, identifier: str) -> str | None:
        """The key of an identifier; None if that is empty.

        Args:
            kind: What it identifies, at most 16 letters; equal texts of two kinds differ.
            identifier: Never kept.
        """
        text = identifier.strip("\0 ")
        if not text:
            return None
        data = text.encode("utf-8", "surrogatepass")
        return blake2b(data, digest_size=16, key=self._salt, person=kind.encode()).hexdigest()

    def patient(self, dataset: "Dataset") -> str | None:
        """The patient's key, of the study if the file names no patient; remembers the name."""
        names = [_text(dataset, "PatientID"), *_text(dataset, "PatientName").split("=")]
        for name in names:
            self._remember(name)
        return self.key("patient", names[0]) or self.key(
            "study", _text(dataset, "StudyInstanceUID")
        )

    def series(self, dataset: "Dataset", orientation: tuple[int, ...]) -> str | None:
        """The key of the series; a slice of another orientation counts as another series."""
        uid = _text(dataset, "SeriesInstanceUID")
        return self.key("series", f"{uid} {orientation}") if uid else None

    def appear_in(self, text: str) -> bool:
        """Whether a name or number of a patient seen so far is part of a text."""
        words = _words(text)
        squeezed = "".join(words)
        return not self._words.isdisjoint(words) or any(part in squeezed for part in self._parts)

    def _remember(self, name: str) -> None:
        words = _words(name)
        self._words.update(word for word in words if len(word) >= _SHORTEST_WORD)
        parts = ("".join(words), "".join(reversed(words)), *words)
        self._parts.update(part for part in parts if len(part) >= _SHORTEST_PART)


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())


def _text(dataset: "Dataset", keyword: str) -> str:
    """An element as text; "" if it is missing or makes no sense."""
    try:
        return str(dataset.get(keyword) or "")
    except Exception:  # noqa: BLE001 - broken values raise anything
        return ""
