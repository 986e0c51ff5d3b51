"""The entries of an .ichdesk file, changed and packed again."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from ichdesk.archive import Opened

Entries = dict[str, bytes]
Edit = Callable[[dict[str, Any]], object]


def packed(entries: Entries, method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def edited(entries: Entries, edit: Edit, name: str = "project.json") -> Entries:
    said = json.loads(entries[name])
    edit(said)
    return {**entries, name: json.dumps(said).encode()}


def counts(found: Opened) -> list[tuple[str, int]]:
    return [(bin_.name, len(bin_.samples)) for bin_ in found.project.classes]
