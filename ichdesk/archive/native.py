"""What an .ichdesk file consists of, and how a file of an earlier version becomes one of this."""

import re
from collections.abc import Callable
from typing import TypeAlias

from ichdesk.archive.manifest import JsonObject

SUFFIX = ".ichdesk"
FORMAT = "ichdesk-project"
VERSION = 2
PROJECT_NAME = "project.json"
OLD_MODEL_NAME = "model.safetensors"  # of the one run that a file of version 1 keeps
SAMPLE_NAME = re.compile(r"samples/([0-9a-f]{64})\.(?:png|jpg)")
MAX_MODEL_BYTES = 64 * 2**20
MAX_KEY_LENGTH = 100
MAX_PROBABILITIES = 1_000_000

_LEAST_DOCUMENT_BYTES = 16 * 2**20
_DOCUMENT_BYTES_PER_ENTRY = 512
_MOST_DOCUMENT_BYTES = 128 * 2**20

Migration: TypeAlias = Callable[[JsonObject], JsonObject]


def migrate_1_to_2(document: JsonObject) -> JsonObject:
    """The last training, which was all that a file kept of them, becomes run 1."""
    said = {name: value for name, value in document.items() if name != "run"}
    if (run := document.get("run")) is not None:
        said["runs"], said["present"] = [{"number": 1, "document": run}], 1
    return said


MIGRATIONS: dict[int, Migration] = {1: migrate_1_to_2}
"""By version: what makes its document one of the next version (`migrate_1_to_2` and so on)."""


class NewerVersionError(Exception):
    """The document is of a version that this program does not know."""


def document_limit(entries: int) -> int:
    """Bytes that the document of a file with so many entries may unpack to."""
    wanted = _LEAST_DOCUMENT_BYTES + _DOCUMENT_BYTES_PER_ENTRY * entries
    return min(wanted, _MOST_DOCUMENT_BYTES)


def migrated(document: JsonObject) -> JsonObject:
    """The document as a file of this version would have it.

    Raises:
        NewerVersionError: It is of a later version.
        ValueError: It is no such document.
    """
    version = document.get("version")
    if document.get("format") != FORMAT or type(version) is not int or version < 1:
        raise ValueError("no document of a project")
    if version > VERSION:
        raise NewerVersionError
    for earlier in range(version, VERSION):
        document = MIGRATIONS[earlier](document)
    return document
