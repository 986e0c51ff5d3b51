"""Which lesson a project belongs to: a name in its manifest, which copies and edits keep."""

import json
from dataclasses import replace

from ichdesk.archive.manifest import OWN_KEY, OWN_VERSION, manifest_text, parse_manifest
from ichdesk.core.project import Project

_KEY = "lesson"


def lesson_name(project: Project) -> str:
    """Name of the project's lesson as its file gives it, unchecked; "" if it gives none."""
    own = parse_manifest(project.manifest).get(OWN_KEY) if project.manifest else None
    name = own.get(_KEY) if isinstance(own, dict) else None
    return name if isinstance(name, str) else ""


def with_lesson(project: Project, name: str) -> Project:
    """The project with the name of its lesson."""
    manifest = parse_manifest(manifest_text(project))
    said = manifest.get(OWN_KEY)
    own = said if isinstance(said, dict) else {}
    manifest[OWN_KEY] = {**own, _KEY: name, "version": OWN_VERSION}
    return replace(project, manifest=json.dumps(manifest, separators=(",", ":")))
