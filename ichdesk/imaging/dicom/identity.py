"""Who is in a scan: kept only as salted hashes, and to see which names must not be shown."""

import os
import re
import secrets
import tempfile
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_SALT_NAME = "patient-keys.salt"
_SALT_BYTES = 32
_KEY_BYTES = 16
_KEY = re.compile(f"[0-9a-f]{{{2 * _KEY_BYTES}}}")
_WORDS = re.compile(r"[^\W_]+")
_SHORTEST_WORD = 2
_SHORTEST_PART = 5  # of a name written without spaces, or of a number


def user_salt(folder: Path | None = None) -> bytes:
    """Secret bytes of this user, made at the first call, so that a patient keeps the same key.

    They stay in a file that only the user can read and never enter a project. Where it cannot be
    read or written, the salt is that of this process: patients then have the same key until the
    program ends.

    Args:
        folder: Where the file lies; None for the user's data folder.
    """
    path = (folder or platformdirs.user_data_path("ichdesk", appauthor=False)) / _SALT_NAME
    try:
        return _read_salt(path) or _made_salt(path)
    except OSError:
        return _salt_of_process()


def _read_salt(path: Path) -> bytes | None:
    """None if there is no whole salt."""
    try:
        with path.open("rb") as file:
            salt = file.read(_SALT_BYTES + 1)
    except FileNotFoundError:
        return None
    return salt if len(salt) == _SALT_BYTES else None


def _made_salt(path: Path) -> bytes:
    """A new salt, or the one of a process that was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_SALT_NAME, dir=path.parent)  # for the user alone
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_SALT_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(temporary)  # fails where the file exists, unlike a replacement
        except OSError:  # it does, or the disk knows no links
            if _read_salt(path) is None:
                temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    salt = _read_salt(path)
    if salt is None:
        raise OSError("the salt cannot be read back")
    return salt


@cache
def _salt_of_process() -> bytes:
    return secrets.token_bytes(_SALT_BYTES)


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
        person = kind.encode()
        return blake2b(data, digest_size=_KEY_BYTES, key=self._salt, person=person).hexdigest()

    def kept(self, kind: str, text: str) -> str | None:
        """A key that was written down: itself if it is one, else the key of whatever it is.

        Args:
            kind: What it stands for, as in `key`.
            text: Of any origin; somebody may have put a number or a name there.
        """
        return text if _KEY.fullmatch(text) else self.key(kind, text)

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
